"""What happens next on a call's way through its plan. No state: the caller keeps the position.

    decision = begin(plan)
    while isinstance(decision, Decision) and isinstance(decision.step, Ring):
        outcome = ...ring decision.step.devices for decision.step.seconds...
        decision = decide(plan, decision.position, outcome)

Each `decide` moves on by one step at least, so a plan is over after at most len(steps) + 1 decisions.
"""

from dataclasses import dataclass
from typing import Literal

from dialplan.plan import End, Plan, Ring, Step

Outcome = Literal["answered", "busy", "declined", "no_answer", "not_registered", "failed", "redirected"]
"""How a Ring went. 'answered': somebody took the call. 'redirected': a phone sent it elsewhere (3xx) and the
call goes on there, by another plan; a redirection that is not followed counts as 'failed' or 'declined'."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Do `step` next; hand `position` back with its outcome. `reason` says why, for the call's record."""

    position: int
    step: Step
    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The plan has no more to say: the call was answered, was sent elsewhere, or has been ended by it."""

    reason: str


UNKNOWN_NUMBER = End(404, "unknown_number")

_ENDINGS: dict[str, End] = {
    "busy": End(486, "busy"),
    "declined": End(603, "declined"),
    "no_answer": End(480, "no_answer"),
    "not_registered": End(480, "not_registered"),
    "failed": End(500, "failed"),
}
_TEXTS = {
    "busy": "busy",
    "declined": "declined",
    "no_answer": "nobody answered in time",
    "not_registered": "no phone is registered",
    "failed": "the call could not be delivered",
}


def begin(plan: Plan) -> Decision:
    """The first step."""
    return Decision(0, plan.steps[0], "the plan begins")


def decide(plan: Plan, position: int, outcome: Outcome | None) -> Decision | Finished:
    """What follows when the step at `position` ended with `outcome`; None begins the plan.

    After the last step the call ends by the last outcome (see `ending`). Raises ValueError for a negative
    position, which no decision ever gave."""
    if outcome is None:
        return begin(plan)
    if position < 0:
        raise ValueError(f"position {position} is negative")
    if outcome == "answered":
        return Finished("answered")
    if outcome == "redirected":
        return Finished("sent elsewhere by a phone")
    why = _TEXTS.get(outcome, _TEXTS["failed"])
    if position >= len(plan.steps) or not isinstance(plan.steps[position], Ring):
        return Finished(f"ended: {why}")
    following = position + 1
    if following < len(plan.steps):
        return Decision(following, plan.steps[following], f"{why}: on to step {following + 1}")
    return Decision(following, ending(outcome), f"{why}, and no step is left")


def ending(outcome: Outcome) -> End:
    """How a call ends when its last step ended with `outcome`: SIP status and prompt."""
    return _ENDINGS.get(outcome, _ENDINGS["failed"])
