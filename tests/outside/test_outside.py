"""The outside lines as the call logic sees them."""

from pbx.control.configuration import EmergencyConfig, ExtensionConfig, NumberConfig
from pbx.outside import Outside, Plan, Refusal
from pbx.ports import Emit, Line, TrunkChanged

from .offices import ANNA, MAIN, Rows, built, office, trunk

NOW = 1_000_000.0


def ready(*snapshots: object) -> Outside:
    outside = Rows().outside()
    for snapshot in snapshots or (office(),):
        outside.configured(snapshot, NOW)  # type: ignore[arg-type]
    return outside


def kinds(emitted: tuple[Emit, ...]) -> list[str]:
    return [each.event.notice.kind if each.event.notice else each.event.kind for each in emitted]


def changed(up: bool, trunk_id: str = "one", code: int = 200) -> TrunkChanged:
    return TrunkChanged(tenant="t1", trunk=trunk_id, up=up, code=code, reason="")


def test_a_plan_says_what_each_trunk_is_told() -> None:
    trunks = [trunk("one", dial="e164"), trunk("two", dial="national")]
    tenant = built(trunks=trunks)
    plan = ready(tenant.snapshot).plan(tenant, "101", "0031101234567", NOW)
    assert isinstance(plan, Plan)
    assert plan.lines == (
        Line(tenant="t1", trunk="one", number="31101234567", shown="31201234500"),
        Line(tenant="t1", trunk="two", number="0101234567", shown="0201234500"),
    )
    assert plan.number == "+31101234567"
    assert plan.shown == MAIN
    assert plan.name == "Office"
    assert 503 in plan.failover
    assert 486 not in plan.failover


def test_an_anonymous_call_tells_the_trunk_alone() -> None:
    tenant = built()
    outside = ready()
    plan = outside.plan(tenant, "101", "0101234567", NOW, chosen=outside.may_hide(tenant, "101"))
    assert isinstance(plan, Plan)
    assert plan.shown is None
    assert plan.lines[0].shown == ANNA


