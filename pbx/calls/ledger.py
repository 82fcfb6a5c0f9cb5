"""What will be written about a call: who, when, which way it went, how it ended."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from pbx.calls.leg import Leg
from pbx.control.configuration import Direction
from pbx.control.messages import CallRecord, EndedBy, LegRecord, Outcome, PathStep


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
    released: list[LegRecord] = field(default_factory=list)
    path: list[PathStep] = field(default_factory=list)
    direction: Direction = "internal"
    trunk: str | None = None
    shown: str | None = None
    continued_in: str | None = None
    parked: str | None = None
    room: str | None = None
    recording: bool = False
    emergency: bool = False

    def note(self, step: str, result: str, now: float) -> None:
        """One step of the path, and why the next one came."""
        self.path.append(PathStep(step=step, at=now, result=result))

    def end(self, now: float, by: EndedBy, outcome: Outcome, code: int, reason: str) -> None:
        """How it ended. A call that was answered ended as answered, whatever came after."""
        self.ended_at, self.ended_by, self.code, self.reason = now, by, code, reason
        self.outcome = "answered" if self.answered_at is not None else outcome

    def release(self, leg: Leg, into: str, now: float) -> None:
        """The leg goes on in the call `into`: its part here is written as it was, and ended."""
        del self.legs[leg.id]
        part = replace(
            leg.record(),
            state="ended",
            ended_at=now,
            ended_by="core",
            code=200,
            reason=f"went on in call {into}",
        )
        self.released.append(part)
        self.continued_in = into

    def record(self, *, over: bool, holding: list[str], consulting: str | None) -> CallRecord:
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
            legs=[*self.released, *(leg.record() for leg in self.legs.values())],
            path=list(self.path),
            direction=self.direction,
            trunk=self.trunk,
            shown=self.shown,
            continued_in=self.continued_in,
            parked=self.parked,
            room=self.room,
            recording=self.recording,
            holding=holding,
            consulting=consulting,
            emergency=self.emergency,
        )
