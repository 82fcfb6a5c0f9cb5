"""Sign-in, start page, health, headers: what a browser sees."""

import datetime
import json
from typing import Any

import msgspec
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.urls import reverse

from tests.webapp.conftest import PASSWORD, World
from tests.webapp.running_core import RunningCore, call
from webapp.calls.actions import ingest
from webapp.home import health
from webapp.link import heartbeats

pytestmark = pytest.mark.django_db(transaction=True)

OWN_CALLS = "/calls/"


def sign_in(client: Client, email: str, password: str, **extra: Any) -> Any:
    body = {"email": email, "password": password}
    return client.post(reverse("auth-sign-in"), body, content_type="application/json", **extra)


# --- sign-in ---


def test_signing_in_and_out(world: World, client: Client) -> None:
    assert client.get("/").headers["Location"] == "/app/"
    assert client.get(OWN_CALLS).headers["Location"] == f"/app/sign-in?next={OWN_CALLS}"
    wrong = sign_in(client, "member@alpha.test", "wrong")
    assert wrong.status_code == 400 and "do not belong together" in wrong.content.decode()
    assert sign_in(client, "MEMBER@alpha.test ", PASSWORD).json()["step"] == "done"
    page = client.get(OWN_CALLS).content.decode()
    assert "Member" in page and "Administration" not in page
    assert client.post(reverse("sign-out")).headers["Location"] == "/app/sign-in"
    assert client.get(OWN_CALLS).status_code == 302


def test_who_may_not(world: World, client: Client) -> None:
    world.people["member"].is_active = False
    world.people["member"].save()
    assert sign_in(client, "member@alpha.test", PASSWORD).status_code == 400
    assert sign_in(client, "nobody@alpha.test", PASSWORD).status_code == 400
    assert sign_in(client, "a\x00b@alpha.test", PASSWORD).status_code == 400


def test_guessing_is_locked_out_for_that_address_only(world: World, client: Client) -> None:
    limit = django_settings.AXES_FAILURE_LIMIT
    answers = [
        sign_in(client, ("admin@alpha.test", "ADMIN@alpha.test ")[n % 2], f"guess {n}")
        for n in range(limit + 1)
    ]
    assert answers[-1].status_code == 429
    assert sign_in(client, "admin@alpha.test", PASSWORD).status_code == 429
    assert sign_in(Client(), "admin@alpha.test", PASSWORD, REMOTE_ADDR="192.0.2.50").status_code == 200
    assert sign_in(Client(), "member@alpha.test", PASSWORD).status_code == 200


# --- own calls ---


def test_an_empty_history_says_what_to_do(world: World) -> None:
    assert "let someone call 201" in world.client("member").get(OWN_CALLS).content.decode()
    assert "Ask your administrator" in world.client("supervisor").get(OWN_CALLS).content.decode()
    assert "You run the system" in world.client("operator").get(OWN_CALLS).content.decode()


def test_own_calls_with_the_other_side(world: World) -> None:
    tenant = str(world.alpha.pk)
    noon = datetime.datetime(2026, 7, 1, 12, 0, tzinfo=datetime.UTC).timestamp()
    missed = call("c-2", tenant, "202", "201", started_at=noon, outcome="no_answer", answered_at=None)
    legs = [msgspec.structs.replace(leg, answered_at=None) for leg in missed.legs]
    missed = msgspec.structs.replace(missed, legs=legs)
    ingest(
        [call("c-1", tenant, "201", "202", started_at=noon - 600), missed, call("c-3", tenant, "205", "206")]
    )
    page = world.client("member").get(OWN_CALLS).content.decode()
    assert page.count("<tr") == 3 and "205" not in page
    assert "Name of 202" in page and "1:00" in page and "missed" in page
    assert "14:00" in page  # noon UTC in Amsterdam
    world.people["member"].time_zone = "Asia/Tokyo"
    world.people["member"].language = "nl"
    world.people["member"].save()
    page = world.client("member").get(OWN_CALLS).content.decode()
    assert "21:00" in page and "gemist" in page and 'lang="nl"' in page


