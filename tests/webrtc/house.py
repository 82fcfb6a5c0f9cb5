"""The product with browsers: a core, its web and courier, people who are signed in, phones of both kinds."""

import json
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
from playwright.async_api import Browser as Chromium

from pbx.control.messages import CallRecord
from tests.phones.base import Account
from tests.phones.browser import BrowserPhone
from tests.phones.pjsua import Pjsua
from tests.running import RunningCore, eventually
from tests.survival.plane import Plane

# People of the demo by the extension they have.
PEOPLE = {"101": "agent", "102": "user", "104": "supervisor"}

# A session as signing in makes it.
_SESSION = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from webapp.people.models import User
def sign_in(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "webapp.people.backend.EmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
"""
# A second organisation whose administrator has a 101 too, and a session for everybody.
_PEOPLE = """
from webapp.extensions.actions import save_extension
from webapp.extensions.models import Extension
from webapp.organisations.actions import create_organisation
bravo = create_organisation(name="Bravo", domain="bravo.test", language="en")
fields = {"name": "Outsider", "role": "admin", "organisation": bravo}
other = User.objects.create_user("outsider@bravo.test", None, **fields)
save_extension(Extension(organisation=bravo, number="101", name="Outsider", user=other))
print(json.dumps({user.email: sign_in(user) for user in User.objects.all()}))
"""


class House:
    """Everything runs; each test adds phones, which end with it."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.sessions: dict[str, str] = {}

    @property
    def core(self) -> RunningCore:
        return self.plane.core

    def prepare(self) -> None:
        """Tables, the demo, people and their sessions."""
        self.plane.prepare()
        self.sessions = json.loads(self.shell(_SESSION + _PEOPLE))

    def sign_in(self, email: str) -> str:
        """One more session of somebody."""
        return self.shell(f"{_SESSION}print(sign_in(User.objects.get(email={email!r})))")

    def shell(self, code: str) -> str:
        """The last line that a program beside the web prints."""
        return self.plane.manage("shell", "-v", "0", "-c", code).strip().rpartition("\n")[2]

    def email(self, number: str) -> str:
        """Who has that extension of the demo; the outsider for "outsider"."""
        if number == "outsider":
            return "outsider@bravo.test"
        (found,) = (user["email"] for user in self.plane.demo["users"] if user["role"] == PEOPLE[number])
        return str(found)

    def session(self, number: str) -> str:
        return self.sessions[self.email(number)]

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.plane.http_port}"

    async def up(self) -> None:
        """Until the web answers, and the core knows the organisations."""

        async def ready() -> bool:
            async with self.core.client() as client, aiohttp.ClientSession() as web:
                try:
                    async with web.get(f"{self.web}/healthz") as answer:
                        return answer.status in (200, 503) and len(await client.tenants()) == 2
                except aiohttp.ClientError:
                    return False

        await eventually(ready, 60, "the web")


class Desks:
    """The phones of one test."""

    def __init__(self, house: House, chromium: Chromium) -> None:
        self.house = house
        self._chromium = chromium
        self._stack = AsyncExitStack()

    async def close(self) -> None:
        """End all phones; the core forgets where they were."""
        await self._stack.aclose()
        async with self.house.core.client() as client:
            for each in await client.bindings():
                await client.remove_binding(each.tenant, each.device, each.contact)

    async def browser(self, number: str, *, registered: bool = True) -> BrowserPhone:
        """A page of the person with that extension."""
        account = Account(number)
        phone = BrowserPhone(account, self._chromium, self.house.plane.http_port, self.house.session(number))
        await self._stack.enter_async_context(phone)
        if registered:
            await phone.register()
            await phone.wait_registered(20)
        return phone

    async def desk(self, number: str, kind: type[Any] = Pjsua) -> Any:
        """A desk phone of the demo, registered."""
        phone = kind(self.house.plane.account(number))
        await self._stack.enter_async_context(phone)
        await phone.register()
        await phone.wait_registered()
        return phone

    async def calls(self) -> list[CallRecord]:
        async with self.house.core.client() as client:
            return await client.calls()

    async def quiet(self) -> None:
        """Until no call is left."""

        async def none() -> bool:
            return not await self.calls()

        await eventually(none, 20, "the end of all calls")


async def phone_of(root: str, session: str) -> dict[str, Any]:
    """Makes the browser of that session a phone; what its page is told."""
    cookies = {"centrale_session": session, "centrale_csrf": "a" * 32}
    async with (
        aiohttp.ClientSession(cookies=cookies) as web,
        web.post(f"{root}/api/v1/phone/", headers={"X-CSRFToken": "a" * 32}) as answer,
    ):
        assert answer.status == 200, await answer.text()
        told: dict[str, Any] = await answer.json()
        return told
