"""A parking slot is offered to somebody who is about to transfer a call into it."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.referrer import Referrer
from pbx.calls.stages.base import Stage
from pbx.calls.stages.parked import Parked
from pbx.calls.stages.speaking import listen
from pbx.ports import LegEnded, Play, Spoken

if TYPE_CHECKING:
    from pbx.calls.call import Call

SECONDS = 60.0


class OfferSlot(Stage):
    """Says the number of a slot that is kept free; the transfer puts the other side there. Raises
    CommandError when there is no slot."""

    def __init__(self, call: "Call", slot: str | None) -> None:
        super().__init__(call)
        self._slot = call.world.parking.reserve(call, slot)
        self._parked = False

    def begin(self) -> None:
        call = self.call
        leg = listen(call, answer=True)
        language = call.talk.language
        digits = tuple(Spoken(f"digit_{digit}", language) for digit in self._slot)
        if leg is not None:
            call.do(Play(leg=leg.id, sounds=(Spoken("parked_at", language), *digits)))
        call.start_timer("offer", SECONDS)

    def end(self) -> None:
        self.call.stop_timer("offer")
        if not self._parked:
            self.call.world.parking.free(self.call, self._slot)

    def replaceable(self, old: Leg) -> bool:
        return old is self.call.talk.near

    def substitute(self, old: Leg, new: Leg) -> None:
        call = self.call
        self._parked = True
        parker = old.extension
        call.talk.replace(old, new)
        call.note(f"park {self._slot}", f"by {old.number}")
        referrer = Referrer(None, parker, told=False, slot=self._slot)
        call.enter(Parked(call, self._slot, referrer, None))

    def timer(self, name: str) -> None:
        if name == "offer":
            self.call.close("core", "answered", 200, "nobody was transferred to the slot")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        self.call.caller_gone(leg)
