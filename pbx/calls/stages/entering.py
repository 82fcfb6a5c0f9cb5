"""The door of a conference room: its PIN."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.locks import TRIES
from pbx.calls.stages.asking import Asking
from pbx.calls.stages.telling import Telling
from pbx.control import pins
from pbx.control.configuration import RoomConfig
from pbx.ports import LegEnded, Spoken

if TYPE_CHECKING:
    from pbx.calls.call import Call


class Entering(Asking):
    """Asks for the PIN; after three wrong ones the call ends, after many the room is shut for a while."""

    def __init__(self, call: "Call", config: RoomConfig) -> None:
        super().__init__(call)
        self._config = config
        self._tries = 0

    @property
    def _lock(self) -> str:
        return f"{self.call.tenant.id}/room/{self._config.id}"

    def begin(self) -> None:
        if self.call.world.locks.shut(self._lock, self.call.now):
            self.call.note("PIN", "tried too often, shut for a while")
            self.call.enter(Telling(self.call, "pin_blocked"))
        else:
            self.ask("room_pin")

    def entered(self, digits: str) -> None:
        call, locks = self.call, self.call.world.locks
        if digits and not locks.shut(self._lock, call.now) and pins.right(digits, self._config.pin or ""):
            locks.right(self._lock)
            call.world.rooms.let_in(call, self._config)
            return
        self._tries += 1
        if digits:
            locks.wrong(self._lock, call.now)
        if self._tries >= TRIES:
            call.note("PIN", "wrong")
            call.enter(Telling(call, "pin_wrong", Spoken("goodbye", call.talk.language)))
        else:
            self.ask("pin_wrong", "room_pin")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        self.call.caller_gone(leg)