def test_who_may_not_call_out() -> None:
    tenant = built(extensions=[ExtensionConfig(id="x101", number="101", name="A", may_call_out=False)])
    outside = ready(tenant.snapshot)
    refusal = outside.plan(tenant, "101", "0101234567", NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.prompt == "no_permission"
    assert isinstance(outside.plan(tenant, "101", "112", NOW), Plan)


def test_nonsense_and_numbers_without_a_route() -> None:
    outside = ready()
    wrong = outside.plan(built(), "101", "99999", NOW)
    assert isinstance(wrong, Refusal)
    assert (wrong.code, wrong.prompt) == (404, "unknown_number")
    nowhere = outside.plan(built(routes=[]), "101", "0101234567", NOW)
    assert isinstance(nowhere, Refusal)
    assert "no route" in nowhere.text


def test_trunks_take_as_many_calls_as_they_may_in_both_directions() -> None:
    tenant = built(trunks=[trunk("one", max_calls=1), trunk("two", max_calls=1)])
    outside = ready(tenant.snapshot)
    outside.begun("in", tenant, "one", NOW)
    plan = outside.plan(tenant, "101", "0101234567", NOW)
    assert isinstance(plan, Plan)
    assert [line.trunk for line in plan.lines] == ["two"]
    outside.begun("out", tenant, "two", NOW, extension="101", plan=plan)
    refusal = outside.plan(tenant, "101", "0101234567", NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.prompt) == (503, "call_limit")
    emergency = outside.plan(tenant, "101", "112", NOW)
    assert isinstance(emergency, Plan)
    assert len(emergency.lines) == 2
    outside.ended("in", tenant, NOW)
    assert outside.trunk_calls("t1", "one") == 0
    assert not outside.full(tenant, "one")
    assert outside.full(tenant, "two")


def test_a_failover_moves_the_call_to_the_next_trunk() -> None:
    tenant = built()
    outside = ready()
    plan = outside.plan(tenant, "101", "0101234567", NOW)
    assert isinstance(plan, Plan)
    outside.begun("c", tenant, "one", NOW, extension="101", plan=plan)
    moved = outside.begun("c", tenant, "two", NOW, extension="101", plan=plan)
    told = {each.event.trunk.trunk: each.event.trunk.calls for each in moved if each.event.trunk}
    assert told == {"one": 0, "two": 1}


def test_the_state_of_trunks() -> None:
    outside = ready()
    assert [state.state for state in outside.states()] == ["unknown", "unknown"]
    assert kinds(outside.changed(changed(True), NOW + 1)) == ["trunk.changed"]
    assert outside.changed(changed(True), NOW + 2) == ()
    assert kinds(outside.changed(changed(False, code=503), NOW + 3)) == ["trunk.changed", "trunk.down"]
    assert kinds(outside.changed(changed(False, code=408), NOW + 4)) == ["trunk.changed"]
    state = outside.states()[0]
    assert (state.state, state.code, state.since) == ("down", 408, NOW + 3)
    plan = outside.plan(built(), "101", "0101234567", NOW)
    assert isinstance(plan, Plan)
    assert [line.trunk for line in plan.lines] == ["two", "one"]
    assert outside.changed(changed(True, "three"), NOW) == ()


def test_trunks_come_and_go_with_the_configuration() -> None:
    outside = Rows().outside()
    assert kinds(outside.configured(office(), NOW)) == ["trunk.changed", "trunk.changed"]
    assert outside.configured(office(), NOW) == ()
    assert kinds(outside.configured(office(trunks=[trunk("one")]), NOW)) == ["trunk.removed"]
    assert kinds(outside.removed("t1", NOW)) == ["trunk.removed"]
    assert outside.states() == []


def test_our_numbers_are_known_however_the_provider_writes_them() -> None:
    outside = ready()
    for text in ("+31201234501", "31201234501", "0201234501", "0031201234501"):
        found = outside.inbound(built(), "one", text)
        assert found is not None
        assert found.extension == "101"
    assert outside.inbound(built(), "one", "0209999999") is None
    assert outside.inbound(built(), "one", "x" * 60) is None
    assert outside.caller(built(), "0101234567") == "+31101234567"
    assert outside.caller(built(), "anonymous") == "anonymous"


def test_a_number_belongs_to_the_organisation_that_claimed_it_first_also_after_a_restart() -> None:
    rows = Rows()
    outside = rows.outside()
    outside.configured(office(), NOW)
    thief = office("t2", numbers=[NumberConfig(number=ANNA, extension="101")])
    assert "number.taken" in kinds(outside.configured(thief, NOW))
    assert "number.taken" not in kinds(outside.configured(thief, NOW))
    assert outside.claims.holder(ANNA) == "t1"
    assert outside.inbound(built("t2", numbers=thief.numbers), "one", ANNA) is None
    again = rows.outside()
    again.configured(thief, NOW)  # is loaded first this time
    again.configured(office(), NOW)
    assert again.claims.holder(ANNA) == "t1"
    again.removed("t1", NOW)
    again.configured(thief, NOW)
    assert again.claims.holder(ANNA) == "t2"


def test_emergency_numbers_of_the_organisation_and_of_the_country() -> None:
    outside = ready()
    tenant = built(emergency=EmergencyConfig(numbers=["5555"]))
    assert outside.emergency(tenant, "5555")
    assert outside.emergency(tenant, "112")
    assert not outside.emergency(tenant, "101")
    plan = outside.plan(tenant, None, "5555", NOW)
    assert isinstance(plan, Plan)
    assert plan.lines[0].number == "5555"
    without = outside.plan(built(trunks=[]), "101", "112", NOW)
    assert isinstance(without, Refusal)
    assert without.code == 503
