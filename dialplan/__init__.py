"""The language between the planes: what a number leads to and what comes next. Standard library only."""

from dialplan.evaluate import UNKNOWN_NUMBER, Decision, Finished, Outcome, begin, decide, ending
from dialplan.plan import (
    MAX_DEVICES,
    MAX_SECONDS,
    MAX_STEPS,
    MIN_SECONDS,
    End,
    Plan,
    PlanError,
    Ring,
    Step,
)
from dialplan.text import parse, to_json

__all__ = [
    "MAX_DEVICES",
    "MAX_SECONDS",
    "MAX_STEPS",
    "MIN_SECONDS",
    "UNKNOWN_NUMBER",
    "Decision",
    "End",
    "Finished",
    "Outcome",
    "Plan",
    "PlanError",
    "Ring",
    "Step",
    "begin",
    "decide",
    "ending",
    "parse",
    "to_json",
]
