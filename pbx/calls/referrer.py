"""Who sent a call elsewhere and gets it back when nobody answers there: a transferor, a parker."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import Failure
from pbx.calls.stages.returning import Returning
from pbx.calls.stages.talking import Talking
from pbx.ports import TellReferrer
from pbx.texts import NOT_TRANSFERRED

if TYPE_CHECKING:
    from pbx.calls.call import Call


@dataclass(slots=True)
class Referrer:
    """`leg` is its phone while that is still there, `told` whether the phone asked for it and hears how far
    it is (REFER). `extension` is rung when it has hung up, and sees that the call comes back, from the
    `slot` if it was parked."""

    leg: Leg | None
    extension: str | None
    told: bool
    slot: str | None = None

    def progress(self, call: "Call", code: int) -> None:
        """The target rings."""
        if self.told and self.leg is not None and self.leg.alive:
            reason = "Ringing" if code == 180 else "Session Progress"
            call.do(TellReferrer(leg=self.leg.id, code=code, reason=reason, final=False))

    def done(self, call: "Call") -> None:
        """Somebody answered: the phone that asked is not needed any more."""
        if self.leg is None or not self.leg.alive:
            return
        if self.told:
            call.do(TellReferrer(leg=self.leg.id, code=200, reason="OK", final=True))
        call.drop(self.leg, "core", "transferred")
        self.leg = None

    def take_back(self, call: "Call", failure: Failure) -> bool:
        """Nobody answered: back to the phone that asked, or ring it. False when neither can be."""
        leg, self.leg = self.leg, None
        call.note("transfer", f"came back: {failure.outcome}")
        if leg is not None and leg.alive and not leg.hanging_up:
            if self.told:
                reason = NOT_TRANSFERRED.to(call.tenant.language(leg.extension))
                call.do(TellReferrer(leg=leg.id, code=failure.code, reason=reason, final=True))
            call.enter(Talking(call, leg, (self, failure)))
            return True
        if self.extension is None or call.tenant.extension(self.extension) is None:
            return False
        call.enter(Returning(call, self.extension, self.slot, failure))
        return True
