"""The caller is told something and the call is over: confirmations of star codes."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.calls.stages.speaking import listen
from pbx.ports import LegEnded, Play, Sound, Spoken

if TYPE_CHECKING:
    from pbx.calls.call import Call

SECONDS = 30.0


class Telling(Stage):
    """Answers, plays a prompt and what follows it, and hangs up."""

    def __init__(self, call: "Call", prompt: str, *more: Sound) -> None:
        super().__init__(call)
        self._sounds = (Spoken(prompt, call.talk.language), *more)

    def begin(self) -> None:
        leg = listen(self.call, answer=True)
        if leg is not None:
            self.call.do(Play(leg=leg.id, sounds=self._sounds))
            self.call.start_timer("telling", SECONDS)

    def end(self) -> None:
        self.call.stop_timer("telling")

    def prompt_ended(self, leg: Leg) -> None:
        self._over()

    def timer(self, name: str) -> None:
        if name == "telling":
            self._over()

    def gone(self, leg: Leg, event: LegEnded) -> None:
        self.call.caller_gone(leg)

    def _over(self) -> None:
        self.call.close("core", "answered", 200, "all was said")
