"""A call waits in a slot until somebody takes it, or its time is up and it rings whoever parked it."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import FAILURES
from pbx.calls.stages.base import Stage
from pbx.calls.stages.talking import Talking
from pbx.ports import LegEnded, Play, Spoken

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.referrer import Referrer


class Parked(Stage):
    """`parker` hears the number of the slot and then hangs up, or is hung up."""

    def __init__(self, call: "Call", slot: str, referrer: "Referrer", parker: Leg | None) -> None:
        super().__init__(call)
        self.slot = slot
        self._referrer = referrer
        self._parker = parker

    def begin(self) -> None:
        call = self.call
        call.ledger.parked = self.slot
        call.talk.wait()
        call.start_timer("park", float(call.tenant.snapshot.park.seconds))
        parker = self._parker
        if parker is not None and parker.alive:
            language = call.talk.language
            digits = tuple(Spoken(f"digit_{digit}", language) for digit in self.slot)
            call.do(Play(leg=parker.id, sounds=(Spoken("parked_at", language), *digits)))

    def end(self) -> None:
        call = self.call
        call.ledger.parked = None
        call.stop_timer("park")
        call.world.parking.free(call, self.slot)
        if self._parker is not None:
            call.drop(self._parker, "core", "parked")

    def prompt_ended(self, leg: Leg) -> None:
        if leg is self._parker:
            call = self.call
            call.drop(leg, "core", f"parked the call at {self.slot}")

    def timer(self, name: str) -> None:
        if name != "park":
            return
        call = self.call
        call.note(f"park {self.slot}", "nobody took it in time")
        if not self._referrer.take_back(call, FAILURES["no_answer"]):
            call.fail_as("no_answer")

    def take(self, leg: Leg) -> bool:
        self.call.note(f"park {self.slot}", f"taken by {leg.number}")
        self.call.enter(Talking(self.call, leg))
        return True

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self.call.caller_gone(leg)

    def replaceable(self, old: Leg) -> bool:
        return old is self.call.talk.near

    def substitute(self, old: Leg, new: Leg) -> None:
        self.call.talk.replace(old, new)
        self.call.talk.wait()
