"""Digits are asked of the caller: the PIN of a room."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.locks import TRIES
from pbx.calls.stages.base import Stage
from pbx.calls.stages.speaking import listen
from pbx.calls.stages.telling import Telling
from pbx.control import pins
from pbx.control.configuration import RoomConfig
from pbx.ports import DigitPressed, LegEnded, Play, Spoken, StopPlaying

if TYPE_CHECKING:
    from pbx.calls.call import Call

MAX_DIGITS = 12
PAUSE = 6.0  # seconds without a key after which the digits count
WAIT = 15.0


class Entering(Stage):
    """Asks for the PIN, ended by # or a pause; after three wrong ones the call ends."""

    def __init__(self, call: "Call", config: RoomConfig) -> None:
        super().__init__(call)
        self._config = config
        self._digits = ""
        self._tries = 0

    @property
    def _lock(self) -> str:
        return f"{self.call.tenant.id}/room/{self._config.id}"

    def begin(self) -> None:
        if self.call.world.locks.shut(self._lock, self.call.now):
            self.call.note("PIN", "tried too often, shut for a while")
            self.call.enter(Telling(self.call, "pin_blocked"))
        else:
            self._ask("room_pin")

    def end(self) -> None:
        self.call.stop_timer("pin")

    def _ask(self, *prompts: str) -> None:
        self._digits = ""
        leg = listen(self.call, answer=True)
        if leg is not None:
            sounds = tuple(Spoken(prompt, self.call.talk.language) for prompt in prompts)
            self.call.do(Play(leg=leg.id, sounds=sounds))
            self.call.start_timer("pin", WAIT)

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        if not self._digits:
            self.call.do(StopPlaying(leg=leg.id))
        if event.digit == "#":
            self._check()
            return
        self._digits += event.digit
        self.call.start_timer("pin", PAUSE)
        if len(self._digits) >= MAX_DIGITS:
            self._check()

    def timer(self, name: str) -> None:
        if name == "pin":
            self._check()

    def _check(self) -> None:
        call, locks = self.call, self.call.world.locks
        if self._digits and pins.right(self._digits, self._config.pin or ""):
            locks.right(self._lock)
            call.world.rooms.let_in(call, self._config)
            return
        self._tries += 1
        if self._digits:
            locks.wrong(self._lock, call.now)
        if self._tries >= TRIES:
            call.note("PIN", "wrong")
            call.enter(Telling(call, "pin_wrong", Spoken("goodbye", call.talk.language)))
        else:
            self._ask("pin_wrong", "room_pin")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        self.call.caller_gone(leg)
