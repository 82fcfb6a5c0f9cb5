"""One leg: the side of a call that one phone is on, as a state machine with one door for every change."""

from dataclasses import dataclass, field

import structlog

from pbx.control.messages import EndedBy, LegRecord, LegRole, LegState, Quality

log = structlog.get_logger("pbx.leg")

# What may follow what. Provisional answers may repeat and go both ways (RFC 3261 section 13.2.2.1).
TRANSITIONS: dict[LegState, frozenset[LegState]] = {
    "offered": frozenset({"ringing", "early", "answered", "ended"}),
    "ringing": frozenset({"early", "answered", "ended"}),
    "early": frozenset({"ringing", "answered", "ended"}),
    "answered": frozenset({"held", "ended"}),
    "held": frozenset({"answered", "ended"}),
    "ended": frozenset(),
}


@dataclass(slots=True, kw_only=True)
class Leg:
    """State and times of one leg. `line` is what its trunk knows it by. Change `state` only through `enter`;
    `record` gives what others see."""

    id: str
    call: str
    tenant: str
    role: LegRole
    number: str
    name: str
    offered_at: float
    extension: str | None = None
    device: str | None = None
    address: str | None = None
    trunk: str | None = None
    line: str | None = None
    state: LegState = field(default="offered", init=False)
    ringing_at: float | None = field(default=None, init=False)
    answered_at: float | None = field(default=None, init=False)
    ended_at: float | None = field(default=None, init=False)
    ended_by: EndedBy | None = field(default=None, init=False)
    code: int | None = field(default=None, init=False)
    reason: str | None = field(default=None, init=False)
    codec: str | None = field(default=None, init=False)
    quality: Quality | None = field(default=None, init=False)
    dialog: str | None = field(default=None, init=False)
    absent: bool = field(default=False, init=False)
    hanging_up: bool = field(default=False, init=False)

    @property
    def alive(self) -> bool:
        return self.state != "ended"

    @property
    def talking(self) -> bool:
        return self.state in ("answered", "held")

    def enter(self, state: LegState, now: float) -> bool:
        """Go to `state` if that may follow the present one; False (and a log line) when it may not."""
        if state == self.state:
            return False
        if state not in TRANSITIONS[self.state]:
            log.warning(
                "leg.refused", old=self.state, new=state, leg=self.id, call=self.call, tenant=self.tenant
            )
            return False
        log.debug("leg.state", old=self.state, new=state, leg=self.id, call=self.call, tenant=self.tenant)
        self.state = state
        if state in ("ringing", "early") and self.ringing_at is None:
            self.ringing_at = now
        elif state == "answered" and self.answered_at is None:
            self.answered_at = now
        elif state == "ended":
            self.ended_at = now
        return True

    def end(self, now: float, *, by: EndedBy, code: int, reason: str) -> bool:
        """Enter the last state and keep why. The first reason given stays (whoever hung up first)."""
        if self.ended_by is None:
            self.ended_by, self.code, self.reason = by, code, reason
        return self.enter("ended", now)

    def blame(self, by: EndedBy, code: int, reason: str) -> None:
        """Note why this leg is about to end, before the stack confirms it."""
        if self.ended_by is None:
            self.ended_by, self.code, self.reason = by, code, reason
        self.hanging_up = True

    def record(self) -> LegRecord:
        return LegRecord(
            id=self.id,
            role=self.role,
            state=self.state,
            extension=self.extension,
            device=self.device,
            number=self.number,
            name=self.name,
            address=self.address,
            offered_at=self.offered_at,
            ringing_at=self.ringing_at,
            answered_at=self.answered_at,
            ended_at=self.ended_at,
            ended_by=self.ended_by,
            code=self.code,
            reason=self.reason,
            codec=self.codec,
            quality=self.quality,
            dialog=self.dialog,
            absent=self.absent,
        )
