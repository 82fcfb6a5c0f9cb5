"""Two sides talk: holds, keys, transfers by REFER, and either side leaving."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import Failure
from pbx.calls.stages.base import Stage
from pbx.ports import Binding, DigitPressed, LegEnded, LegProgress

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.referrer import Referrer
    from pbx.calls.stages.ring import Ring


SLAM_SECONDS = 2.0


class Talking(Stage):
    """`far` answered. While another device of one side is rung (`move`) the talk goes on. `back`: the
    transfer that `far` asked for failed just now. Some phones hang up when they hear that; then the call
    comes back to them once more, by ringing."""

    def __init__(self, call: "Call", far: Leg, back: "tuple[Referrer, Failure] | None" = None) -> None:
        super().__init__(call)
        self._far = far
        self._back = back
        self._since = call.now
        self._moving: Ring | None = None
        self._mover: Leg | None = None

    def begin(self) -> None:
        call = self.call
        first = call.ledger.answered_at is None
        waited = call.talk.near is not None and call.talk.near.talking
        call.talk.meet(self._far, call.tenant.domain, call.now)
        if first:
            call.ledger.answered_at = call.now
            call.start_timer("maximum", float(call.tenant.snapshot.max_call_seconds))
        if waited:
            call.identify()
        call.recorder.talking()

    def end(self) -> None:
        if self._moving is not None:
            self._moving.end()
        self.call.recorder.silent()

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        self.call.recorder.pressed(leg, event.digit)
        self.call.talk.digit(leg, event, self.call.tenant)

    def replaceable(self, old: Leg) -> bool:
        return old in (self.call.talk.near, self.call.talk.far)

    def substitute(self, old: Leg, new: Leg) -> None:
        call = self.call
        call.talk.replace(old, new)
        call.identify()
        call.recorder.talking()

    def gone(self, leg: Leg, event: LegEnded) -> None:
        call = self.call
        if self._moving is not None and leg not in (call.talk.near, call.talk.far):
            self._moving.gone(leg, event)
        elif leg is self._far and event.remote and self._slammed():
            return
        elif leg is call.talk.near or leg is call.talk.far:
            by = leg.role if event.remote else "core"
            call.close(by, "answered", 200, f"{leg.number} hung up")

    def _slammed(self) -> bool:
        """Whether a phone hung up because its transfer failed; the call rings there again."""
        if self._back is None or self.call.now - self._since > SLAM_SECONDS:
            return False
        referrer, failure = self._back
        return referrer.take_back(self.call, failure)

    # --- Going on at another device (T10) ---

    def move(self, mover: Leg, ring: "Ring") -> None:
        """Ring another device of the person at `mover`; whoever answers there takes its place."""
        self._stop_moving()
        self._mover, self._moving = mover, ring
        ring.begin()

    def moved(self, leg: Leg) -> None:
        """The other device answered."""
        mover, call = self._mover, self.call
        self._moving = self._mover = None
        if mover is None or not mover.alive:
            return
        leg.role = mover.role
        call.talk.replace(mover, leg)
        call.drop(mover, "core", f"went on at {leg.device}")
        call.note("move", f"{leg.number} goes on at another device")
        call.identify()
        call.recorder.talking()

    def not_moved(self, outcome: str, _detail: str) -> None:
        """It did not: the call stays where it is."""
        self._moving = self._mover = None
        self.call.note("move", outcome)

    def _stop_moving(self) -> None:
        if self._moving is not None:
            self._moving.end()
            self._moving = None

    def progress(self, leg: Leg, event: LegProgress) -> None:
        """The other device rings; nobody needs to hear that."""

    def answered(self, leg: Leg) -> None:
        if self._moving is not None:
            self._moving.answered(leg)
        else:
            self.call.dismiss(leg)

    def joined(self, binding: Binding) -> None:
        if self._moving is not None:
            self._moving.joined(binding)

    def timer(self, name: str) -> None:
        if name == "ring" and self._moving is not None:
            self._moving.timer(name)
