"""The way in over JSON: password, lock-out, forged requests, mailed links, policies."""

import datetime
import json
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.throttling import SimpleRateThrottle

from tests.services.mail import MailServer
from tests.webapp.conftest import PASSWORD, World
from tests.webapp.signin_cases import OPEN
from tests.webapp.signing_in import (
    NEW,
    Visitor,
    a_policy,
    arrived,
    invited,
    key_in,
    letters,
    server,
)
from webapp.people.actions import new_token
from webapp.people.models import User
from webapp.signin import mailing
from webapp.signin.models import Acceptance, Letter, Policy, Provider

__all__ = ["server"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_visitor_signs_in_and_out(world: World) -> None:
    visitor = Visitor()
    assert visitor.get("auth-state")["step"] == "sign_in"
    assert visitor.ask("me", method="get")[0] == 401
    status, body = visitor.sign_in("MEMBER@alpha.test ")
    assert status == 200 and body["step"] == "done" and body["second_factor"] is None
    me = visitor.get("me")
    assert me["email"] == "member@alpha.test" and me["role"] == "user" and me["has_password"]
    assert [each["number"] for each in me["extensions"]] == ["201"]
    assert me["preferences"]["theme"] == "auto"
    assert me["shown_language"] == "en" and me["csrf"] and me["pending_policies"] == []
    codes = [each["code"] for each in me["applications"]]
    assert "phone" in codes and "administration" not in codes
    assert visitor.ask("auth-sign-out") == (204, None)
    assert visitor.ask("me", method="get")[0] == 401


def test_tiles_follow_the_role(world: World) -> None:
    tiles = {
        name: {each["code"] for each in world.client(name).get(reverse("me")).json()["applications"]}
        for name in ("supervisor", "admin", "operator")
    }
    assert "phone" not in tiles["supervisor"] and "contacts" in tiles["supervisor"]
    assert "administration" in tiles["admin"] and tiles["operator"] == {"administration"}


def test_own_language_and_zone(world: World) -> None:
    visitor = Visitor().signed_in()
    status, body = visitor.ask("me", {"language": "nl", "time_zone": "Asia/Tokyo", "role": "admin"}, "patch")
    assert status == 200 and body["shown_language"] == "nl" and body["role"] == "user"
    assert visitor.ask("me", {"time_zone": "Mars/Here"}, "patch")[0] == 400


def test_no_answer_tells_who_exists(world: World) -> None:
    world.people["agent"].is_active = False
    world.people["agent"].save()
    invited(world.people["supervisor"])
    answers = [
        Visitor().sign_in(email, "Wrong-password-1")
        for email in ("member@alpha.test", "nobody@alpha.test", "agent@alpha.test", "supervisor@alpha.test")
    ]
    answers.append(Visitor().sign_in("agent@alpha.test", PASSWORD))
    assert all(status == 400 and body["code"] == "credentials" for status, body in answers)
    assert len({body["detail"] for _status, body in answers}) == 1


def test_guessing_is_locked_out(world: World) -> None:
    visitor = Visitor()
    for number in range(django_settings.AXES_FAILURE_LIMIT + 1):
        status, body = visitor.sign_in("admin@alpha.test", f"Guess-{number}")
    assert status == 429 and body["code"] == "locked"
    assert visitor.sign_in("admin@alpha.test")[0] == 429
    assert Visitor(address="192.0.2.99").sign_in("admin@alpha.test")[0] == 200


def test_requests_are_counted_per_address(world: World) -> None:
    cache.clear()
    SimpleRateThrottle.THROTTLE_RATES["letters"] = "2/min"
    visitor = Visitor()
    visitor.client.credentials(HTTP_X_FORWARDED_FOR="203.0.113.1")
    answers = []
    for number in range(4):
        visitor.client.credentials(HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
        answers.append(visitor.ask("auth-forgotten", {"email": f"a{number}@b.test"})[0])
    assert answers == [202, 202, 429, 429]


def test_a_forged_request_signs_nobody_in(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    body = {"email": "member@alpha.test", "password": PASSWORD}
    forged = browser.post(reverse("auth-sign-in"), body, content_type="application/json")
    assert forged.status_code == 403
    browser.get(reverse("auth-state"))
    headers = {"X-CSRFToken": browser.cookies["centrale_csrf"].value}
    real = browser.post(reverse("auth-sign-in"), body, content_type="application/json", headers=headers)
    assert real.status_code == 200 and real.json()["step"] == "done"


def test_a_token_is_no_browser(world: World) -> None:
    _token, text = new_token(world.people["member"], "program")
    visitor = Visitor()
    visitor.client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert visitor.ask("me", method="get")[0] == 200
    for name in ("me-password", "me-totp", "me-sessions-end-others"):
        assert visitor.ask(name, {})[0] == 401, name


def test_strange_bodies_break_nothing(world: World) -> None:
    strange: list[Any] = [[], "x", 7, {"email": ["a"], "password": {}, "key": 1, "code": None}]
    for text in ("\x00", "\ud800", "x" * 5000, "' OR 1=1 --"):
        strange.append(dict.fromkeys(("email", "password", "key", "code", "next"), text))
        strange.append({"method": "totp", "code": text})
    for name in (name for name, methods in OPEN.items() if "post" in methods):
        arguments = {"pk": "6a4b5e2c-0d0e-4d59-9d35-0e4d5f3a1b2c"} if name == "auth-oidc" else {}
        url = reverse(name, kwargs=arguments)
        for body in strange:
            answer = Visitor().client.post(url, json.dumps(body), content_type="application/json")
            assert answer.status_code < 500, (name, body)


# --- mailed links ---


def test_an_invited_person_sets_a_password(world: World, server: MailServer) -> None:
    member = invited(world.people["member"])
    member.language = "nl"
    member.save()
    admin = world.client("admin")
    assert admin.post(reverse("user-invite", args=[member.pk])).status_code == 202
    text = arrived(server)
    assert "72 uur" in text and server.recipients == ["member@alpha.test"]
    assert server.mails[0]["From"] == "noreply@alpha.test"
    key, visitor = key_in(text), Visitor()
    status, about = visitor.ask("auth-link", {"key": key})
    assert status == 200 and about["kind"] == "activation" and about["name"] == "Member"
    left = datetime.datetime.fromisoformat(about["expires_at"]) - timezone.now()
    assert datetime.timedelta(hours=71) < left <= datetime.timedelta(hours=72)
    status, body = visitor.ask("auth-redeem", {"key": key, "password": NEW})
    assert status == 200 and body["step"] == "done"
    assert visitor.get("me")["email"] == "member@alpha.test"
    assert "ingesteld" in arrived(server)  # the confirmation
    assert Visitor().ask("auth-redeem", {"key": key, "password": NEW})[0] == 404
    assert admin.post(reverse("user-invite", args=[member.pk])).status_code == 400


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("Short-1", "8 characters"),
        ("no-capital-1", "capital"),
        ("NO-SMALL-1", "small"),
        ("No-digit-here", "digit"),
        ("Member@alpha1", "similar"),
        ("Password1", "common"),
    ],
)
def test_the_rules_for_passwords(world: World, server: MailServer, password: str, rule: str) -> None:
    member = invited(world.people["member"])
    world.client("admin").post(reverse("user-invite", args=[member.pk]))
    key = key_in(arrived(server))
    status, body = Visitor().ask("auth-redeem", {"key": key, "password": password})
    assert status == 400 and rule in " ".join(body["password"])
    assert Visitor().ask("auth-redeem", {"key": key, "password": NEW})[0] == 200  # the link still works


def test_every_rule_is_told(world: World) -> None:
    rules = Visitor().get("auth-state")["password_rules"]
    assert [each["code"] for each in rules] == ["length", "upper", "lower", "digit", "others"]
    status, body = Visitor().signed_in().ask("me-password", {"current": PASSWORD, "password": "----"})
    assert status == 400 and len(body["password"]) == 4


def test_an_invitation_ends_and_is_sent_again(world: World, server: MailServer) -> None:
    member = invited(world.people["member"])
    admin = world.client("admin")
    admin.post(reverse("user-invite", args=[member.pk]))
    first = key_in(arrived(server))
    Letter.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert Visitor().ask("auth-link", {"key": first})[1]["code"] == "link"
    admin.post(reverse("user-invite", args=[member.pk]))
    second = key_in(arrived(server))
    admin.post(reverse("user-invite", args=[member.pk]))
    third = key_in(arrived(server))
    assert Visitor().ask("auth-link", {"key": second})[0] == 404
    assert Visitor().ask("auth-link", {"key": third})[0] == 200


def test_a_forgotten_password(world: World, server: MailServer) -> None:
    elsewhere = Visitor().signed_in()
    assert Visitor().ask("auth-forgotten", {"email": "Member@alpha.test "}) == (202, None)
    key = key_in(arrived(server))
    assert Visitor().ask("auth-link", {"key": key})[1]["kind"] == "reset"
    visitor = Visitor()
    status, body = visitor.ask("auth-redeem", {"key": key, "password": NEW})
    assert status == 200 and body["step"] == "sign_in"  # the link alone signs nobody in
    assert elsewhere.ask("me", method="get")[0] == 401
    assert Visitor().sign_in()[0] == 400 and Visitor().sign_in(password=NEW)[0] == 200


def test_asking_for_a_stranger_tells_nothing(world: World, server: MailServer) -> None:
    world.people["agent"].is_active = False
    world.people["agent"].save()
    for email in ("stranger@alpha.test", "agent@alpha.test", "no address", "x" * 250):
        assert Visitor().ask("auth-forgotten", {"email": email}) == (202, None)
    assert mailing.send_due() == 0 and server.mails == []
    assert set(letters("reset").values_list("state", flat=True)) == {"nobody"}


def test_nobody_is_flooded_with_links(world: World, server: MailServer) -> None:
    for _ in range(10):
        assert Visitor().ask("auth-forgotten", {"email": "member@alpha.test"})[0] == 202
    mailing.send_due()
    assert len(server.mails) == 3


def test_mail_waits_for_its_server(world: World, server: MailServer, settings: Any) -> None:
    Visitor().ask("auth-forgotten", {"email": "member@alpha.test"})
    server.answers = ["451 later"]
    assert mailing.send_due() == 0
    there = settings.CENTRALE
    settings.CENTRALE = there.model_copy(update={"smtp": "smtp://127.0.0.1:1"})
    Letter.objects.update(due=timezone.now())
    assert mailing.send_due() == 0 and letters("reset").get().state == "waiting"
    settings.CENTRALE = there
    Letter.objects.update(due=timezone.now())
    assert Visitor().ask("auth-link", {"key": key_in(arrived(server))})[0] == 200


def test_a_worker_that_died_leaves_a_letter_that_is_sent_again(world: World, server: MailServer) -> None:
    Visitor().ask("auth-forgotten", {"email": "member@alpha.test"})
    Letter.objects.update(state="claimed", due=timezone.now() + mailing.LEASE)
    assert mailing.send_due() == 0
    Letter.objects.update(due=timezone.now())
    arrived(server)


def test_keys_are_nowhere_but_in_the_mail(
    world: World, server: MailServer, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    Visitor().ask("auth-forgotten", {"email": "member@alpha.test"})
    key = key_in(arrived(server))
    Visitor().ask("auth-redeem", {"key": key, "password": NEW})
    kept = " ".join(str(row) for row in Letter.objects.values())
    assert key not in kept
    said = caplog.text + "".join(capsys.readouterr())
    assert key not in said and NEW not in said and "letter.sent" in said


def test_changing_the_password_signs_out_elsewhere(world: World, server: MailServer) -> None:
    here, there = Visitor().signed_in(), Visitor("Chrome").signed_in()
    wrong = here.ask("me-password", {"current": "Wrong-1-wrong", "password": NEW})
    assert wrong[0] == 400 and wrong[1]["code"] == "password"
    assert here.ask("me-password", {"current": PASSWORD, "password": NEW}) == (204, None)
    assert here.get("me")["email"] == "member@alpha.test" and len(here.get("me-sessions")) == 1
    assert there.ask("me", method="get")[0] == 401
    assert "Your password for Centrale was set" in server.mails[-1]["Subject"] if arrived(server) else False


# --- policies ---


def test_first_the_policies(world: World) -> None:
    a_policy("privacy", "Privacy")
    terms = a_policy()
    visitor = Visitor()
    assert visitor.sign_in()[1]["step"] == "policies"
    refused = visitor.ask("extension-list", method="get")
    assert refused[0] == 403 and refused[1]["code"] == "policies"
    assert {each["kind"] for each in visitor.get("me")["pending_policies"]} == {"privacy", "terms"}
    texts = visitor.get("policies")
    assert [each["title"] for each in texts] == ["Privacy", "Terms"] and texts[0]["text"] == "Be good."
    accept = [{"kind": each["kind"], "version": each["version"]} for each in texts]
    status, body = visitor.ask("policies-accept", {"accept": accept[:1]})
    assert status == 200 and body["step"] == "policies"
    assert visitor.ask("policies-accept", {"accept": accept})[1]["step"] == "done"
    assert visitor.ask("extension-list", method="get")[0] == 200
    row = Acceptance.objects.get(policy=terms)
    assert row.user == world.people["member"] and row.address == "192.0.2.10"
    assert timezone.now() - row.created_at < datetime.timedelta(minutes=5)
    assert Visitor().sign_in()[1]["step"] == "done"


def test_a_new_version_asks_again(world: World) -> None:
    a_policy()
    visitor = Visitor().signed_in()
    accept = {"accept": [{"kind": "terms", "version": 1}]}
    assert visitor.ask("policies-accept", accept)[1]["step"] == "done"
    assert visitor.ask("extension-list", method="get")[0] == 200
    a_policy(title="Stricter terms")
    assert visitor.ask("extension-list", method="get")[0] == 403
    old = visitor.ask("policies-accept", accept)
    assert old[0] == 409 and old[1]["code"] == "version"
    accept["accept"][0]["version"] = 2
    assert visitor.ask("policies-accept", accept)[0] == 200
    assert visitor.ask("extension-list", method="get")[0] == 200
    assert Acceptance.objects.count() == 2


def test_nothing_stands_between_a_person_and_a_call(world: World) -> None:
    """Whoever must call the emergency number does not read terms first; programs read none at all."""
    a_policy()
    visitor = Visitor().signed_in()
    for path in ("/api/v1/calls/", "/api/v1/live/calls/", "/api/v1/phone/", "/api/v1/me/sessions/"):
        assert visitor.client.post(path, {}, format="json").status_code != 403, path
    _token, text = new_token(world.people["member"], "program")
    program = Visitor()
    program.client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert program.ask("extension-list", method="get")[0] == 200


def test_policies_in_the_readers_language(world: World) -> None:
    a_policy()
    dutch = Visitor()
    dutch.client.credentials(HTTP_ACCEPT_LANGUAGE="nl")
    assert dutch.get("policies")[0]["text"] == "Wees braaf."


def test_the_texts_that_come_along(world: World) -> None:
    call_command("policies")
    call_command("policies")
    texts = Visitor().get("policies")
    assert [(each["kind"], each["version"]) for each in texts] == [
        ("emergency", 1),
        ("privacy", 1),
        ("terms", 1),
    ]
    assert "112" in texts[0]["text"]


def test_people_are_listed_with_whether_they_have_a_password(world: World) -> None:
    invited(User.objects.get(email="agent@alpha.test"))
    rows = world.client("admin").get(reverse("user-list")).json()["results"]
    assert {each["email"] for each in rows if not each["has_password"]} == {"agent@alpha.test"}


# --- the admin ---


def test_the_admin_invites_and_takes_away(world: World, server: MailServer) -> None:
    member, agent = invited(world.people["member"]), world.people["agent"]
    admin, url = world.client("admin"), reverse("admin:people_user_changelist")
    keys = [str(member.pk), str(agent.pk), str(world.people["outsider"].pk)]
    page = admin.post(url, {"action": "invite", "_selected_action": keys}, follow=True).content.decode()
    assert "Member gets a mail" in page and "Agent: This person has a password already" in page
    assert letters("activation").count() == 1 and "72 hours" in arrived(server)
    visitor = Visitor().signed_in("agent@alpha.test")
    admin.post(url, {"action": "reset_second_factor", "_selected_action": keys})
    assert visitor.ask("me", method="get")[0] == 401


def test_single_sign_on_in_the_admin(world: World) -> None:
    admin, add = world.client("admin"), reverse("admin:signin_provider_add")
    form = {
        "kind": "google",
        "name": "Google",
        "issuer": "https://accounts.google.com",
        "client_id": "ours",
        "new_secret": "very-secret-1",
        "domains": '["alpha.test"]',
        "enabled": "on",
    }
    assert admin.post(add, form).status_code == 302
    row = Provider.objects.get()
    assert row.client_secret == "very-secret-1" and row.organisation == world.alpha
    page = reverse("admin:signin_provider_change", args=[row.pk])
    assert "very-secret" not in admin.get(page).content.decode()
    assert admin.post(page, {**form, "new_secret": "", "name": "Work"}).status_code == 302
    row.refresh_from_db()
    assert row.client_secret == "very-secret-1" and row.name == "Work"
    stolen = admin.post(page, {**form, "new_secret": "", "issuer": "https://evil.example"})
    assert stolen.status_code == 200 and "secret of its own" in stolen.content.decode()


def test_policies_are_the_operators(world: World) -> None:
    add = reverse("admin:signin_policy_add")
    form = {"kind": "terms", "title_en": "T", "text_en": "t", "title_nl": "T", "text_nl": "t"}
    assert world.client("admin").post(add, form).status_code == 403
    operator = world.client("operator")
    for version in (1, 2):
        assert operator.post(add, form).status_code == 302
        assert Policy.objects.order_by("-version").first().version == version
        # Who writes it reads it too, before anything else.
        assert operator.get(add).headers["Location"].startswith("/app/sign-in")
        accepted = {"accept": [{"kind": "terms", "version": version}]}
        answer = operator.post(reverse("policies-accept"), accepted, content_type="application/json")
        assert answer.status_code == 200
    page = reverse("admin:signin_policy_change", args=[Policy.objects.first().pk])
    assert operator.post(page, {**form, "text_en": "changed"}).status_code == 403