def test_a_long_history_has_pages(world: World) -> None:
    ingest([call(f"c-{n}", str(world.alpha.pk), started_at=1.79e9 + n) for n in range(120)])
    client = world.client("member")
    first = client.get(OWN_CALLS).content.decode()
    assert first.count("<tr") == 51 and "1 / 3" in first and "?page=2" in first
    assert client.get(OWN_CALLS, {"page": "3"}).content.decode().count("<tr") == 21
    assert (
        client.get(OWN_CALLS, {"page": "99"}).status_code == 200
        and client.get(OWN_CALLS, {"page": "x"}).status_code == 200
    )


def test_names_are_shown_as_text(world: World) -> None:
    ingest([call("c-1", str(world.alpha.pk), "<script>alert(1)</script>", "201")])
    page = world.client("member").get(OWN_CALLS).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


# --- headers and hosts ---


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/app/",
        "/calls/",
        "/app/sign-in",
        "/healthz",
        "/admin/",
        "/api/v1/docs/",
        "/api/v1/me/",
        "/nowhere",
    ],
)
def test_every_answer_is_locked_down(world: World, client: Client, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/app/sign-in", OWN_CALLS, "/admin/", "/admin/live/", "/api/v1/docs/"])
def test_pages_need_nothing_from_elsewhere_and_no_inline_code(
    world: World, core: RunningCore, path: str
) -> None:
    page = world.client("admin").get(path, follow=True).content.decode()
    assert "://" not in page.replace("http://www.w3.org/", "")
    assert "<style" not in page and "onclick" not in page and " style=" not in page
    for tag in page.split("<script")[1:]:
        opening = tag.split(">")[0]
        assert any(word in opening for word in ("src=", 'type="application/json"', 'nonce="')), opening


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("127.0.0.1.evil.example", 400),
        ("192.0.2.1:8000", 302),
        ("[2001:db8::1]:8000", 302),
        ("localhost:8000", 302),
        ("demo.centrale.localhost", 302),
        ("", 400),
    ],
)
def test_host_names(client: Client, host: str, status: int) -> None:
    assert client.get("/", headers={"host": host}).status_code == status


def test_a_form_without_its_token_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["admin"])
    answer = client.post(reverse("admin:logout"))
    assert answer.status_code == 403 and "expired" in answer.content.decode()


def test_what_is_not_there(world: World, client: Client) -> None:
    assert "nothing here" in client.get("/nowhere").content.decode()
    assert client.get("/api/v1/nowhere/").json() == {"detail": "Not found."}


# --- health ---


def _ask(client: Client) -> tuple[int, dict[str, Any]]:
    health._latest = (float("-inf"), {})
    answer = client.get("/healthz")
    return answer.status_code, json.loads(answer.content)


def test_health_names_what_is_missing(core: RunningCore, client: Client) -> None:
    status, body = _ask(client)
    assert status == 503 and body["ready"] is False
    assert body["parts"]["worker"] == "The worker has not started yet."
    heartbeats.beat("worker")
    heartbeats.beat("courier")
    assert _ask(client) == (200, {"ready": True, "parts": dict.fromkeys(body["parts"], "ok")})
    heartbeats.beat("courier", "The core refused the configuration of Alpha.")
    assert _ask(client)[0] == 503
    heartbeats.beat("courier")
    assert core.core is not None
    core.core.ready = False
    assert _ask(client)[1]["parts"]["core"] == "The core is not ready: sip: The SIP port is not open yet."
    core.stop()
    assert _ask(client)[1]["parts"]["core"].startswith("The core cannot be reached")


def test_health_without_a_database(
    core: RunningCore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise OperationalError('connection to server at "10.0.0.5", user "centrale" failed: secret')

    monkeypatch.setattr(connection, "cursor", away)
    status, body = _ask(client)
    assert status == 503 and "database cannot be reached" in body["parts"]["database"]
    assert "10.0.0.5" not in str(body) and "secret" not in str(body)
    client.raise_request_exception = False
    client.cookies["centrale_session"] = "x" * 32
    page = client.get("/")
    assert page.status_code == 503 and "Calls go on" in page.content.decode()
    api = client.get("/api/v1/me/")
    assert api.status_code == 503 and "database" in api.json()["detail"]


def test_health_is_asked_once_a_second(
    core: RunningCore, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(client)
    looks = []
    monkeypatch.setattr(health, "_look", lambda: looks.append(1) or {})
    for _ in range(20):
        client.get("/healthz")
    assert len(looks) <= 1
