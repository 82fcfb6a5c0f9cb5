"""The language between the planes: what a number leads to and what comes next. Standard library only."""

from dialplan import actions
from dialplan.actions import Action
from dialplan.calendars import Calendar, calendar_to_json, parse_calendar
from dialplan.defaults import default_flow
from dialplan.errors import FlowError
from dialplan.evaluate import UNKNOWN_NUMBER, Decision, Finished, Outcome, begin, decide, ending
from dialplan.findings import Finding
from dialplan.flow import Flow, flow_to_json, parse_flow
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
from dialplan.scene import Context
from dialplan.simulation import Destination, Simulation, simulate
from dialplan.text import parse, to_json
from dialplan.validation import validate
from dialplan.walk import Trace, Walk

__all__ = [
    "MAX_DEVICES",
    "MAX_SECONDS",
    "MAX_STEPS",
    "MIN_SECONDS",
    "UNKNOWN_NUMBER",
    "Action",
    "Calendar",
    "Context",
    "Decision",
    "Destination",
    "End",
    "Finding",
    "Finished",
    "Flow",
    "FlowError",
    "Outcome",
    "Plan",
    "PlanError",
    "Ring",
    "Simulation",
    "Step",
    "Trace",
    "Walk",
    "actions",
    "begin",
    "calendar_to_json",
    "decide",
    "default_flow",
    "ending",
    "flow_to_json",
    "parse",
    "parse_calendar",
    "parse_flow",
    "simulate",
    "to_json",
    "validate",
]
