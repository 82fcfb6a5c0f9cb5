"""What nodes that call somebody have in common: the outcomes, and how to tell them."""

from dialplan.actions import Finished
from dialplan.nodes.base import Over, Pass, Step

FAILURES = ("busy", "declined", "no_answer", "not_registered", "failed")
MIN_SECONDS = 1.0
MAX_SECONDS = 600.0
DEFAULT_SECONDS = 25.0

_TEXTS = {
    "busy": "{} is busy",
    "declined": "{} declined",
    "no_answer": "{} did not answer in time",
    "not_registered": "no phone of {} is registered",
    "failed": "{} could not be reached",
}


def called(who: str, outcome: str, detail: str) -> Step:
    """What follows when calling `who` (in words) had this outcome."""
    more = f" ({detail})" if detail else ""
    if outcome == "answered":
        return Over(Finished("answered"), f"answered: {who} answered{more}")
    if outcome == "redirected":
        return Over(Finished("sent elsewhere by a phone"), f"redirected: {who} sent the call elsewhere{more}")
    known = outcome if outcome in _TEXTS else "failed"
    return Pass(known, _TEXTS[known].format(who) + more)
