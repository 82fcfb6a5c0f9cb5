"""What people and programs may ask of calls: bodies of the control API's commands.

`POST /v1/calls` takes Originate; every other command is `POST /v1/calls/{call}/{name}` with the dataclass of
that name below. `extension` is who asks: it must take part in the call, or supervise someone who does, or the
core refuses with 403. The control plane has checked that it is who it says; None is an administrator or a
program of the organisation.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from pbx.control.fields import Digits, Identifier, Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    """Ring the devices of `extension`, or only `device`, and when answered call `number` from there.
    `caller_id` and `record` count for this call only."""

    tenant: Identifier
    extension: Number
    number: Number
    device: Identifier | None = None
    caller_id: Identifier | None = None
    record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    """The id of the call that began."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """What every command on a call says: the organisation, and who asks."""

    tenant: Identifier
    extension: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(OnCall):
    """`hold`: the other side hears music until `on` is False."""

    on: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(OnCall):
    """`transfer`: send the other side to `number`, or, when `to_call` names another call of the same person,
    to the other side of that (attended; it may still ring)."""

    number: Number | None = None
    to_call: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult(OnCall):
    """`consult`: put this call on hold and call `number` from the same phone leg; answers Originated. Finish
    with `transfer` (to_call), `swap`, `join` or `hangup` of the new call (back to the first)."""

    number: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(OnCall):
    """`swap`: talk to the other of two calls, this one waits with music."""

    to_call: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(OnCall):
    """`join`: make this call, and `to_call` with it, one conference; answers the RoomState."""

    to_call: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Park(OnCall):
    """`park`: leave the other side in a slot, the first free one unless `slot`; answers Parked."""

    slot: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Where the call waits."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup(OnCall):
    """`pickup`: answer a call that rings elsewhere, or take a parked one, on `device` (all devices of the
    extension unless given)."""

    device: Identifier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Divert(OnCall):
    """`divert`: a call that rings for an extension goes to its mailbox, whatever its forwards say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(OnCall):
    """`move`: ring another device of mine and go on there."""

    device: Identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Press(OnCall):
    """`digits`: send DTMF to the other side, as if the phone's keys were pressed."""

    digits: Digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(OnCall):
    """`record`: start, pause, resume, stop, or say what becomes of it (keep, discard)."""

    action: Literal["start", "pause", "resume", "stop", "keep", "discard"]


COMMANDS: dict[str, type[OnCall]] = {
    "hold": Hold,
    "transfer": Transfer,
    "consult": Consult,
    "swap": Swap,
    "join": Join,
    "park": Park,
    "pickup": Pickup,
    "divert": Divert,
    "move": Move,
    "digits": Press,
    "record": Record,
}
"""The name of each command on a call, as it stands in the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(OnCall):
    """`POST /v1/rooms/{room}/invite`: call a number and let it into the conference when it answers."""

    number: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(OnCall):
    """`POST /v1/rooms/{room}/members/{leg}`: mute, unmute or remove."""

    action: Literal["mute", "unmute", "remove"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """`PATCH /v1/tenants/{tenant}/extensions/{number}`: what a user sets. Absent members stay as they are,
    null switches off. With `?unless_changed_since=` (Unix time) it is refused with 412 when the extension's
    state was changed at or after that moment."""

    status: Identifier | msgspec.UnsetType | None = msgspec.UNSET
    note: Annotated[str, msgspec.Meta(max_length=140)] | msgspec.UnsetType = msgspec.UNSET
    until: float | msgspec.UnsetType | None = msgspec.UNSET
    do_not_disturb: bool | msgspec.UnsetType = msgspec.UNSET
    forward_all: Annotated[str, msgspec.Meta(max_length=32)] | msgspec.UnsetType | None = msgspec.UNSET
    forward_busy: Annotated[str, msgspec.Meta(max_length=32)] | msgspec.UnsetType | None = msgspec.UNSET
    forward_no_answer: Annotated[str, msgspec.Meta(max_length=32)] | msgspec.UnsetType | None = msgspec.UNSET
    caller_id: Identifier | msgspec.UnsetType | None = msgspec.UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMessage:
    """`PATCH /v1/tenants/{tenant}/voicemail/{message}`: read or unread, deleted or not after all."""

    read: bool | None = None
    deleted: bool | None = None
