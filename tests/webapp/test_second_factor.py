"""The second step: authenticator, recovery codes, codes by mail, and organisations that demand it."""

import datetime
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.services.mail import MailServer
from tests.webapp.conftest import PASSWORD, World
from tests.webapp.signing_in import (
    NEW,
    Visitor,
    a_policy,
    arrived,
    authenticator,
    code_in,
    fresh_code,
    key_in,
    server,
)
from webapp.people.models import User
from webapp.signin import factors
from webapp.signin.models import Letter, RecoveryCode, SecondFactor

__all__ = ["server"]
pytestmark = pytest.mark.django_db(transaction=True)


def with_totp(user: User) -> list[str]:
    """An authenticator for `user`; gives the recovery codes."""
    factors.enrol(user)
    return factors.confirm(user, authenticator(user).now())


def demand(world: World) -> None:
    url = reverse("sign-in-rules", args=[world.alpha.pk])
    assert world.client("admin").patch(url, {"second_factor": True}, format="json").status_code == 200


def test_setting_up_an_authenticator(world: World) -> None:
    member, visitor = world.people["member"], Visitor().signed_in()
    wrong = visitor.ask("me-totp", {"password": "Wrong-1-wrong"})
    assert wrong[0] == 400 and wrong[1]["code"] == "password"
    status, body = visitor.ask("me-totp", {"password": PASSWORD})
    assert status == 200 and body["uri"].startswith("otpauth://totp/Centrale:member%40alpha.test?secret=")
    assert body["secret"] in body["uri"] and "script" not in body["qr"]
    assert ET.fromstring(body["qr"]).tag.endswith("svg")
    assert visitor.ask("me-totp-confirm", {"code": "000000"})[0] == 400
    assert Visitor().sign_in()[1]["step"] == "done"  # not before it is confirmed
    status, body = visitor.ask("me-totp-confirm", {"code": authenticator(member).now()})
    assert status == 200 and len(set(body["recovery_codes"])) == 10
    about = visitor.get("me-second-factor")
    assert about["totp"] and about["recovery_codes"] == 10 and not about["demanded"]
    assert visitor.ask("me-totp", {"password": PASSWORD})[0] == 400  # one at a time
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not [code for code in body["recovery_codes"] if code.replace("-", "") in stored]


def test_the_second_step(world: World) -> None:
    member = world.people["member"]
    with_totp(member)
    visitor = Visitor()
    status, body = visitor.sign_in()
    assert status == 200 and body["step"] == "second_factor"
    assert body["second_factor"]["methods"] == ["totp", "recovery"]
    assert visitor.ask("me", method="get")[0] == 401
    assert visitor.ask("extension-list", method="get")[0] == 401
    wrong = visitor.ask("auth-second-factor", {"method": "totp", "code": "12345"})
    assert wrong[0] == 400 and wrong[1]["code"] == "code"
    assert visitor.ask("auth-second-factor", {"method": "mail", "code": "123456"})[1]["code"] == "method"
    code = fresh_code(member)
    status, body = visitor.ask("auth-second-factor", {"method": "totp", "code": f"{code[:3]} {code[3:]}"})
    assert status == 200 and body["step"] == "done"
    assert visitor.get("me-sessions")[0]["second_factor"] is True
    again = Visitor()
    again.sign_in()
    assert again.ask("auth-second-factor", {"method": "totp", "code": code})[0] == 400  # each works once


def test_a_recovery_code_works_once(world: World) -> None:
    codes = with_totp(world.people["member"])
    for wanted in (200, 400):
        visitor = Visitor()
        visitor.sign_in()
        body = {"method": "recovery", "code": codes[0].upper()}
        assert visitor.ask("auth-second-factor", body)[0] == wanted
    visitor = Visitor()
    visitor.sign_in()
    assert visitor.ask("auth-second-factor", {"method": "recovery", "code": codes[1]})[0] == 200
    assert visitor.get("me-second-factor")["recovery_codes"] == 8
    status, body = visitor.ask("me-recovery-codes", {"password": PASSWORD})
    assert status == 200 and not set(body["recovery_codes"]) & set(codes)
    other = Visitor()
    other.sign_in()
    assert other.ask("auth-second-factor", {"method": "recovery", "code": codes[2]})[0] == 400


