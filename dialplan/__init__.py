"""The language between the planes: what a number leads to and what comes next. Standard library only."""

from dialplan import actions
from dialplan.actions import Action
from dialplan.calendars import Calendar, calendar_to_json, parse_calendar
from dialplan.defaults import default_flow
from dialplan.errors import FlowError
from dialplan.findings import Finding
from dialplan.flow import Flow, flow_to_json, parse_flow
from dialplan.scene import Context
from dialplan.simulation import Destination, Simulation, simulate
from dialplan.validation import validate
from dialplan.walk import Trace, Walk

__all__ = [
    "Action",
    "Calendar",
    "Context",
    "Destination",
    "Finding",
    "Flow",
    "FlowError",
    "Simulation",
    "Trace",
    "Walk",
    "actions",
    "calendar_to_json",
    "default_flow",
    "flow_to_json",
    "parse_calendar",
    "parse_flow",
    "simulate",
    "validate",
]
