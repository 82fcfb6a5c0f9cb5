"""What a flow knows of its call: the facts it began with, and what its nodes have set since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dialplan.calendars import Calendar

Recording = Literal["on", "off"]

NO_ENDING: tuple[int, str | None] = (480, None)
"""How a call ends that nobody was rung for: SIP status and prompt."""


@dataclass(frozen=True, slots=True)
class Context:
    """A call as it comes in. `caller` is E.164 or an internal number, "" when anonymous; `extension` is who
    "self" is, None when the number is not a person's; `internal` tells calls of our own phones. `now` is the
    moment it begins (aware), `timezone` (IANA) that of the organisation."""

    caller: str
    caller_name: str
    dialled: str
    extension: str | None
    internal: bool
    now: datetime
    timezone: str


@dataclass(slots=True)
class Scene:
    """What nodes see and may set. `moment` is now; `hops` counts the numbers the call has been forwarded to;
    `chosen` is the number that the caller dialled in a menu; `ending` is how the call ends if nothing follows
    (SIP status, prompt)."""

    context: Context
    calendars: Mapping[str, Calendar]
    moment: datetime
    hops: int = 0
    caller_name: str | None = None
    caller_prefix: str = ""
    recording: Recording | None = None
    language: str | None = None
    chosen: str = ""
    ending: tuple[int, str | None] = NO_ENDING
