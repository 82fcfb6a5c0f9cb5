"""Asking the caller for digits: a PIN, the number of a mailbox."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.calls.stages.speaking import listen
from pbx.ports import DigitPressed, Play, Spoken, StopPlaying

if TYPE_CHECKING:
    from pbx.calls.call import Call

MAX_DIGITS = 12
PAUSE = 5.0  # seconds without a key after which the digits count
WAIT = 20.0  # seconds until the first key, the prompt included


class Asking(Stage):
    """`ask` plays prompts and collects digits, ended by # or a pause; `entered` gets them ("" for none)."""

    def __init__(self, call: "Call") -> None:
        super().__init__(call)
        self._digits = ""

    def ask(self, *prompts: str) -> None:
        """Play these and take digits, also while they play."""
        self._digits = ""
        leg = listen(self.call, answer=True)
        if leg is not None:
            sounds = tuple(Spoken(prompt, self.call.talk.language) for prompt in prompts)
            self.call.do(Play(leg=leg.id, sounds=sounds))
            self.call.start_timer("digits", WAIT)

    def entered(self, digits: str) -> None:
        """The caller is done."""
        raise NotImplementedError

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        if leg is not self.call.talk.near:
            return
        if not self._digits:
            self.call.do(StopPlaying(leg=leg.id))
        if event.digit != "#":
            self._digits += event.digit
            self.call.start_timer("digits", PAUSE)
        if event.digit == "#" or len(self._digits) >= MAX_DIGITS:
            self._done()

    def timer(self, name: str) -> None:
        if name == "digits":
            self._done()

    def _done(self) -> None:
        digits, self._digits = self._digits, ""
        self.call.stop_timer("digits")
        self.entered(digits)

    def end(self) -> None:
        self.call.stop_timer("digits")
