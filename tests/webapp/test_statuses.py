"""Statuses, what users set, and plans: on time, once, over every failure of a part."""

import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from pbx.control.client import ControlClient, ControlUnreachable
from pbx.control.commands import SetState
from pbx.control.messages import Event, ExtensionState
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore
from webapp.extensions.models import Supervision
from webapp.lines.models import CallerId
from webapp.link import core as core_link
from webapp.link.actions import take_in
from webapp.link.snapshot import load
from webapp.organisations.owned_actions import save_owned
from webapp.statuses import planning
from webapp.statuses.actions import save_status
from webapp.statuses.models import KnownState, Plan, Status

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was handed to the worker."""
    handed: list[str] = []
    monkeypatch.setattr(planning, "announce", lambda plan: handed.append(str(plan.pk)))
    return handed


@pytest.fixture
def tenant(world: World, core: RunningCore) -> str:
    key = str(world.alpha.pk)

    async def known() -> None:
        assert core.core is not None
        core.core.view.tenants[key] = 1

    core.run(known)
    return key


def state_url(world: World, number: str = "201") -> str:
    return reverse("extension-state", args=[world.extensions[number].pk])


def states_in(core: RunningCore, tenant: str) -> dict[str, ExtensionState]:
    assert core.core is not None
    return {state.extension: state for state in core.core.extension_states(tenant)}


def test_people_set_their_own(world: World, core: RunningCore, tenant: str) -> None:
    busy = save_status(Status(organisation=world.alpha, name="Busy", presence="busy"))
    member = world.client("member")
    ends = timezone.now() + datetime.timedelta(hours=1)
    wanted = {"status": str(busy.pk), "note": "Lunch", "until": ends.isoformat(), "forward_busy": "205"}
    answer = member.patch(state_url(world), wanted, format="json")
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["status"], answer.json()["note"]) == (str(busy.pk), "Lunch")
    state = states_in(core, tenant)["201"]
    assert (state.status, state.forward_busy) == (str(busy.pk), "205")
    assert state.until is not None and abs(state.until - ends.timestamp()) < 1
    again = member.patch(state_url(world), {"status": None, "forward_busy": None}, format="json").json()
    assert (again["status"], again["forward_busy"], again["note"]) == (None, None, "Lunch")
    assert member.get(state_url(world)).json()["note"] == "Lunch"
    assert member.patch(state_url(world, "202"), {"note": "x"}, format="json").status_code == 404
    shown = {row["extension"]: row for row in world.client("agent").get(reverse("states")).json()}
    assert shown["201"]["note"] == "Lunch" and shown["202"]["status"] is None
    assert "Lunch" not in world.client("outsider").get(reverse("states")).content.decode()


def test_what_does_not_fit_is_told(world: World, core: RunningCore, tenant: str) -> None:
    foreign = save_status(Status(organisation=world.bravo, name="Theirs"))
    secret = save_owned(CallerId(organisation=world.alpha, kind="mobile", shown="+31612345678"))
    for body, field in (
        ({"status": str(foreign.pk)}, "status"),
        ({"forward_all": "abc"}, "forward_all"),
        ({"forward_all": "201"}, "forward_all"),
        ({"note": "x" * 141}, "note"),
        ({"caller_id": str(secret.pk)}, "caller_id"),
    ):
        answer = world.client("member").patch(state_url(world), body, format="json")
        assert answer.status_code == 400 and field in answer.json(), body
    assert world.client("admin").patch(
        state_url(world), {"caller_id": str(secret.pk)}, format="json"
    ).json() == {"caller_id": ["This extension may not show that number."]}
    save_owned(secret, extensions=[world.extensions["201"]])
    done = world.client("member").patch(state_url(world), {"caller_id": str(secret.pk)}, format="json")
    assert done.status_code == 200 and done.json()["caller_id"] == str(secret.pk)


def test_supervisors_act_for_those_they_supervise(world: World, core: RunningCore, tenant: str) -> None:
    supervisor = world.client("supervisor")
    assert supervisor.patch(state_url(world), {"note": "x"}, format="json").status_code == 404
    boss = world.extensions["202"]
    boss.user = world.people["supervisor"]
    boss.save()
    save_owned(boss, supervises=[world.extensions["201"]])
    assert Supervision.objects.get().organisation == world.alpha
    assert supervisor.patch(state_url(world), {"note": "x"}, format="json").status_code == 200
    snapshot = load(world.alpha.pk)
    assert snapshot is not None and snapshot.extensions[1].supervises == ["201"]


def test_the_last_known_shows_while_the_core_is_away(world: World, core: RunningCore, tenant: str) -> None:
    state = ExtensionState(tenant=tenant, extension="201", note="Back at two", changed_at=5.0)
    stranger = ExtensionState(tenant="gone", extension="201", changed_at=5.0)
    events = [
        Event(number=n, at=1.0, kind="extension.changed", tenant=each.tenant, extension=each)
        for n, each in enumerate((state, stranger), 1)
    ]
    take_in("s", events)
    assert KnownState.objects.get().note == "Back at two"
    core.stop()
    assert world.client("member").get(state_url(world)).json()["note"] == "Back at two"
    rows = world.client("agent").get(reverse("states")).json()
    assert {row["extension"]: row["note"] for row in rows} == {"201": "Back at two", "202": ""}
    assert world.client("member").patch(state_url(world), {"note": "y"}, format="json").status_code == 503


def test_statuses_and_forwards_reach_the_core(world: World) -> None:
    admin = world.client("admin")
    first = admin.post(
        reverse("status-list"), {"name": "Here", "default": True, "code": "1"}, format="json"
    ).json()
    second = admin.post(
        reverse("status-list"),
        {"name": "Away", "default": True, "colour": "#ff0000", "rings": False, "presence": "away"},
        format="json",
    ).json()
    assert admin.get(reverse("status-detail", args=[first["id"]])).json()["default"] is False
    twice = admin.post(reverse("status-list"), {"name": "Third", "code": "1"}, format="json")
    assert twice.status_code == 400
    bad = admin.post(reverse("status-list"), {"name": "x", "colour": "red"}, format="json")
    assert "colour" in bad.json()
    own = {"extension": str(world.extensions["201"].pk), "status": second["id"], "target": "voicemail"}
    assert world.client("member").post(reverse("forward-list"), own, format="json").status_code == 201
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    kept = {status.name: status for status in snapshot.statuses}
    assert (kept["Here"].code, kept["Here"].default) == ("1", False)
    assert (kept["Away"].rings, kept["Away"].presence, kept["Away"].default) == (False, "away", True)
    assert snapshot.extensions[0].forwards == {second["id"]: "voicemail"}


# --- plans ---


def plan(world: World, seconds: float, **fields: Any) -> Plan:
    """A plan that was due `seconds` ago (negative: that is due then)."""
    at = timezone.now() - datetime.timedelta(seconds=seconds)
    return Plan.objects.create(
        organisation=world.alpha, extension=world.extensions["201"], at=at, next_try=at, **fields
    )


def test_a_plan_is_done_once(world: World, core: RunningCore, tenant: str) -> None:
    busy = save_status(Status(organisation=world.alpha, name="Busy"))
    made = plan(world, 0.1, status=busy, note="Meeting")
    planning.carry_out(str(made.pk))
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.DONE and made.attempts == 1
    state = states_in(core, tenant)["201"]
    assert (state.status, state.note) == (str(busy.pk), "Meeting")


def test_a_plan_waits_for_its_moment(world: World, core: RunningCore, tenant: str) -> None:
    made = plan(world, -60, note="Later")
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.WAITING and states_in(core, tenant) == {}
    close = plan(world, -0.4, note="Now")
    planning.carry_out(str(close.pk))
    close.refresh_from_db()
    assert close.state == Plan.State.DONE
    assert states_in(core, tenant)["201"].changed_at >= close.at.timestamp()


def test_a_plan_waits_for_the_core(
    world: World, core: RunningCore, tenant: str, no_broker: list[str]
) -> None:
    made = plan(world, 1, note="Meeting")
    core.stop()
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.WAITING and made.problem and made.next_try > timezone.now()
    core.start()
    assert core.core is not None
    core.core.view.tenants[tenant] = 1
    Plan.objects.update(next_try=timezone.now())
    planning.sweep()
    assert no_broker.count(str(made.pk)) >= 1
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.DONE and states_in(core, tenant)["201"].note == "Meeting"


def test_a_worker_that_dies_leaves_no_plan_twice(
    world: World, core: RunningCore, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the core took it, before it was noted: the next attempt finds it done."""
    made = plan(world, 1, note="Meeting")

    def ask_and_die(work: Any) -> None:
        until_done(core, work)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(planning.core, "ask", ask_and_die)
        with pytest.raises(SystemExit):
            planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.UNDER_WAY
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.UNDER_WAY  # somebody may be at it still
    Plan.objects.update(next_try=timezone.now())
    before = states_in(core, tenant)["201"]
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.DONE and states_in(core, tenant)["201"] == before


