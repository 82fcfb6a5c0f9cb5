"""The ends of a call: saying why in words, and waiting for the legs to be gone."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import Failure
from pbx.calls.stages.base import Stage
from pbx.ports import LegEnded, Play, Progress, Spoken

if TYPE_CHECKING:
    from pbx.calls.call import Call

PROMPT_SECONDS = 20.0
CLOSE_SECONDS = 10.0


class Refusing(Stage):
    """Nobody will answer: the caller hears why, then gets the code."""

    def __init__(self, call: "Call", failure: Failure, reason: str) -> None:
        super().__init__(call)
        self._failure = failure
        self._reason = reason

    def begin(self) -> None:
        call, near = self.call, self.call.talk.near
        assert near is not None
        assert self._failure.prompt is not None
        call.talk.leave()
        if not near.talking:
            call.do(Progress(leg=near.id, code=183))
        call.do(Play(leg=near.id, sounds=(Spoken(self._failure.prompt, call.talk.language),)))
        call.start_timer("prompt", PROMPT_SECONDS)

    def end(self) -> None:
        self.call.stop_timer("prompt")

    def prompt_ended(self, leg: Leg) -> None:
        if leg is self.call.talk.near:
            self._close("core")

    def timer(self, name: str) -> None:
        if name == "prompt":
            self._close("core")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self._close("caller" if event.remote else "core")

    def _close(self, by: str) -> None:
        failure = self._failure
        self.call.close("caller" if by == "caller" else "core", failure.outcome, failure.code, self._reason)


class Closing(Stage):
    """It is decided how the call ended; the phones have yet to confirm it."""

    def begin(self) -> None:
        self.call.start_timer("close", CLOSE_SECONDS)

    def end(self) -> None:
        self.call.stop_timer("close")

    def timer(self, name: str) -> None:
        if name == "close":
            for leg in self.call.legs:
                leg.end(self.call.now, by="core", code=408, reason="the phone did not confirm the end")
