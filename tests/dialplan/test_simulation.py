"""Simulated calls take the way that real ones take, and tell why."""

from typing import Any

import pytest

from dialplan import Destination, Flow, Walk, default_flow, parse_calendar, simulate
from dialplan.actions import Action, Finished, HangUp, Menu

from .builders import ANNOUNCEMENT, BYE, MENU, MONDAY, RING, VOICEMAIL, call, flow

OFFICE = flow(
    "hours",
    hours={
        "type": "hours",
        "hours": [{"days": ["mon"], "from": "09:00", "to": "17:30"}],
        "calendar": "nl",
        "next": {"open": "menu", "closed": "shut"},
    },
    menu=MENU | {"direct_dial": True, "next": {"1": "ring", "else": "ring"}},
    ring=RING
    | {"order": "linear", "targets": [{"extension": "101"}, {"group": "g"}], "next": {"else": "go"}},
    go={"type": "forward", "number": "103", "seconds": 15, "next": {"else": "mail"}},
    mail=VOICEMAIL | {"mailbox": "mb"},
    shut=ANNOUNCEMENT | {"next": {"done": "bye"}},
    bye=BYE,
)
CALENDARS = {"nl": parse_calendar({"days": [{"annual": "12-25", "name": "Christmas"}]})}
FLOWS: dict[str, Flow] = {"office": OFFICE, "person": default_flow(20, True)}


def simulated(**options: Any) -> Any:
    context = call(**options.pop("facts", {}))
    return simulate(FLOWS, "office", context, calendars=CALENDARS, **options)


def test_nobody_answers() -> None:
    found = simulated()
    assert [(t.node, round(t.at - MONDAY.timestamp()), t.result) for t in found.path] == [
        ("hours", 0, "open: Monday 10:00 in Europe/Amsterdam is within 09:00-17:30"),
        ("menu", 0, "timeout: the caller pressed nothing in time"),
        ("ring", 15, "no_answer: extension 101, group g did not answer in time"),
        ("go", 55, "no_answer: 103 did not answer in time"),
        ("mail", 70, "left: a message was left in mailbox mb"),
        (None, 70, "nothing follows: ends the call with 480"),
    ]
    assert (found.ending, found.broken) == ("a message was left", None)


def test_outside_opening_hours() -> None:
    found = simulated(facts={"now": MONDAY.replace(hour=18, minute=2)})
    assert found.path[0].result == "closed: Monday 18:02 in Europe/Amsterdam is outside 09:00-17:30"
    assert [t.node for t in found.path] == ["hours", "shut", "bye"]
    assert found.ending == "ends the call with 403"


def test_on_a_holiday() -> None:
    found = simulated(facts={"now": MONDAY.replace(month=12, day=25)})
    assert found.path[0].result.startswith("holiday: Friday 10:00") and "(Christmas)" in found.path[0].result


def test_outcomes_may_be_given_in_turn() -> None:
    found = simulated(assume=["1", "busy", "answered"])
    assert [t.result.split(":")[0] for t in found.path] == ["open", "1", "busy", "answered"]
    assert found.ending == "answered"


def test_after_the_last_given_outcome_nobody_answers() -> None:
    found = simulated(assume=[("dialled", "105"), "busy"])
    assert [t.result.split(":")[0] for t in found.path][:4] == ["open", "dialled", "busy", "no_answer"]


def test_outcomes_may_depend_on_the_action() -> None:
    found = simulated(assume=lambda action: "1" if isinstance(action, Menu) else "answered")
    assert found.path[-1].result == "answered: extension 101, group g answered"


def lookup(number: str) -> Destination | None:
    return Destination("person", number) if number == "103" else None


def test_a_forward_to_a_number_of_ours_goes_through_its_flow() -> None:
    found = simulated(lookup=lookup)
    assert [(t.flow, t.node) for t in found.path[3:]] == [
        ("office", "go"),
        ("person", "ring"),
        ("person", "voicemail"),
        ("person", None),
    ]
    assert found.path[3].result == "answered: 103 answered (a message was left)"
    assert found.path[4].result == "no_answer: extension 103 did not answer in time"
    assert found.ending == "a message was left"


def test_a_number_of_ours_that_nobody_answers_gives_the_call_back() -> None:
    flows = FLOWS | {"person": default_flow(20, False)}
    found = simulate(
        flows, "office", call(), calendars=CALENDARS, lookup=lookup, assume=["timeout", "busy", "busy"]
    )
    assert [(t.flow, t.node) for t in found.path[2:]] == [
        ("office", "ring"),
        ("office", "go"),
        ("person", "ring"),
        ("person", None),
        ("office", "mail"),
        ("office", None),
    ]
    assert found.path[3].result == "busy: 103 is busy (ends the call with 486, prompt busy)"


def test_numbers_that_forward_to_each_other_come_to_an_end() -> None:
    flows = {
        name: flow("n", n={"type": "forward", "number": to, "next": {"else": "m"}}, m=BYE)
        for name, to in (("a", "2"), ("b", "1"))
    }
    found = simulate(flows, "a", call(), lookup=lambda n: Destination("a" if n == "1" else "b"))
    assert any("forwarded 5 times already" in t.result for t in found.path)
    assert found.broken is None and found.ending == "ends the call with 403"


def test_a_broken_flow_is_told() -> None:
    found = simulate({}, "gone", call())
    assert found.broken == "Flow 'gone' cannot go on: There is no flow 'gone'."
    assert [t.step for t in found.path] == ["broken", "ring", "voicemail", "end"]


@pytest.mark.parametrize("outcomes", [["timeout", "busy", "failed", "unavailable"], ["1", "answered"], ["9"]])
def test_the_path_is_that_of_a_walk(outcomes: list[str]) -> None:
    walk = Walk(FLOWS, "office", call(), calendars=CALENDARS)
    action: Action = walk.begin(MONDAY.timestamp())
    given = iter([*outcomes, "no_answer", "no_answer", "left"])
    while not isinstance(action, HangUp | Finished):
        action = walk.resume(next(given), MONDAY.timestamp())
    found = simulated(assume=outcomes)
    told = [(t.flow, t.node, t.step, t.result) for t in walk.path]
    assert [(t.flow, t.node, t.step, t.result) for t in found.path] == told
