"""What flows cost: CPU per evaluation, from the beginning of a call to its end, when nobody answers."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dialplan
from dialplan import Calendar, Context, Flow, Walk
from dialplan.actions import Announce, Finished, Forward, HangUp, Menu, Queue, Ring, Voicemail, Webhook
from tests.benchmarks.measure import Result
from tests.running import RunningCore

SECONDS = 2.0
AT_ONCE = 500
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CALL = Context("+31201234567", "Anna", "+31207654321", "102", False, MONDAY, "Europe/Amsterdam")
OUTCOMES = {
    Ring: "no_answer",
    Forward: "busy",
    Voicemail: "left",
    Announce: "done",
    Menu: "1",
    Webhook: "fallback",
    Queue: "timeout",
}


def office() -> tuple[Mapping[str, Flow], Mapping[str, Calendar]]:
    """A flow of 20 nodes, of which a call passes 15, among them hours with a year's holidays."""
    nodes: dict[str, dict[str, Any]] = {
        "blocked": {"type": "condition", "tests": [{"match": "list", "value": ["+31900123456"] * 100}]}
        | {"next": {"match": "bye", "else": "inside"}},
        "inside": {"type": "condition", "tests": [{"match": "internal"}]}
        | {"next": {"match": "desk", "else": "language"}},
        "language": {"type": "language", "language": "nl", "next": {"done": "record"}},
        "record": {"type": "record", "recording": "on", "next": {"done": "hours"}},
        "hours": {
            "type": "hours",
            "hours": [
                {"days": ["mon", "tue", "wed", "thu"], "from": "08:30", "to": "12:30"},
                {"days": ["mon", "tue", "wed", "thu"], "from": "13:00", "to": "17:30"},
                {"days": ["fri"], "from": "08:30", "to": "16:00"},
            ],
            "calendar": "nl",
            "next": {"open": "hook", "closed": "shut", "holiday": "away"},
        },
        "hook": {"type": "webhook", "url": "https://crm.example/route"}
        | {"next": {"vip": "desk", "fallback": "menu"}},
        "menu": {"type": "menu", "sound": "welcome"}
        | {"next": {"1": "sales", "2": "service", "3": "books", "else": "desk"}},
        "sales": {"type": "caller", "prefix": "Sales: ", "next": {"done": "first"}},
        "service": {"type": "caller", "prefix": "Service: ", "next": {"done": "queue"}},
        "books": {"type": "forward", "number": "103", "next": {"else": "mail"}},
        "first": ring("longest_idle") | {"next": {"else": "sorry"}},
        "sorry": {"type": "announcement", "sound": "sorry", "next": {"done": "second"}},
        "second": ring("all") | {"next": {"else": "queue"}},
        "queue": {"type": "queue", "queue": "q", "next": {"else": "outside"}},
        "outside": {"type": "forward", "number": "+31612345678", "next": {"else": "mail"}},
        "desk": ring("linear") | {"next": {"else": "mail"}},
        "mail": {"type": "voicemail", "mailbox": "mb", "next": {"else": "bye"}},
        "shut": {"type": "announcement", "sound": "closed", "next": {"done": "mail"}},
        "away": {"type": "announcement", "sound": "holiday", "next": {"done": "bye"}},
        "bye": {"type": "hangup", "code": 480, "prompt": "goodbye"},
    }
    flow = dialplan.parse_flow({"schema": 1, "name": "Office", "start": "blocked", "nodes": nodes})
    days = [{"annual": f"{month:02d}-{day:02d}"} for month in range(1, 11) for day in (1, 12)]
    return {"office": flow}, {"nl": dialplan.parse_calendar({"name": "NL", "days": days})}


def ring(order: str) -> dict[str, Any]:
    targets = [{"group": "sales"}, *({"extension": str(100 + at)} for at in range(8))]
    return {"type": "ring", "targets": targets, "order": order, "seconds": 20}


async def evaluations(core: RunningCore, folder: Path) -> list[Result]:
    """The flow of an extension with voicemail, and that of an office. The core stands idle meanwhile."""
    flows, calendars = office()
    return [
        *_measure("default flow", {"": dialplan.default_flow(25, True)}, "", {}),
        *_measure("flow of 20 nodes", flows, "office", calendars),
    ]


def _measure(
    name: str, flows: Mapping[str, Flow], flow: str, calendars: Mapping[str, Calendar]
) -> list[Result]:
    count = 0
    begun = time.process_time()
    while (spent := time.process_time() - begun) < SECONDS:
        for _ in range(AT_ONCE):
            _call(flows, flow, calendars)
        count += AT_ONCE
    return [
        Result(f"CPU per evaluation, {name}", spent / count * 1000, "ms", 0.2),
        Result(f"evaluations, {name}", count / spent, "per CPU second"),
    ]


def _call(flows: Mapping[str, Flow], flow: str, calendars: Mapping[str, Calendar]) -> Walk:
    """One call to its end."""
    walk = Walk(flows, flow, CALL, calendars=calendars)
    action = walk.begin(1.0)
    while not isinstance(action, HangUp | Finished):
        action = walk.resume(OUTCOMES[type(action)], 2.0)
    assert walk.broken is None
    return walk
