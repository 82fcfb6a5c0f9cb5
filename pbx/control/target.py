"""What the control server needs of the core: `ControlTarget` and its journal, as protocols. `pbx.main` has
them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from pbx.control.commands import OnCall, Originate, SetState
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    BanState,
    BindingState,
    CallRecord,
    Claim,
    Event,
    ExtensionState,
    Health,
    LiveState,
    RoomState,
    Trace,
    TraceMessage,
    TrunkState,
    decode,
)
from pbx.control.readings import Reading


class Refused(Exception):
    """The core will not do what was asked. `status` is the HTTP code of the answer, `error` one sentence that
    says what to do, `field` the member of the request that is to blame."""

    def __init__(self, status: int, error: str, field: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.field = field


class Forgotten(LookupError):
    """A reader asked for events that the journal no longer keeps; the text says which number is the
    oldest."""


class Entry(NamedTuple):
    """One event as the journal keeps it: encoded once, the same bytes on disk and to every reader. `key`
    names what it is about when a later event of the same key makes it void; None when it must be kept
    (records)."""

    number: int
    tenant: str | None
    key: str | None
    body: bytes

    def event(self) -> Event:
        """The event itself, decoded anew at each call."""
        return decode(self.body, Event)


class EventLog(Protocol):
    """The journal as readers see it. Numbers start at 1 and rise; one is missing only where a later event of
    the same binding, ban, alarm or call says all that it said."""

    @property
    def stream(self) -> str:
        """Changes when numbering starts anew (a new file)."""

    @property
    def last(self) -> int:
        """The last number given, on disk or not; 0 when there is none."""

    @property
    def committed(self) -> int:
        """The last number that is on disk. Nobody sees a later one."""

    @property
    def acknowledged(self) -> int:
        """Up to here someone else has it safe."""

    @property
    def oldest(self) -> int:
        """The first number still kept (last + 1 when there is none)."""

    def acknowledge(self, number: int) -> None:
        """Events up to and including `number` are safe elsewhere. Raises ValueError for one not on disk
        yet."""

    async def settled(self, number: int, seconds: float) -> bool:
        """Waits until `number` is on disk; False when it is not after `seconds`."""

    def follow(self, since: int) -> AsyncIterator[Entry]:
        """The events after `since`, in order, as they get to disk; never ends by itself. Raises Forgotten."""


class ControlTarget(Protocol):
    """What the core offers to the control API. Every method runs on the asyncio loop and returns soon; each
    may raise Refused. Times are Unix seconds."""

    @property
    def journal(self) -> EventLog: ...

    def tenants(self) -> Mapping[str, int]:
        """Version of the applied snapshot by tenant."""

    async def apply_snapshot(self, snapshot: Snapshot) -> None:
        """Use it from now on and keep it over a restart. Versions were compared by the caller. Raises Refused
        with 422 when it does not fit together (a plan that does not parse, a domain of another tenant)."""

    async def remove_tenant(self, tenant: str) -> bool:
        """Forget the tenant, its bindings too, and end its calls. False when it was not known."""

    def calls(self) -> Sequence[CallRecord]:
        """Calls going on now, of all tenants."""

    async def originate(self, command: Originate) -> str:
        """Start it and give the call id. Raises Refused (404 unknown tenant or extension, 409 no phone)."""

    async def hang_up(self, call: str) -> bool:
        """End the call, ended_by 'operator'. False when there is no such call."""

    async def command(self, call: str, command: OnCall) -> object:
        """Do it to the call; gives what `commands` says that it answers, or None. Raises Refused (404 no such
        call in `command.tenant`, 403 not for `command.extension`, 409 not now)."""

    async def room_command(self, room: str, command: OnCall, leg: str | None = None) -> object:
        """Invite into a conference, or Member for its member `leg`; gives the RoomState. Raises Refused as
        `command` does."""

    def rooms(self, tenant: str) -> Sequence[RoomState]:
        """Conferences that go on."""

    def extension_states(self, tenant: str) -> Sequence[ExtensionState]:
        """What users set; extensions where nobody ever did may be missing."""

    async def set_state(self, tenant: str, number: str, change: SetState) -> ExtensionState:
        """Change what the user of an extension set, on disk before it returns. Raises Refused (404 unknown
        tenant or extension, 422 what the snapshot does not have or allow)."""

    def trunk_states(self, tenant: str) -> Sequence[TrunkState]:
        """Whether each trunk works."""

    def reading(self, tenant: str, number: str, extension: str | None) -> Reading:
        """What dialling the number would come to for that extension. Raises Refused (404 unknown tenant or
        extension)."""

    def bindings(self) -> Sequence[BindingState]:
        """Live bindings of all tenants."""

    async def remove_binding(self, tenant: str, device: str, contact: str) -> bool:
        """Forget one binding. False when there is none."""

    def claim(self, claim: Claim) -> None:
        """Take requests over this connection as the device's. Raises Refused (404 unknown tenant or device,
        409 when it is no browser, or disabled)."""

    def bans(self) -> Sequence[BanState]: ...

    async def unban(self, address: str) -> bool:
        """Lift the ban. False when the address is not banned."""

    def trace(self, command: Trace) -> None:
        """Switch the SIP trace. Raises Refused with 404 for an unknown tenant or device."""

    def traced(self, tenant: str | None, device: str | None) -> Sequence[TraceMessage]:
        """Recent traced messages, oldest first."""

    def health(self) -> Health: ...

    def live_state(self) -> LiveState:
        """What is going on; `number` is `journal.last` at this very moment."""
