"""What holds for any flow and any outcomes: reading gives a flow or FlowError, and every call ends."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dialplan
from dialplan import Flow, FlowError, Walk, actions
from dialplan.nodes import TYPES
from dialplan.walk import MAX_NODES_PER_WALK

from .builders import call
from .test_parse import EVERY_TYPE

IDS = ("a", "b", "c", "d", "e", "gone")
ANY_OUTCOME = [
    *sorted({outcome for node in TYPES.values() for outcome in node.outcomes}),
    *("answered", "redirected", "dialled", "1", "12", "*", "vip", "else", "", "nonsense"),
]
MEMBERS = ["schema", "start", "nodes", "type", "next", "extension", "days", "match", "value"]


def patient(examples: int) -> settings:
    """So many examples, however slow the machine is."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _nodes(node: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The same node with any of its links led anywhere or left out."""
    links = {key: st.sampled_from(IDS) for key in node["next"]}
    return st.fixed_dictionaries({}, optional=links).map(lambda following: node | {"next": following})


any_node = st.sampled_from(EVERY_TYPE).flatmap(_nodes)
jumps = st.sampled_from(("f", "g", "other")).map(lambda name: {"type": "flow", "flow": name})
flow_json = st.dictionaries(st.sampled_from(IDS[:-1]), any_node | jumps, min_size=1).map(
    lambda nodes: {"schema": 1, "name": "x", "start": min(nodes), "nodes": nodes}
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([*TYPES, "self", "09:00", "mon", "https://a.example", "number", "UTC", "a"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(MEMBERS) | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@st.composite
def bent(draw: st.DrawFn) -> dict[str, Any]:
    """A flow of which one field holds anything at all."""
    node = dict(draw(st.sampled_from(EVERY_TYPE)))
    node[draw(st.sampled_from(sorted(node)) | st.text(max_size=4))] = draw(json_values)
    return {"schema": 1, "name": "", "start": "n", "nodes": {"n": node}}


@patient(100)
@given(flow_json)
def test_a_flow_survives_json(data: dict[str, Any]) -> None:
    found = dialplan.parse_flow(data)
    assert dialplan.parse_flow(json.loads(json.dumps(dialplan.flow_to_json(found)))) == found


@patient(500)
@given(json_values | bent())
def test_any_json_gives_a_flow_or_a_flow_error(data: object) -> None:
    try:
        found = dialplan.parse_flow(data)
    except FlowError as error:
        assert error.problem.endswith(".")
    else:
        assert dialplan.parse_flow(dialplan.flow_to_json(found)) == found


@patient(100)
@given(json_values | st.fixed_dictionaries({"days": st.lists(json_values, max_size=3)}))
def test_any_json_gives_a_calendar_or_a_flow_error(data: object) -> None:
    try:
        found = dialplan.parse_calendar(data)
    except FlowError as error:
        assert error.problem.endswith(".")
    else:
        assert dialplan.parse_calendar(dialplan.calendar_to_json(found)) == found


contexts = st.builds(
    call,
    caller=st.sampled_from(["", "101", "+31201234567"]),
    extension=st.sampled_from([None, "102"]),
    internal=st.booleans(),
    now=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
)
CALENDARS = {"nl": dialplan.parse_calendar({"days": [{"annual": "12-25"}]})}


@patient(300)
@given(flow_json, flow_json, contexts, st.lists(st.sampled_from(ANY_OUTCOME), max_size=40))
def test_every_call_ends_and_its_simulation_takes_the_same_way(
    first: dict[str, Any], second: dict[str, Any], context: Any, outcomes: list[str]
) -> None:
    flows: dict[str, Flow] = {"f": dialplan.parse_flow(first), "g": dialplan.parse_flow(second)}
    walk = Walk(flows, "f", context, calendars=CALENDARS)
    now = context.now.timestamp()
    action = walk.begin(now)
    given_ = iter(outcomes)
    taken = []
    for _ in range(MAX_NODES_PER_WALK + 10):
        if isinstance(action, actions.HangUp | actions.Finished):
            break
        taken.append(next(given_, "no_answer"))
        action = walk.resume(taken[-1], now, "103")
    assert isinstance(action, actions.HangUp | actions.Finished)
    assert len(walk.path) <= 2 * MAX_NODES_PER_WALK + 10
    assert all(step.result and len(step.result) < 500 for step in walk.path)
    found = dialplan.simulate(
        flows, "f", context, calendars=CALENDARS, assume=[(outcome, "103") for outcome in taken]
    )
    same = [(t.flow, t.node, t.step, t.result) for t in walk.path]
    assert found.broken == walk.broken
    if not any(node["type"] == "hours" for data in (first, second) for node in data["nodes"].values()):
        assert [(t.flow, t.node, t.step, t.result) for t in found.path] == same


@patient(100)
@given(flow_json, flow_json)
def test_any_flow_can_be_checked(first: dict[str, Any], second: dict[str, Any]) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("extensions", "groups", "devices", "mailboxes", "sounds", "queues", "calendars", "prompts"), ()
    )
    flows = {"f": dialplan.parse_flow(first), "g": dialplan.parse_flow(second)}
    for finding in dialplan.validate(flows, **nothing, numbers={"+31612345678": "f"}):
        assert finding.text.endswith(".") and finding.flow in flows
        assert finding.node is None or finding.node in flows[finding.flow].nodes


@patient(100)
@given(flow_json, contexts)
def test_a_flow_without_errors_never_breaks(data: dict[str, Any], context: Any) -> None:
    """What validation lets pass does not need the safe default, as long as nobody rings round for ever."""
    flows = {"f": dialplan.parse_flow(data)}
    found = dialplan.validate(
        flows,
        extensions=["102"],
        groups=["sales"],
        devices=["d1"],
        mailboxes=["mb1"],
        sounds=["s1"],
        queues=["q1"],
        calendars=["nl"],
        prompts=["busy"],
    )
    if not any(f.level == "error" or f.code == "loop" for f in found):
        for outcomes in ((), ("busy",) * 50, ("1",) * 50, ("fallback", "timeout") * 25):
            done = dialplan.simulate(flows, "f", context, calendars=CALENDARS, assume=outcomes)
            assert done.broken is None or "500 nodes" in done.broken
