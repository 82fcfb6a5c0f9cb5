"""Short ways to make flows and calls."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dialplan import Context, Flow, Walk, parse_flow
from dialplan.actions import Action

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)
MENU = {"type": "menu", "sound": "welcome"}
RING = {"type": "ring", "targets": [{"extension": "self"}], "seconds": 20}
VOICEMAIL = {"type": "voicemail", "mailbox": "self"}
ANNOUNCEMENT = {"type": "announcement", "sound": "closed"}
BYE = {"type": "hangup", "code": 403}


def as_json(start: str, **nodes: object) -> dict[str, Any]:
    return {"schema": 1, "name": "Test", "start": start, "nodes": nodes}


def flow(start: str, **nodes: object) -> Flow:
    return parse_flow(as_json(start, **nodes))


def call(**facts: Any) -> Context:
    usual: dict[str, Any] = {
        "caller": "+31201234567",
        "caller_name": "Anna",
        "dialled": "102",
        "extension": "102",
        "internal": False,
        "now": MONDAY,
        "timezone": "Europe/Amsterdam",
    }
    return Context(**usual | facts)


def walk_of(node: dict[str, Any], *, calendars: Any = None, **facts: Any) -> tuple[Walk, Action]:
    """A walk that has begun in a flow of one node; where that leads are nodes named after outcomes."""
    outcomes = ("open", "closed", "holiday", "match", "else", "done")
    ends = {name: {"type": "hangup", "code": 400 + at} for at, name in enumerate(outcomes)}
    found = Walk({"f": flow("n", n=node, **ends)}, "f", call(**facts), calendars=calendars or {})
    return found, found.begin(MONDAY.timestamp())
