"""A call comes back to whoever transferred or parked it, whose phones show that it is a return."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.outcomes import FAILURES, Failure
from pbx.calls.stages.base import Stage
from pbx.calls.stages.ring import Ring
from pbx.calls.stages.talking import Talking
from pbx.ports import Binding, LegEnded, LegProgress
from pbx.texts import PARKED, RETURNED

if TYPE_CHECKING:
    from pbx.calls.call import Call


class Returning(Stage):
    """Rings the phones of `extension`, which show that the call comes back, and from which `slot` if it was
    parked. When they do not answer either, the caller hears why and the call ends."""

    def __init__(self, call: "Call", extension: str, slot: str | None, failure: Failure) -> None:
        super().__init__(call)
        self._extension = extension
        self._failure = failure
        near = call.talk.near
        words = PARKED if slot else RETURNED
        who = (near.name or near.number) if near else ""
        self._shown: dict[str, object] = {
            "name": words.to(call.tenant.language(extension), slot=slot, name=who),
            "number": near.number if near else call.ledger.number,
        }
        self._ring = Stage(call)

    def begin(self) -> None:
        call = self.call
        call.talk.wait()
        devices = [device.id for device in call.tenant.devices_of(self._extension)]
        self._ring = Ring(
            call,
            [devices],
            float(call.tenant.snapshot.return_seconds),
            self._extension,
            finish=self._over,
            connect=self._connect,
            redirect=lambda leg, number: self._over("no_answer", ""),
            shown=self._shown,
        )
        self._ring.begin()

    def end(self) -> None:
        self._ring.end()

    def _connect(self, leg: Leg) -> None:
        self.call.note(f"return to {self._extension}", "answered")
        self.call.enter(Talking(self.call, leg))

    def _over(self, outcome: str, detail: str) -> None:
        self.call.note(f"return to {self._extension}", outcome)
        failure = FAILURES["transfer_failed"]
        self.call.fail(Failure(self._failure.outcome, self._failure.code, failure.prompt))

    def progress(self, leg: Leg, event: LegProgress) -> None:
        self._ring.progress(leg, event)

    def answered(self, leg: Leg) -> None:
        self._ring.answered(leg)

    def timer(self, name: str) -> None:
        self._ring.timer(name)

    def take(self, leg: Leg) -> bool:
        return self._ring.take(leg)

    def joined(self, binding: Binding) -> None:
        self._ring.joined(binding)

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self.call.caller_gone(leg)
        else:
            self._ring.gone(leg, event)
