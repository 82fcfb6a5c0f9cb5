"""What a call sees of the world around it. `pbx.calls.exchange.Exchange` is that world."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from pbx.control.configuration import MailboxConfig
from pbx.ports import Command, Locations, RecordingEnded, Sounds
from pbx.ports.files import Mailboxes, Personal, Recordings

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.leg import Leg
    from pbx.calls.locks import Locks
    from pbx.calls.parking import Parking
    from pbx.calls.rooms import Rooms
    from pbx.calls.stages.routing import Routing
    from pbx.calls.states import States
    from pbx.calls.turns import Turns
    from pbx.outside.outside import Outside


class AudioFiles(Protocol):
    """The audio on the core's disk. Reading answers from memory; what is written goes out as commands."""

    @property
    def sounds(self) -> Sounds: ...
    @property
    def mailboxes(self) -> Mailboxes: ...
    @property
    def personal(self) -> Personal: ...
    @property
    def recordings(self) -> Recordings: ...


class Listener(Protocol):
    """Voicemail as calls see it."""

    def leave(
        self,
        call: "Call",
        routing: "Routing",
        box: MailboxConfig,
        *,
        greeting: str | None,
        extension: str | None,
        finish: Callable[[str, str], None],
    ) -> None:
        """Let the caller leave a message: `finish` gets "left" or "unavailable". `extension` is whom the
        caller wanted."""

    def listen(self, call: "Call", box: MailboxConfig | None) -> None:
        """The caller hears messages; asked for the mailbox when there is none of their own."""


class World(Protocol):
    """Everything that calls share."""

    out: list[Command]
    """Commands of the event at hand, in order, of whatever calls it touches."""

    @property
    def locations(self) -> Locations: ...
    @property
    def states(self) -> "States": ...
    @property
    def outside(self) -> "Outside": ...
    @property
    def parking(self) -> "Parking": ...
    @property
    def rooms(self) -> "Rooms": ...
    @property
    def turns(self) -> "Turns": ...
    @property
    def files(self) -> AudioFiles: ...
    @property
    def voicemail(self) -> Listener: ...
    @property
    def locks(self) -> "Locks": ...

    def consulted(self, call: "Call") -> None:
        """A consultation is over: its leg returns to the call that waits for it."""

    def completes(self, call: "Call", leg: "Leg") -> bool:
        """Somebody hung up: whether that was who consults, and those who are left go on together."""

    def expect(self, recording: str, call: "Call", handler: Callable[[RecordingEnded], None]) -> None:
        """Who is told when a recording is on disk, also when its call is over by then."""

    def lead(self, call: "Call", number: str) -> None:
        """The call goes to a number."""

    def touch(self, call: "Call") -> None:
        """The call changed in the event at hand: settle it in the end."""

    def new_leg(self, call: str) -> str:
        """A fresh leg id, known from now on to belong to that call."""

    def own(self, tenant: str, device: str | None, leg: str) -> None:
        """The device, if it is one, has one leg more."""

    def moved(self, leg: str, call: "Call") -> None:
        """The leg belongs to this call from now on."""

    def call_of(self, leg: str) -> "Call | None":
        """The call that a leg belongs to."""

    def find(self, tenant: str, call: str) -> "Call | None":
        """A call of that organisation that goes on."""

    def ringing(self, tenant: str) -> "list[Call]":
        """Calls of the organisation, oldest first."""

    def busy_legs(self, tenant: str, device: str) -> int:
        """Legs that the device has now."""