def test_a_code_by_mail(world: World, server: MailServer) -> None:
    visitor = Visitor().signed_in()
    status, body = visitor.ask("me-mail-factor", {"on": True, "password": PASSWORD})
    assert status == 200 and body["mail"]
    visitor = Visitor()
    state = visitor.sign_in()[1]
    assert state["second_factor"] == {"methods": ["mail"], "mail_hint": "m…@alpha.test"}
    assert visitor.ask("auth-mail-code") == (202, None)
    too_soon = visitor.ask("auth-mail-code")
    assert too_soon[0] == 429 and too_soon[1]["code"] == "too_soon"
    code = code_in(arrived(server))
    assert code in server.mails[0]["Subject"] and server.recipients == ["member@alpha.test"]
    assert code not in str(list(Letter.objects.values()))
    wrong = f"{(int(code) + 1) % 10**6:06}"
    assert visitor.ask("auth-second-factor", {"method": "mail", "code": wrong})[0] == 400
    assert visitor.ask("auth-second-factor", {"method": "mail", "code": code})[1]["step"] == "done"
    again = Visitor()
    again.sign_in()
    assert again.ask("auth-second-factor", {"method": "mail", "code": code})[0] == 400


def test_a_mailed_code_ends(world: World, server: MailServer) -> None:
    factors.switch_mail(world.people["member"], True)
    visitor = Visitor()
    visitor.sign_in()
    visitor.ask("auth-mail-code")
    code = code_in(arrived(server))
    Letter.objects.update(expires_at=timezone.now())
    assert visitor.ask("auth-second-factor", {"method": "mail", "code": code})[0] == 400


def test_guessing_codes_is_closed(world: World) -> None:
    member = world.people["member"]
    with_totp(member)
    SecondFactor.objects.update(failures=factors.FAILURES - 1, failures_since=timezone.now())
    visitor = Visitor()
    visitor.sign_in()
    assert visitor.ask("auth-second-factor", {"method": "totp", "code": "000000"})[0] == 400
    closed = visitor.ask("auth-second-factor", {"method": "totp", "code": fresh_code(member)})
    assert closed[0] == 429 and closed[1]["code"] == "closed"
    SecondFactor.objects.update(failures_since=timezone.now() - datetime.timedelta(hours=2))
    assert visitor.ask("auth-second-factor", {"method": "totp", "code": fresh_code(member)})[0] == 200
    assert SecondFactor.objects.get().failures == 0


def test_wrong_codes_lock_out_like_wrong_passwords(world: World, settings: Any) -> None:
    with_totp(world.people["member"])
    visitor = Visitor()
    visitor.sign_in()
    for _ in range(settings.AXES_FAILURE_LIMIT + 1):
        status, body = visitor.ask("auth-second-factor", {"method": "totp", "code": "000000"})
    assert status == 429 and body["code"] == "locked"
    assert visitor.sign_in()[0] == 429


def test_the_second_step_does_not_wait_for_ever(world: World) -> None:
    member = world.people["member"]
    assert Visitor().ask("auth-second-factor", {"method": "totp", "code": "000000"})[1]["code"] == "expired"
    with_totp(member)
    visitor = Visitor()
    visitor.sign_in()
    member.set_password(NEW)
    member.save()
    late = visitor.ask("auth-second-factor", {"method": "totp", "code": fresh_code(member)})
    assert late[0] == 409 and late[1]["code"] == "expired"


