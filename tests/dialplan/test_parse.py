"""The form of flows: what is right is read and written back, what is wrong is named with its place."""

import json
from typing import Any

import pytest

from dialplan import FlowError, flow_to_json, parse_flow

from .builders import ANNOUNCEMENT, BYE, MENU, RING, VOICEMAIL, as_json

HOURS = {"type": "hours", "hours": [{"days": ["mon", "fri"], "from": "22:00", "to": "02:00"}]}
EVERY_TYPE: list[dict[str, Any]] = [
    {
        "type": "ring",
        "targets": [{"extension": "self"}, {"group": "sales"}, {"device": "d1"}],
        "order": "round_robin",
        "seconds": 12.5,
        "next": {"busy": "x", "declined": "x", "no_answer": "x", "not_registered": "x", "failed": "x"},
    },
    {"type": "forward", "number": "+31612345678", "seconds": 30, "next": {"else": "x"}},
    {"type": "voicemail", "mailbox": "self", "next": {"left": "x", "unavailable": "x"}},
    {"type": "voicemail", "mailbox": "mb1", "greeting": "s1", "next": {}},
    {"type": "announcement", "sound": "s1", "answer": False, "repeat": 10, "next": {"done": "x"}},
    {
        "type": "menu",
        "sound": "s1",
        "timeout": 7,
        "digit_timeout": 2.5,
        "max_digits": 3,
        "tries": 2,
        "direct_dial": True,
        "next": {"1": "x", "12": "x", "*": "x", "#": "x", "timeout": "x", "invalid": "x", "busy": "x"},
    },
    HOURS | {"timezone": "America/New_York", "calendar": "nl", "next": {"open": "x", "holiday": "x"}},
    {
        "type": "condition",
        "tests": [
            {"match": "number", "value": "+31201234567"},
            {"match": "prefix", "value": "+3120"},
            {"match": "list", "value": ["101", "+31201234567"]},
            {"match": "name", "value": "Anna"},
            {"match": "anonymous"},
            {"match": "internal"},
            {"match": "external"},
            {"match": "dialled", "value": "+31207654321"},
        ],
        "next": {"match": "x", "else": "x"},
    },
    {"type": "caller", "name": "Desk", "prefix": "Sales: ", "next": {"done": "x"}},
    {"type": "record", "recording": "off", "next": {"done": "x"}},
    {"type": "language", "language": "nl", "next": {"done": "x"}},
    {
        "type": "webhook",
        "url": "https://crm.example:8443/route?tenant=1",
        "timeout": 3,
        "next": {"vip": "x", "fallback": "x", "else": "x"},
    },
    {"type": "queue", "queue": "q1", "next": {"timeout": "x", "full": "x", "empty": "x", "unavailable": "x"}},
    {"type": "flow", "flow": "other", "next": {}},
    {"type": "hangup", "code": 486, "prompt": "busy", "next": {}},
]


@pytest.mark.parametrize("node", EVERY_TYPE, ids=lambda node: node["type"])
def test_every_type_is_written_back_as_it_was(node: dict[str, Any]) -> None:
    data = as_json("n", n=node, x=BYE | {"next": {}})
    assert json.loads(json.dumps(flow_to_json(parse_flow(data)))) == data


def test_what_is_left_out_has_a_usual_value() -> None:
    short = as_json("r", r={"type": "ring", "targets": []}, m=MENU, v={"type": "voicemail"}, a=ANNOUNCEMENT)
    nodes = flow_to_json(parse_flow(short))["nodes"]
    assert (nodes["r"]["order"], nodes["r"]["seconds"]) == ("all", 25)
    assert (nodes["m"]["timeout"], nodes["m"]["max_digits"], nodes["m"]["tries"]) == (5, 1, 3)
    assert nodes["v"]["mailbox"] == "self"
    assert (nodes["a"]["answer"], nodes["a"]["repeat"]) == (True, 1)


def one(**node: object) -> dict[str, Any]:
    return as_json("n", n=node)


def changed(node: dict[str, Any], **fields: object) -> dict[str, Any]:
    return as_json("n", n=node | fields)


def hours(**fields: object) -> dict[str, Any]:
    return changed(HOURS, hours=[{"days": ["mon"], "from": "09:00", "to": "17:00"} | fields])


def condition(**test: object) -> dict[str, Any]:
    return one(type="condition", tests=[test])


