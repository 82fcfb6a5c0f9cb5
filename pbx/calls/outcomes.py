"""What SIP answers mean to people, and back: outcomes, final codes, prompts, Reason headers (RFC 3326)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pbx.control.messages import Outcome

FailedOutcome = Literal["busy", "declined", "no_answer", "not_registered", "failed"]

COMPLETED_ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


@dataclass(frozen=True, slots=True)
class Failure:
    """How a call that nobody answers ends for the caller: SIP code, and the prompt before it, if any."""

    outcome: Outcome
    code: int
    prompt: str | None


FAILURES: dict[str, Failure] = {
    "busy": Failure("busy", 486, "busy"),
    "declined": Failure("declined", 603, "declined"),
    "no_answer": Failure("no_answer", 480, "no_answer"),
    "not_registered": Failure("not_registered", 480, "not_registered"),
    "unknown_number": Failure("unknown_number", 404, "unknown_number"),
    "failed": Failure("failed", 500, "failed"),
    "blocked": Failure("declined", 603, "declined"),
    "forbidden": Failure("declined", 403, "no_permission"),
    "transfer_failed": Failure("no_answer", 480, "transfer_failed"),
    "park_empty": Failure("unknown_number", 404, "park_empty"),
    "pickup_none": Failure("unknown_number", 404, "pickup_none"),
    "code_refused": Failure("failed", 403, "code_refused"),
    "park_full": Failure("busy", 486, "park_full"),
    "status_unknown": Failure("failed", 404, "status_unknown"),
    "room_full": Failure("busy", 486, "room_full"),
}

REASONS: dict[str, str] = {
    "busy": "busy",
    "declined": "declined",
    "no_answer": "did not answer in time",
    "not_registered": "no phone registered",
    "unknown_number": "no such number",
    "cancelled": "the caller hung up while it rang",
    "failed": "could not be reached",
    "interrupted": "the telephone exchange stopped",
}

# When several phones of one step fail in different ways the caller hears the one that says most.
_RANK: tuple[FailedOutcome, ...] = ("declined", "busy", "no_answer", "failed", "not_registered")


def of_code(code: int) -> FailedOutcome:
    """The outcome of a called leg that ended with a SIP failure code (RFC 3261 section 21)."""
    if code in (486, 600):
        return "busy"
    if code in (603, 403, 607):
        return "declined"
    if code in (408, 480, 487):
        return "no_answer"
    if code in (404, 410, 430, 604):
        return "not_registered"
    return "failed"


def strongest(outcomes: Sequence[FailedOutcome]) -> FailedOutcome:
    """The one outcome that stands for several: declined before busy before no answer."""
    return min(outcomes, key=_RANK.index, default="not_registered")


def outcome_of(code: int) -> Outcome:
    """The outcome of a call that ends with this final code."""
    return "unknown_number" if code == 404 else of_code(code)
