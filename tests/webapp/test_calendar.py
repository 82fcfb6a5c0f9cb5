"""Calendars of statuses: planning, repeating, moving and cancelling one; each comes on its second."""

import datetime
import time
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore
from webapp.statuses import planning
from webapp.statuses.actions import save_status
from webapp.statuses.models import Plan, Series, Status

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = "2030-01-07T09:00:00+01:00"
NO_SUMMER = "Africa/Lagos"  # a zone in which the same time tomorrow is always in 24 hours
WEEK = {"begin": "2030-01-07T00:00:00+01:00", "end": "2030-01-21T00:00:00+01:00"}


@pytest.fixture(autouse=True)
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """What was handed to the worker."""
    found: list[Plan] = []
    monkeypatch.setattr(planning, "announce", found.append)
    return found


def plan(world: World, who: str = "member", **fields: Any) -> Any:
    body = {"extension": str(world.extensions["201"].pk), "starts": MONDAY, **fields}
    return world.client(who).post(reverse("status-plan-list"), body, format="json")


def events(world: World, who: str = "member", **span: str) -> list[dict[str, Any]]:
    answer = world.client(who).get(reverse("status-plan-expand"), {**WEEK, **span})
    assert answer.status_code == 200, answer.content
    return answer.json()


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def test_a_week_is_planned_and_seen(world: World) -> None:
    lunch = save_status(Status(organisation=world.alpha, name="Lunch", colour="#aa0000"))
    made = plan(
        world,
        status=str(lunch.pk),
        title="Eating",
        ends="2030-01-07T09:30:00+01:00",
        rule="RRULE:FREQ=WEEKLY;BYDAY=MO,WE",
        note="Back soon",
    )
    assert made.status_code == 201, made.content
    assert made.json()["rule"] == "FREQ=WEEKLY;BYDAY=MO,WE"
    assert made.json()["time_zone"] == "Europe/Amsterdam" and at(made.json()["next_at"]) == at(MONDAY)
    found = events(world)
    assert [event["starts"][:10] for event in found] == [
        "2030-01-07",
        "2030-01-09",
        "2030-01-14",
        "2030-01-16",
    ]
    first = found[0]
    assert first["status"] == {"id": str(lunch.pk), "name": "Lunch", "colour": "#aa0000"}
    assert (first["title"], first["repeats"], first["state"]) == ("Eating", True, "to_come")
    assert events(world, "agent") == [] and events(world, "admin") == []
    theirs = {"extension": str(world.extensions["201"].pk)}
    assert len(events(world, "admin", **theirs)) == 4  # an administrator acts for anyone
    answer = world.client("agent").get(reverse("status-plan-expand"), {**WEEK, **theirs})
    assert answer.status_code == 400


def test_one_occurrence_is_moved_cancelled_and_put_back(world: World) -> None:
    made = plan(world, ends="2030-01-07T10:00:00+01:00", rule="FREQ=DAILY;COUNT=3").json()
    member, url = world.client("member"), reverse("status-plan-occurrences", args=[made["id"]])

    def put(**body: Any) -> Any:
        return member.put(url, body, format="json")

    first, second, third = (event["occurrence"] for event in events(world))
    later = {"starts": "2030-01-15T09:00:00+01:00", "ends": "2030-01-15T11:00:00+01:00"}
    assert put(occurrence=first, **later).status_code == 200
    assert put(occurrence=second, cancelled=True).json()["exceptions"][1]["cancelled"] is True
    found = events(world)
    assert [(event["occurrence"], event["moved"]) for event in found] == [(third, False), (first, True)]
    assert at(found[1]["ends"]) == at(later["ends"])
    assert at(member.get(reverse("status-plan-detail", args=[made["id"]])).json()["next_at"]) == at(third)
    assert put(occurrence=first).status_code == put(occurrence=second).status_code == 200
    assert [event["moved"] for event in events(world)] == [False] * 3
    assert "occurrence" in put(occurrence=later["starts"], cancelled=True).json()
    assert "ends" in put(occurrence=first, starts=later["starts"], ends=MONDAY).json()
    # A new rule forgets the exceptions that it has no longer.
    put(occurrence=third, cancelled=True)
    detail = reverse("status-plan-detail", args=[made["id"]])
    changed = member.patch(detail, {"rule": "FREQ=DAILY;COUNT=2"}, format="json")
    assert changed.json()["exceptions"] == []


