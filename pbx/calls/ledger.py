"""What will be written about a call: who, when, which way it went, how it ended."""

from dataclasses import dataclass, field

from pbx.calls.leg import Leg
from pbx.control.messages import CallRecord, EndedBy, Outcome, PathStep


@dataclass(slots=True, kw_only=True)
class Ledger:
    """The facts of one call, kept as they become known. Times are Unix seconds."""

    call: str
    tenant: str
    dialled: str
    number: str = ""
    name: str = ""
    started_at: float = 0.0
    answered_at: float | None = None
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    outcome: Outcome | None = None
    code: int | None = None
    reason: str | None = None
    legs: dict[str, Leg] = field(default_factory=dict)
    path: list[PathStep] = field(default_factory=list)

    def note(self, step: str, result: str, now: float) -> None:
        """One step of the path, and why the next one came."""
        self.path.append(PathStep(step=step, at=now, result=result))

    def end(self, now: float, by: EndedBy, outcome: Outcome, code: int, reason: str) -> None:
        """How it ended. A call that was answered ended as answered, whatever came after."""
        self.ended_at, self.ended_by, self.code, self.reason = now, by, code, reason
        self.outcome = "answered" if self.answered_at is not None else outcome

    def record(self, *, over: bool) -> CallRecord:
        """The call as others see it; `ended_at` only once it is `over`."""
        return CallRecord(
            id=self.call,
            tenant=self.tenant,
            caller_number=self.number,
            caller_name=self.name,
            dialled=self.dialled,
            started_at=self.started_at,
            answered_at=self.answered_at,
            ended_at=self.ended_at if over else None,
            ended_by=self.ended_by,
            outcome=self.outcome,
            code=self.code,
            reason=self.reason,
            legs=[leg.record() for leg in self.legs.values()],
            path=list(self.path),
        )
