"""Calling out over trunks: one after the other until one takes the call."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import of_code
from pbx.calls.stages.base import Stage
from pbx.outside.plans import Plan
from pbx.ports import HangUp, LegEnded, LegProgress

if TYPE_CHECKING:
    from pbx.calls.call import Call


class DialOutside(Stage):
    """Tries the lines of a plan in their order: the next one on a failover code, or when nothing came back
    for `plan.seconds`. Rings `seconds` at most."""

    def __init__(
        self,
        call: "Call",
        plan: Plan,
        seconds: float,
        *,
        finish: Callable[[str, str], None],
        connect: Callable[[Leg], None],
        diverted_by: str,
    ) -> None:
        super().__init__(call)
        self._plan = plan
        self._seconds = seconds
        self._finish, self._connect = finish, connect
        self._diverted_by = diverted_by
        self._lines = list(plan.lines)
        self._leg: Leg | None = None
        self._code = 503
        self._id = f"{call.id}/{secrets.token_hex(4)}"

    def begin(self) -> None:
        call, ledger, plan = self.call, self.call.ledger, self._plan
        if ledger.direction == "internal":
            ledger.direction = "outbound"
        ledger.emergency = ledger.emergency or plan.emergency
        ledger.shown = plan.shown
        call.start_timer("ring", self._seconds)
        self._next()

    def end(self) -> None:
        self.call.stop_timer("ring")
        self.call.stop_timer("line")
        self._drop(self._leg, "not needed any more")

    def _next(self) -> None:
        """Try the next line; when none is left the call cannot go out."""
        call, plan = self.call, self._plan
        if not self._lines:
            self._finish(of_code(self._code), f"no line took it ({self._code})")
            return
        line = self._lines.pop(0)
        call.ledger.trunk = line.trunk
        outside = call.world.outside
        begun = outside.begun(self._id, call.tenant, line.trunk, call.now, extension=call.actor, plan=plan)
        call.do(*begun)
        shown: dict[str, object] = {
            "called": line.number,
            "number": line.shown,
            "name": plan.name,
            "anonymous": plan.shown is None,
            "diverted_by": self._diverted_by,
        }
        self._leg = call.offer(line, "callee", plan.number, "", shown)
        self._leg.line = self._id
        call.start_timer("line", float(plan.seconds))

    def progress(self, leg: Leg, event: LegProgress) -> None:
        if leg is not self._leg:
            return
        self.call.stop_timer("line")
        if event.media:
            self.call.talk.hear_early(leg)
        elif event.code >= 180:
            self.call.talk.alert()

    def replaceable(self, old: Leg) -> bool:
        return True

    def substitute(self, old: Leg, new: Leg) -> None:
        self.call.talk.alert()

    def answered(self, leg: Leg) -> None:
        if leg is not self._leg:
            self.call.dismiss(leg)
            return
        self._leg = None
        self.call.world.outside.answered(self._id, self.call.now)
        self._connect(leg)

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is not self._leg:
            return
        self._leg = None
        self.call.talk.drop_early()
        self._failed(leg, event.code, event.reason)

    def _failed(self, leg: Leg, code: int, reason: str) -> None:
        self.call.stop_timer("line")
        self._code = code
        self.call.note(f"trunk {leg.trunk}", f"{code} {reason}".strip())
        if (code in self._plan.failover or self._plan.emergency) and self._lines:
            leg.line = None  # the same call goes on over the next trunk
            self._next()
        else:
            self._finish(of_code(code), f"{code} {reason}".strip())

    def timer(self, name: str) -> None:
        leg = self._leg
        if name == "line" and leg is not None:
            self._leg = None
            self._drop(leg, "the trunk does not answer")
            self._failed(leg, 408, "nothing came back")
        elif name == "ring":
            self._finish("no_answer", "")

    def _drop(self, leg: Leg | None, reason: str) -> None:
        if leg is not None and leg.alive and not leg.hanging_up:
            leg.blame("core", 487, reason)
            self.call.do(HangUp(leg=leg.id, code=487))
