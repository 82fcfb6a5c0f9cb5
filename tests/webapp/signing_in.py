"""What tests of sign-in share: a visitor's browser, mail that really arrives, the codes in it."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from tests.services import mail
from tests.services.mail import MailServer
from tests.webapp.conftest import PASSWORD
from webapp.people.models import User
from webapp.signin import mailing
from webapp.signin.models import Letter, Policy, SecondFactor
from webapp.signin.policies import publish

NEW = "Another-horse-2"


class Visitor:
    """A browser of its own: `ask` gives status and JSON."""

    def __init__(self, agent: str = "Firefox", address: str = "192.0.2.10") -> None:
        self.client = APIClient(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)

    def ask(self, name: str, body: Any = None, method: str = "post", **arguments: Any) -> tuple[int, Any]:
        url = reverse(name, kwargs=arguments or None)
        answer = getattr(self.client, method)(url, *([body] if body is not None else []), format="json")
        return answer.status_code, answer.json() if answer.content else None

    def get(self, name: str, **arguments: Any) -> Any:
        status, body = self.ask(name, method="get", **arguments)
        assert status == 200, (status, body)
        return body

    def sign_in(self, email: str = "member@alpha.test", password: str = PASSWORD) -> tuple[int, Any]:
        return self.ask("auth-sign-in", {"email": email, "password": password})

    def signed_in(self, email: str = "member@alpha.test", password: str = PASSWORD) -> "Visitor":
        status, body = self.sign_in(email, password)
        assert status == 200 and body["step"] in ("done", "policies"), body
        return self


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    with mail.server() as server:
        settings.CENTRALE = settings.CENTRALE.model_copy(
            update={"smtp": server.url, "url": "https://pbx.alpha.test"}
        )
        yield server


def arrived(server: MailServer) -> str:
    """The text of the one mail that the worker has to send now."""
    before = len(server.mails)
    assert mailing.send_due() == 1
    assert len(server.mails) == before + 1
    body = server.mails[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def key_in(text: str) -> str:
    found = re.search(r"https://pbx\.alpha\.test/app/(?:activate|reset)/(\S+)", text)
    assert found, text
    return found[1]


def code_in(text: str) -> str:
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found[0]


def authenticator(user: User) -> pyotp.TOTP:
    """What this person's phone shows, once it is set up."""
    return pyotp.TOTP(SecondFactor.objects.get(user=user).totp_secret)


def fresh_code(user: User) -> str:
    """A code that was not used before: the next one when this one was."""
    factor = SecondFactor.objects.get(user=user)
    step = max(int(time.time()) // 30, factor.totp_step + 1)
    return authenticator(user).at(step * 30)


def invited(user: User) -> User:
    user.set_unusable_password()
    user.save()
    return user


def a_policy(kind: str = "terms", title: str = "Terms") -> Policy:
    return publish(
        Policy(kind=kind, title_en=title, title_nl=f"{title} nl", text_en="Be good.", text_nl="Wees braaf.")
    )


def letters(kind: str) -> Any:
    return Letter.objects.filter(kind=kind)
