"""Somebody called by click: their own phones ring first, and then the call goes where they wanted (T11)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import FAILURES
from pbx.calls.stages.base import Stage
from pbx.calls.stages.ring import Ring
from pbx.ports import Binding, Caller, LegEnded, LegProgress

if TYPE_CHECKING:
    from pbx.calls.call import Call

SUMMON_SECONDS = 30.0


class Summoning(Stage):
    """Rings `devices` of an extension, which see whom they are about to call; who answers becomes the caller,
    and `go_on` says what comes then."""

    def __init__(
        self,
        call: "Call",
        devices: list[str],
        number: str,
        name: str,
        go_on: Callable[[], None],
        *,
        auto_answer: bool = False,
    ) -> None:
        super().__init__(call)
        self._ring = Ring(
            call,
            [devices],
            SUMMON_SECONDS,
            call.ledger.number,
            finish=self._failed,
            connect=self._connect,
            redirect=lambda leg, number: self._failed("declined", ""),
            shown={"number": number, "name": name, "auto_answer": auto_answer},
            role="caller",
        )
        self._go_on = go_on

    def begin(self) -> None:
        self._ring.begin()

    def end(self) -> None:
        self._ring.end()

    def _failed(self, outcome: str, detail: str) -> None:
        self.call.fail(FAILURES[outcome], "caller" if outcome != "not_registered" else "core")

    def _connect(self, leg: Leg) -> None:
        call = self.call
        call.talk.near = leg
        call.talk.can_hear = True
        call.codecs = (leg.codec,) if leg.codec else ()
        call.device = Caller(call.tenant.id, leg.device or "", leg.extension or "")
        self._go_on()

    def progress(self, leg: Leg, event: LegProgress) -> None:
        """My own phone rings: there is nobody to tell."""

    def answered(self, leg: Leg) -> None:
        self._ring.answered(leg)

    def joined(self, binding: Binding) -> None:
        self._ring.joined(binding)

    def gone(self, leg: Leg, event: LegEnded) -> None:
        self._ring.gone(leg, event)

    def timer(self, name: str) -> None:
        self._ring.timer(name)