def test_an_organisation_demands_it_by_mail(world: World, server: MailServer) -> None:
    before = Visitor().signed_in()
    demand(world)
    assert before.ask("me", method="get")[0] == 401  # began without one
    visitor = Visitor()
    assert visitor.sign_in()[1]["second_factor"]["methods"] == ["mail"]
    assert visitor.ask("auth-enrol")[1]["code"] == "method"  # not for whoever knows the password only
    visitor.ask("auth-mail-code")
    code = code_in(arrived(server))
    assert visitor.ask("auth-second-factor", {"method": "mail", "code": code})[0] == 200
    assert visitor.get("me")["second_factor"]["demanded"]
    assert Visitor().sign_in("outsider@bravo.test")[1]["step"] == "done"  # another organisation


def test_an_organisation_demands_it_without_mail(world: World) -> None:
    demand(world)
    visitor = Visitor()
    assert visitor.sign_in()[1]["second_factor"]["methods"] == ["enrol"]
    status, body = visitor.ask("auth-enrol")
    assert status == 200 and "<svg" in body["qr"]
    assert visitor.ask("auth-enrol-confirm", {"code": "000000"})[0] == 400
    code = authenticator(world.people["member"]).now()
    status, body = visitor.ask("auth-enrol-confirm", {"code": code})
    assert status == 200 and body["step"] == "done" and len(body["recovery_codes"]) == 10
    assert Visitor().sign_in()[1]["second_factor"]["methods"] == ["totp", "recovery"]


def test_switching_it_off(world: World) -> None:
    member, visitor = world.people["member"], Visitor().signed_in()
    with_totp(member)
    assert visitor.ask("me-totp-remove", {"password": "Wrong-1-wrong"})[0] == 400
    status, body = visitor.ask("me-totp-remove", {"password": PASSWORD})
    assert status == 200 and not body["totp"]
    assert Visitor().sign_in()[1]["step"] == "done"


def test_a_lost_phone(world: World) -> None:
    member = world.people["member"]
    open_session = Visitor().signed_in()
    with_totp(member)
    url = reverse("user-reset-second-factor", args=[member.pk])
    assert world.client("outsider").post(url).status_code == 404
    assert world.client("supervisor").post(url).status_code == 403
    assert world.client("admin").post(url).status_code == 204
    assert open_session.ask("me", method="get")[0] == 401
    assert Visitor().sign_in()[1]["step"] == "done"


def test_administration_is_no_way_around(world: World) -> None:
    """The whole way in comes before it: password, second factor, policies."""
    admin, policy = world.people["admin"], a_policy()
    with_totp(admin)
    browser = Client()
    entrance = "/app/sign-in?next=/admin/people/user/%3Fq%3Dmember"

    def shut() -> bool:
        answer = browser.get("/admin/people/user/?q=member")
        if answer.headers.get("Location", "").startswith("/admin/login/"):
            answer = browser.get(answer.headers["Location"])
        return bool(answer.headers.get("Location") == entrance)

    def post(name: str, body: Any) -> int:
        return browser.post(reverse(name), body, content_type="application/json").status_code

    assert shut()
    assert post("auth-sign-in", {"email": admin.email, "password": PASSWORD}) == 200 and shut()
    assert post("auth-second-factor", {"method": "totp", "code": fresh_code(admin)}) == 200 and shut()
    assert browser.get("/calls/").headers["Location"] == "/app/sign-in?next=/calls/"
    accepted = {"accept": [{"kind": policy.kind, "version": policy.version}]}
    assert post("policies-accept", accepted) == 200
    page = browser.get("/admin/people/user/?q=member")
    assert page.status_code == 200 and "Member" in page.content.decode()


def test_a_reset_link_does_not_replace_it(world: World, server: MailServer) -> None:
    with_totp(world.people["member"])
    Visitor().ask("auth-forgotten", {"email": "member@alpha.test"})
    visitor = Visitor()
    visitor.ask("auth-redeem", {"key": key_in(arrived(server)), "password": NEW})
    assert visitor.sign_in(password=NEW)[1]["step"] == "second_factor"
    assert visitor.ask("me", method="get")[0] == 401


def test_the_secret_is_sealed(world: World) -> None:
    with_totp(world.people["member"])
    secret = SecondFactor.objects.get().totp_secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT totp_secret FROM signin_secondfactor")
        assert secret not in cursor.fetchone()[0]