def test_this_and_following_ones_change_or_stop(world: World) -> None:
    """The old plan ends before; COUNT counts all; what was moved or cancelled later on stays so."""
    member = world.client("member")

    def following(key: str, occurrence: str, body: Any) -> Any:
        url = reverse("status-plan-following", args=[key])
        return member.put(url, {"occurrence": occurrence, "plan": body}, format="json")

    made = plan(world, ends="2030-01-07T10:00:00+01:00", rule="FREQ=DAILY;COUNT=5", note="Old").json()
    first, _second, third, fourth, _fifth = (event["occurrence"] for event in events(world))
    url = reverse("status-plan-occurrences", args=[made["id"]])
    assert member.put(url, {"occurrence": fourth, "cancelled": True}, format="json").status_code == 200
    body = {
        "extension": made["extension"],
        "starts": third,
        "ends": third.replace("T09", "T10"),
        "note": "New",
        "rule": made["rule"],
    }
    answer = following(made["id"], third, body)
    assert answer.status_code == 200, answer.content
    fresh = answer.json()
    assert fresh["rule"] == "FREQ=DAILY;COUNT=3" and len(fresh["exceptions"]) == 1
    assert [(event["occurrence"][8:10], event["note"]) for event in events(world)] == [
        ("07", "Old"),
        ("08", "Old"),
        ("09", "New"),
        ("11", "New"),
    ]
    # Fewer times than there were, a moment that it does not have: nothing changes.
    few = following(made["id"], events(world)[1]["occurrence"], {**body, "rule": "FREQ=DAILY;COUNT=1"})
    assert few.status_code == 400 and "rule" in few.json()
    assert "occurrence" in following(made["id"], fourth, None).json()
    assert len(events(world)) == 4
    # It stops: a part of it, then all that is left.
    assert following(fresh["id"], events(world)[3]["occurrence"], None).status_code == 200
    assert following(made["id"], first, None).status_code == 204
    assert [event["note"] for event in events(world)] == ["New"]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "1999-12-31T08:00:00Z", "9998-12-31T08:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_a_moment_far_away_is_refused_at_once(world: World, moment: str) -> None:
    """A rule without an end is not worked out for thousands of years."""
    member = world.client("member")
    made = plan(world, ends="2030-01-07T10:00:00+01:00", rule="FREQ=DAILY").json()
    begun = time.process_time()
    for name, body in (("occurrences", {"cancelled": True}), ("following", {"plan": None})):
        url = reverse(f"status-plan-{name}", args=[made["id"]])
        answer = member.put(url, {"occurrence": moment, **body}, format="json")
        assert answer.status_code == 400 and "occurrence" in answer.json()
    assert time.process_time() - begun < 3


def test_whole_days_and_wrong_ones(world: World) -> None:
    days = plan(world, all_day=True, ends="2030-01-08T01:00:00+01:00").json()
    assert at(days["starts"]) == at("2030-01-07T00:00+01:00") and at(days["ends"]) == at(
        "2030-01-09T00:00+01:00"
    )
    for field, body in {
        "ends": {"ends": "2030-01-06T00:00:00Z"},
        "starts": {"starts": "2020-01-01T00:00:00Z"},
        "rule": {"rule": "FREQ=HOURLY"},
        "time_zone": {"time_zone": "Europe/Nowhere"},
        "extension": {"extension": str(world.extensions["202"].pk)},
    }.items():
        answer = plan(world, **body)
        assert answer.status_code == 400 and field in answer.json(), answer.content
    assert "ends" in plan(world, ends="2030-03-07T00:00:00Z", rule="FREQ=DAILY").json()
    foreign = save_status(Status(organisation=world.bravo, name="Foreign"))
    assert "status" in plan(world, status=str(foreign.pk)).json()
    wrong = world.client("member").get(reverse("status-plan-expand"), {**WEEK, "end": "2032-01-01T00:00:00Z"})
    assert wrong.status_code == 400
    assert Series.objects.count() == 1