def until_done(core: RunningCore, work: Any) -> Any:
    async def run() -> Any:
        async with ControlClient(core.address) as client:
            return await work(client)

    return core.run(run)


def test_a_later_change_of_the_user_wins(world: World, core: RunningCore, tenant: str) -> None:
    made = plan(world, 2, note="Meeting")
    until_done(core, lambda client: client.set_state(tenant, "201", SetState(note="My own")))
    planning.carry_out(str(made.pk))
    made.refresh_from_db()
    assert made.state == Plan.State.OVERTAKEN and states_in(core, tenant)["201"].note == "My own"


def test_plans_that_come_too_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_work: Any) -> None:
        raise ControlUnreachable("away")

    monkeypatch.setattr(core_link, "ask", away)
    old = plan(world, 25 * 3600)
    planning.carry_out(str(old.pk))
    over = plan(world, 3600, until=timezone.now() - datetime.timedelta(seconds=1))
    planning.carry_out(str(over.pk))
    assert set(Plan.objects.values_list("state", flat=True)) == {Plan.State.MISSED}


def test_a_sweep_hands_over_what_is_due_soon(world: World, no_broker: list[str]) -> None:
    near, _far = plan(world, -5), plan(world, -3600)
    no_broker.clear()
    planning.sweep()
    assert no_broker == [str(near.pk)]
