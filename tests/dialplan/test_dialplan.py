"""The plan language: every plan survives JSON, every call ends, and nothing but PlanError ever comes out."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dialplan
from dialplan import Decision, End, Finished, Outcome, Plan, PlanError, Ring

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
FAILURES = tuple(outcome for outcome in OUTCOMES if outcome not in ("answered", "redirected"))

devices = st.lists(st.from_regex(r"[A-Za-z0-9_.:-]{1,64}", fullmatch=True), max_size=8, unique=True).map(
    tuple
)
rings = st.builds(Ring, devices, st.floats(min_value=1, max_value=600))
prompts = st.none() | st.from_regex(r"[a-z0-9_]{1,64}", fullmatch=True)
ends = st.builds(End, st.integers(400, 699), prompts)
plans = st.builds(
    lambda rows, last: Plan((*rows, *last)),
    st.lists(rings, min_size=1, max_size=49),
    st.lists(ends, max_size=1),
) | ends.map(lambda end: Plan((end,)))

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["ring", "end"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["steps", "do", "devices", "seconds", "code", "prompt"]) | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
almost_steps = st.fixed_dictionaries(
    {"do": st.sampled_from(["ring", "end"]) | json_values},
    optional=dict.fromkeys(("devices", "seconds", "code", "prompt"), json_values),
)


@given(plans)
def test_a_plan_survives_json(plan: Plan) -> None:
    assert dialplan.parse(json.loads(json.dumps(dialplan.to_json(plan)))) == plan


@given(json_values | st.fixed_dictionaries({"steps": st.lists(almost_steps, max_size=4)}))
def test_any_json_gives_a_plan_or_a_plan_error(data: object) -> None:
    try:
        plan = dialplan.parse(data)
    except PlanError as error:
        assert error.problem.endswith(".")
    else:
        assert dialplan.parse(dialplan.to_json(plan)) == plan


@given(plans, st.data())
def test_a_call_that_nobody_takes_ends(plan: Plan, data: st.DataObject) -> None:
    decision: Decision | Finished = dialplan.begin(plan)
    last: Outcome | None = None
    for _ in range(len(plan.steps) + 1):
        assert isinstance(decision, Decision)
        if isinstance(decision.step, End):
            break
        last = data.draw(st.sampled_from(FAILURES))
        decision = dialplan.decide(plan, decision.position, last)
    assert isinstance(decision, Decision) and isinstance(decision.step, End)
    if isinstance(plan.steps[-1], Ring):
        assert last is not None and decision.step == dialplan.ending(last)
    else:
        assert decision.step == plan.steps[-1]


@given(plans, st.integers(0, 60), st.sampled_from(OUTCOMES))
def test_decide_is_total_and_moves_on(plan: Plan, position: int, outcome: Outcome) -> None:
    decision = dialplan.decide(plan, position, outcome)
    if isinstance(decision, Decision):
        assert decision.position > position
    assert decision.reason


@pytest.mark.parametrize("outcome", ["answered", "redirected"])
def test_an_answered_or_redirected_call_finishes_the_plan(outcome: Outcome) -> None:
    plan = Plan((Ring(("d1",), 20), Ring(("d2",), 20)))
    assert isinstance(dialplan.decide(plan, 0, outcome), Finished)


@pytest.mark.parametrize(
    ("outcome", "end"),
    [
        ("busy", End(486, "busy")),
        ("declined", End(603, "declined")),
        ("no_answer", End(480, "no_answer")),
        ("not_registered", End(480, "not_registered")),
        ("failed", End(500, "failed")),
    ],
)
def test_the_last_outcome_decides_how_the_call_ends(outcome: Outcome, end: End) -> None:
    plan = Plan((Ring(("d1",), 20), Ring(("d2",), 20)))
    following = dialplan.decide(plan, 0, outcome)
    assert isinstance(following, Decision) and (following.position, following.step) == (1, plan.steps[1])
    final = dialplan.decide(plan, 1, outcome)
    assert isinstance(final, Decision) and final.step == end


def test_begin_is_decide_without_an_outcome() -> None:
    plan = Plan((Ring((), 1), End(486, "busy")))
    assert (
        dialplan.decide(plan, 7, None)
        == dialplan.begin(plan)
        == Decision(0, plan.steps[0], "the plan begins")
    )


def test_a_negative_position_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="negative"):
        dialplan.decide(Plan((End(486),)), -1, "busy")


ring = {"do": "ring", "devices": ["d1"], "seconds": 20}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ([], ""),
        ({}, "steps"),
        ({"steps": []}, "steps"),
        ({"steps": [ring], "stpes": 1}, "stpes"),
        ({"steps": {}}, "steps"),
        ({"steps": [ring] * 51}, "steps"),
        ({"steps": [1]}, "steps[0]"),
        ({"steps": [{"do": "dance"}]}, "steps[0].do"),
        ({"steps": [ring, {"do": ["ring"]}]}, "steps[1].do"),
        ({"steps": [{"do": "ring", "devices": []}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "seconds": 0.5}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "seconds": 601}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "seconds": True}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "seconds": "20"}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "seconds": 10**400}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "seconds": float("nan")}]}, "steps[0].seconds"),
        ({"steps": [{**ring, "devices": [1]}]}, "steps[0].devices[0]"),
        ({"steps": [{**ring, "devices": ["a b"]}]}, "steps[0].devices[0]"),
        ({"steps": [{**ring, "devices": ["a\n"]}]}, "steps[0].devices[0]"),
        ({"steps": [{**ring, "devices": ["a", "a"]}]}, "steps[0].devices"),
        ({"steps": [{**ring, "devices": [f"d{n}" for n in range(101)]}]}, "steps[0].devices"),
        ({"steps": [{"do": "end", "code": 200}]}, "steps[0].code"),
        ({"steps": [{"do": "end", "code": 486.0}]}, "steps[0].code"),
        ({"steps": [{"do": "end", "code": 486, "prompt": "../x"}]}, "steps[0].prompt"),
        ({"steps": [{"do": "end", "code": 486, "prompt": 1}]}, "steps[0].prompt"),
        ({"steps": [{"do": "end", "code": 486, "devices": []}]}, "steps[0].devices"),
        ({"steps": [{"do": "end", "code": 486}, ring]}, "steps[1]"),
    ],
)
def test_an_error_names_the_place(data: object, path: str) -> None:
    with pytest.raises(PlanError) as caught:
        dialplan.parse(data)
    assert caught.value.path == path
    assert caught.value.problem.endswith(".")


def test_limits_themselves_are_allowed() -> None:
    wide = {"do": "ring", "devices": [f"d{n}" for n in range(100)], "seconds": 600}
    plan = dialplan.parse({"steps": [wide] * 50})
    assert len(plan.steps) == 50
