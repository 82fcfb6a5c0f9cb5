"""Where people are signed in, and how that ends."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from tests.webapp.conftest import World
from tests.webapp.signing_in import NEW, Visitor
from webapp.signin import tasks
from webapp.signin.models import KnownSession

pytestmark = pytest.mark.django_db(transaction=True)


def test_sessions_are_listed(world: World) -> None:
    here = Visitor("Mozilla/5.0 Firefox/140", "192.0.2.10").signed_in()
    Visitor("Mozilla/5.0 Chrome/150", "192.0.2.11").signed_in()
    Visitor().signed_in("agent@alpha.test")
    rows = {row["agent"]: row for row in here.get("me-sessions")}
    assert set(rows) == {"Mozilla/5.0 Firefox/140", "Mozilla/5.0 Chrome/150"}
    mine = rows["Mozilla/5.0 Firefox/140"]
    assert mine["this"] and mine["address"] == "192.0.2.10" and mine["way"] == "password"
    assert not rows["Mozilla/5.0 Chrome/150"]["this"]
    keys = set(KnownSession.objects.values_list("key", flat=True))
    assert not [key for key in keys if key in str(rows)]


def test_ending_one(world: World) -> None:
    here, there, agent = Visitor().signed_in(), Visitor("Other").signed_in(), Visitor()
    agent.signed_in("agent@alpha.test")
    rows = {row["agent"]: row["id"] for row in here.get("me-sessions")}
    assert agent.ask("me-session", method="delete", pk=rows["Other"])[0] == 404
    assert here.ask("me-session", method="delete", pk=rows["Other"])[0] == 204
    assert there.ask("me", method="get")[0] == 401 and agent.ask("me", method="get")[0] == 200
    assert here.ask("me-session", method="delete", pk=rows["Firefox"])[0] == 204
    assert here.ask("me", method="get")[0] == 401
    assert not KnownSession.objects.filter(user=world.people["member"])


def test_ending_all_others(world: World) -> None:
    here, others = Visitor().signed_in(), [Visitor().signed_in() for _ in range(3)]
    assert here.ask("me-sessions-end-others")[1] == {"ended": 3}
    assert here.ask("me", method="get")[0] == 200
    assert {other.ask("me", method="get")[0] for other in others} == {401}


def test_an_administrator_signs_somebody_out(world: World) -> None:
    member, visitor = world.people["member"], Visitor().signed_in()
    Visitor("Other").signed_in()
    admin = world.client("admin")
    url = reverse("user-sessions", args=[member.pk])
    rows = admin.get(url).json()
    assert {row["agent"] for row in rows} == {"Firefox", "Other"} and not any(row["this"] for row in rows)
    one = reverse("user-session", args=[member.pk, rows[0]["id"]])
    assert world.client("outsider").delete(one).status_code == 404
    assert admin.delete(one).status_code == 204 and admin.delete(one).status_code == 404
    assert admin.delete(url).json() == {"ended": 1}
    assert visitor.ask("me", method="get")[0] == 401


def test_whoever_may_not_sign_in_is_out(world: World) -> None:
    visitor, other = Visitor().signed_in(), Visitor().signed_in("agent@alpha.test")
    admin = world.client("admin")
    admin.patch(reverse("user-detail", args=[world.people["member"].pk]), {"is_active": False}, format="json")
    admin.patch(reverse("user-detail", args=[world.people["agent"].pk]), {"password": NEW}, format="json")
    assert visitor.ask("me", method="get")[0] == 401 and other.ask("me", method="get")[0] == 401
    assert not KnownSession.objects.filter(user__in=[world.people["member"], world.people["agent"]])


def test_signing_in_again_changes_the_session(world: World) -> None:
    """A session key that somebody planted is worth nothing after sign-in."""
    visitor = Visitor()
    visitor.get("auth-state")
    visitor.signed_in()
    first = visitor.client.cookies["centrale_session"].value
    visitor.signed_in("agent@alpha.test")
    assert visitor.client.cookies["centrale_session"].value != first
    assert not Session.objects.filter(session_key=first)


def test_last_seen_moves_on(world: World) -> None:
    visitor = Visitor(address="192.0.2.10").signed_in()
    old = timezone.now() - datetime.timedelta(hours=3)
    KnownSession.objects.update(last_seen_at=old)
    visitor.client.defaults["REMOTE_ADDR"] = "192.0.2.77"
    (row,) = visitor.get("me-sessions")
    assert row["address"] == "192.0.2.77"
    assert datetime.datetime.fromisoformat(row["last_seen_at"]) > old + datetime.timedelta(hours=2)


def test_what_is_over_is_forgotten(world: World) -> None:
    Visitor().signed_in()
    Visitor().signed_in()
    Session.objects.filter(session_key=KnownSession.objects.first().key).delete()
    tasks.tidy()
    assert KnownSession.objects.count() == 1