def test_each_occurrence_becomes_a_plan_on_its_second(world: World, handed: list[Plan]) -> None:
    soon = (timezone.now() + datetime.timedelta(seconds=8)).replace(microsecond=0)
    ends = soon + datetime.timedelta(hours=1)
    times = {"starts": soon.isoformat(), "ends": ends.isoformat(), "time_zone": NO_SUMMER}
    made = plan(world, **times, rule="FREQ=DAILY", note="Away").json()
    (first,) = handed
    assert (first.at, first.until, first.note, first.state) == (soon, ends, "Away", Plan.State.WAITING)
    planning.sweep()
    assert Plan.objects.count() == 1
    series = Series.objects.get(pk=made["id"])
    assert series.next_at == soon + datetime.timedelta(days=1)
    # The next ones come as they are due, also after a time in which nobody looked.
    Series.objects.update(next_at=soon)
    planning.hand_over(series.pk)
    assert Plan.objects.count() == 1
    span = {"begin": (soon - datetime.timedelta(hours=1)).isoformat(), "end": ends.isoformat()}
    assert [event["state"] for event in events(world, **span)] == ["waiting"]
    # Changed before its moment: the old one is gone, the new one there.
    detail = reverse("status-plan-detail", args=[made["id"]])
    assert world.client("member").patch(detail, {"note": "Gone"}, format="json").status_code == 200
    assert [each.note for each in Plan.objects.all()] == ["Gone"]
    assert world.client("member").delete(detail).status_code == 204
    assert not Plan.objects.exists()


def test_what_goes_on_already_begins_now(world: World, core: RunningCore, handed: list[Plan]) -> None:
    tenant = str(world.alpha.pk)

    async def known() -> None:
        assert core.core is not None
        core.core.view.tenants[tenant] = 1

    core.run(known)
    now = timezone.now()
    began, ends = now - datetime.timedelta(days=3), now + datetime.timedelta(days=4)
    made = plan(world, starts=began.isoformat(), ends=ends.isoformat(), note="Holiday").json()
    (doing,) = handed
    assert doing.at >= now
    planning.carry_out(str(doing.pk))
    assert core.core is not None
    (state,) = core.core.extension_states(tenant)
    assert state.note == "Holiday" and state.until == pytest.approx(ends.timestamp())
    # Something else of it changes: it is not done a second time.
    detail = reverse("status-plan-detail", args=[made["id"]])
    answer = world.client("member").patch(detail, {"title": "Texel"}, format="json")
    assert answer.status_code == 200, answer.content
    assert len(handed) == 1
    own = world.client("member").get(reverse("extension-state", args=[world.extensions["201"].pk])).json()
    assert own["note"] == "Holiday" and own["forward"] is None


def test_what_a_worker_slept_through(world: World, handed: list[Plan]) -> None:
    now = timezone.now().replace(microsecond=0)
    soon = now + datetime.timedelta(hours=1)
    plan(world, starts=soon.isoformat(), rule="FREQ=DAILY", time_zone=NO_SUMMER)
    series = Series.objects.get()
    # As if it had been made five days ago, and nobody swept since.
    series.starts = series.next_at = now - datetime.timedelta(days=5)
    series.since = series.starts
    series.save()
    planning.sweep()
    series.refresh_from_db()
    assert series.next_at == now + datetime.timedelta(days=1)
    assert {each.at for each in handed} == {now}