def webhook(url: object) -> dict[str, Any]:
    return one(type="webhook", url=url)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, ""),
        ([], ""),
        ({}, "schema"),
        (as_json("n", n=BYE) | {"schema": 2}, "schema"),
        (as_json("n", n=BYE) | {"schema": True}, "schema"),
        (as_json("n", n=BYE) | {"nmae": "x"}, "nmae"),
        (as_json("n", n=BYE) | {"\ud800": 1}, "'\\ud800'"),
        (as_json("n", n=BYE) | {"x" * 1000: 1}, "x" * 64),
        (as_json("n", n=BYE) | {10**5000: 1}, ""),
        (as_json("n", n=BYE) | {"name": "a\nb"}, "name"),
        (as_json("n", n=BYE) | {"name": "\ud800"}, "name"),
        (as_json("n", n=BYE) | {"name": "x" * 201}, "name"),
        (as_json("", n=BYE), "start"),
        (as_json("n"), "nodes"),
        (as_json("n") | {"nodes": [BYE]}, "nodes"),
        (as_json("n", **{f"n{at}": BYE for at in range(201)}), "nodes"),
        (as_json("n", **{"a b": BYE}), "nodes"),
        (as_json("n") | {"nodes": {1: BYE}}, "nodes"),
        (as_json("n", n=1), "nodes.n"),
        (one(type="dance"), "nodes.n.type"),
        (one(type=["ring"]), "nodes.n.type"),
        (changed(RING, next=[]), "nodes.n.next"),
        (changed(RING, next={"answered": "n"}), "nodes.n.next.answered"),
        (changed(RING, next={"busy": "a b"}), "nodes.n.next.busy"),
        (changed(RING, next={1: "n"}), "nodes.n.next"),
        (changed(BYE, next={"else": "n"}), "nodes.n.next.else"),
        (one(type="ring"), "nodes.n.targets"),
        (changed(RING, targets={}), "nodes.n.targets"),
        (changed(RING, targets=[{}]), "nodes.n.targets[0].extension"),
        (changed(RING, targets=[{"group": "g", "device": "d"}]), "nodes.n.targets[0].device"),
        (changed(RING, targets=[{"extension": "1 2"}]), "nodes.n.targets[0].extension"),
        (changed(RING, targets=[{"device": "d\n"}]), "nodes.n.targets[0].device"),
        (changed(RING, targets=[{"device": "d"}] * 2), "nodes.n.targets"),
        (changed(RING, targets=[{"device": f"d{at}"} for at in range(101)]), "nodes.n.targets"),
        (changed(RING, order="random"), "nodes.n.order"),
        (changed(RING, seconds=0.5), "nodes.n.seconds"),
        (changed(RING, seconds=601), "nodes.n.seconds"),
        (changed(RING, seconds=True), "nodes.n.seconds"),
        (changed(RING, seconds="20"), "nodes.n.seconds"),
        (changed(RING, seconds=10**400), "nodes.n.seconds"),
        (changed(RING, seconds=float("nan")), "nodes.n.seconds"),
        (changed(RING, secnods=20), "nodes.n.secnods"),
        (one(type="forward"), "nodes.n.number"),
        (one(type="forward", number="tel: 1"), "nodes.n.number"),
        (changed(VOICEMAIL, greeting=1), "nodes.n.greeting"),
        (changed(ANNOUNCEMENT, answer=1), "nodes.n.answer"),
        (changed(ANNOUNCEMENT, repeat=11), "nodes.n.repeat"),
        (changed(ANNOUNCEMENT, sound="../x"), "nodes.n.sound"),
        (changed(MENU, next={"a": "n"}), "nodes.n.next.a"),
        (changed(MENU, next={"1" * 21: "n"}), "nodes.n.next." + "1" * 21),
        (changed(MENU, next={str(at): "n" for at in range(101)}), "nodes.n.next"),
        (changed(MENU, tries=0), "nodes.n.tries"),
        (one(type="hours"), "nodes.n.hours"),
        (hours(days=[]), "nodes.n.hours[0].days"),
        (hours(days=["mon", "mon"]), "nodes.n.hours[0].days"),
        (hours(days=["monday"]), "nodes.n.hours[0].days[0]"),
        (hours(**{"from": "9:00"}), "nodes.n.hours[0].from"),
        (hours(**{"from": "24:00"}), "nodes.n.hours[0].from"),
        (hours(to="24:01"), "nodes.n.hours[0].to"),
        (hours(to="09:00"), "nodes.n.hours[0].to"),
        (hours(to="٠٩:٠٠"), "nodes.n.hours[0].to"),
        (changed(HOURS, timezone="Europe/Nowhere"), "nodes.n.timezone"),
        (changed(HOURS, timezone="Europe"), "nodes.n.timezone"),
        (changed(HOURS, timezone="../../etc/passwd"), "nodes.n.timezone"),
        (changed(HOURS, timezone="/etc/localtime"), "nodes.n.timezone"),
        (condition(match="moon"), "nodes.n.tests[0].match"),
        (condition(match="number"), "nodes.n.tests[0].value"),
        (condition(match="number", value=["1"]), "nodes.n.tests[0].value"),
        (condition(match="number", value="- -"), "nodes.n.tests[0].value"),
        (condition(match="name", value=""), "nodes.n.tests[0].value"),
        (condition(match="list", value=[]), "nodes.n.tests[0].value"),
        (condition(match="list", value=["1"] * 501), "nodes.n.tests[0].value"),
        (condition(match="anonymous", value="1"), "nodes.n.tests[0].value"),
        (one(type="caller"), "nodes.n.name"),
        (one(type="caller", prefix='x"\r\nVia: y'), "nodes.n.prefix"),
        (one(type="record", recording="maybe"), "nodes.n.recording"),
        (one(type="language", language="fr"), "nodes.n.language"),
        (webhook("ftp://example.com/"), "nodes.n.url"),
        (webhook("https://"), "nodes.n.url"),
        (webhook("https://user:secret@example.com/"), "nodes.n.url"),
        (webhook("https://[::1"), "nodes.n.url"),
        (webhook("https://example.com:99999/"), "nodes.n.url"),
        (webhook("https://example.com/" + "x" * 500), "nodes.n.url"),
        (webhook("https://example.com/ HTTP/1.1"), "nodes.n.url"),
        (one(type="queue", queue=""), "nodes.n.queue"),
        (one(type="flow"), "nodes.n.flow"),
        (changed(BYE, code=200), "nodes.n.code"),
        (changed(BYE, code=486.0), "nodes.n.code"),
        (changed(BYE, prompt="../x"), "nodes.n.prompt"),
    ],
)
def test_an_error_names_the_place(data: object, path: str) -> None:
    with pytest.raises(FlowError) as caught:
        parse_flow(data)
    assert caught.value.path == path
    assert caught.value.problem.endswith(".")
