"""One side of a call waits with music while the person it talked to consults somebody from the same phone."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.calls.stages.talking import Talking
from pbx.ports import LegEnded

if TYPE_CHECKING:
    from pbx.calls.call import Call


class Waiting(Stage):
    """`extension` will come back, or put somebody else in its place."""

    def __init__(self, call: "Call", extension: str | None) -> None:
        super().__init__(call)
        self.extension = extension

    def begin(self) -> None:
        self.call.talk.wait()

    def take(self, leg: Leg) -> bool:
        self.call.enter(Talking(self.call, leg))
        return True

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self.call.caller_gone(leg)
