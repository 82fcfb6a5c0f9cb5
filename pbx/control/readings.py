"""What a number means when somebody dials it, by configuration and by what users set: nothing of calls that
go on or of trunks that work."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

from pbx.control.fields import Identifier, Text

Meaning = Literal["extension", "flow", "room", "slot", "mailbox", "feature", "outside", "emergency"]

Objection = Literal[
    "no_number",  # nothing that the public network knows; `detail` says why
    "may_not_call_out",
    "blocked",  # `detail` is the prefix
    "no_route",
    "no_trunk",
    "unknown",  # no extension, mailbox or status has the digits after the code
    "no_slot",
    "may_not_pick_up",
    "caller_blocked",
    "do_not_disturb",
    "cannot_be_set",
    "may_not_hide",
    "nothing_to_show",
    "may_not_record",
    "no_number_after_it",
    "too_deep",  # code after code after code
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """One trunk in its turn: the `route` it belongs to (None for an emergency), the number as it is dialled
    there, and the number that is shown ("" for none; also when the call is anonymous the trunk is told)."""

    trunk: Identifier
    route: Identifier | None = None
    dialled: Text
    shown: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`number` is what was read, E.164 for an outside one, and for a feature the digits after its code; `id`
    names the flow, room, mailbox or status. `objection` says why it would not be. A code that goes on with
    the number behind it has the reading of that in `then`."""

    kind: Meaning
    number: Text = ""
    id: Identifier | None = None
    feature: Text | None = None
    objection: Objection | None = None
    detail: Text = ""
    ways: list[WayOut] = field(default_factory=list)
    seconds: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    shown: Text | None = None
    name: Text = ""
    anonymous: bool = False
    then: "Reading | None" = None
