"""A whole Centrale under the supervisor of `make run`, with a mail server, met over REST; and real phones."""

import asyncio
import contextlib
import http.cookiejar
import json
import secrets
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pbx.control.client import ControlClient
from tests.operations.harness import ROOT, Running, environment
from tests.phones.baresip import Baresip
from tests.phones.base import Account, BasePhone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.services.mail import MailServer, server

DID = "+31201234567"
PATIENCE = 40.0

P = TypeVar("P", bound=BasePhone)


@dataclass(frozen=True)
class Answer:
    """What REST answered; `body` is JSON where it was JSON, else bytes."""

    code: int
    body: Any
    headers: Mapping[str, str]


class Rest:
    """One person's REST API, by token."""

    def __init__(self, root: str, token: str) -> None:
        self.root, self.token = root, token

    async def ask(
        self, method: str, path: str, body: Any = None, upload: bytes | None = None, **headers: str
    ) -> Answer:
        """`body` goes as JSON; with `upload` as the fields beside a file, of multipart/form-data."""
        return await asyncio.to_thread(self._ask, method, path, body, upload, headers)

    def _ask(
        self, method: str, path: str, body: Any, upload: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        data, kind = (None if body is None else json.dumps(body).encode()), "application/json"
        if upload is not None:
            data, kind = form(body, upload)
        request = urllib.request.Request(
            f"{self.root}/api/v1/{path}",
            data,
            {"Authorization": f"Bearer {self.token}", "Content-Type": kind, **headers},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return taken(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as error:
            return taken(error.code, error.read(), error.headers)

    async def get(self, path: str) -> Any:
        return await self.wants(200, "GET", path)

    async def post(self, path: str, answers: int = 201, /, **body: Any) -> Any:
        return await self.wants(answers, "POST", path, body)

    async def patch(self, path: str, **body: Any) -> Any:
        return await self.wants(200, "PATCH", path, body)

    async def wants(self, code: int, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The body of an answer that has to have that code."""
        answer = await self.ask(method, path, body, **more)
        assert answer.code == code, f"{method} {path}: {answer.code} {answer.body!r}"
        return answer.body


def taken(code: int, data: bytes, headers: Any) -> Answer:
    is_json = data and "json" in headers.get("Content-Type", "")
    return Answer(code, json.loads(data) if is_json else data, dict(headers))


def form(fields: Mapping[str, str], upload: bytes) -> tuple[bytes, str]:
    """multipart/form-data of the fields and a file "file", and its content type (RFC 7578)."""
    line = secrets.token_hex(12)
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
    parts.append(f"{head}Content-Type: audio/wav\r\n\r\n".encode() + upload + b"\r\n")
    return b"".join(parts) + f"--{line}--\r\n".encode(), f"multipart/form-data; boundary={line}"


class House:
    """The running product with its demo organisation; `admin` acts for that by token."""

    def __init__(self, running: Running, mail: MailServer) -> None:
        self.running, self.mail = running, mail
        self.env = running.env
        self.home = Path(self.env["CENTRALE_HOME"])
        self.demo: dict[str, Any] = json.loads((self.home / "demo.json").read_text())
        self.port = int(self.env["CENTRALE_SIP_PORT"])
        self.root = f"http://127.0.0.1:{self.env['CENTRALE_HTTP_PORT']}"
        self.admin = Rest(self.root, self.demo["api_token"])
        self._people: dict[str, Rest] = {}
        self.strangers: tuple[str, str] = ("", "")  # addresses: administrator elsewhere, operator
        self.outsider_password = ""

    def person(self, role: str) -> Rest:
        """Who signs in as that role of the demo and makes a token."""
        if role not in self._people:
            (user,) = (each for each in self.demo["users"] if each["role"] == role)
            self._people[role] = self.sign_in(user["email"], user["password"])
        return self._people[role]

    def sign_in(self, email: str, password: str) -> Rest:
        """The REST API of somebody who signs in as people do, and makes a token."""
        cookies = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        browser.open(f"{self.root}/app/sign-in").read()

        def post(path: str, body: Any) -> Any:
            values = {cookie.name: str(cookie.value) for cookie in cookies}
            headers = {"Content-Type": "application/json", "X-CSRFToken": values["centrale_csrf"]}
            url = f"{self.root}/api/v1/{path}"
            return json.load(browser.open(urllib.request.Request(url, json.dumps(body).encode(), headers)))

        post("auth/sign-in/", {"email": email, "password": password})
        texts = json.load(browser.open(f"{self.root}/api/v1/policies/"))
        if texts:
            accepted = [{"kind": text["kind"], "version": text["version"]} for text in texts]
            post("policies/accept/", {"accept": accepted})
        return Rest(self.root, post("tokens/", {"name": "test"})["token"])

    async def outsider(self) -> Rest:
        """The administrator of another organisation: `strangers[0]` with `outsider_password`."""
        if "outsider" not in self._people:
            self._people["outsider"] = await asyncio.to_thread(self._make_outsider)
        return self._people["outsider"]

    def _make_outsider(self) -> Rest:
        """An operator makes the other organisation and its administrator."""
        mark, password = secrets.token_hex(4), f"Aa1{secrets.token_urlsafe(16)}"
        email, domain = f"operator-{mark}@centrale.localhost", f"other-{mark}.test"
        subprocess.run(
            [sys.executable, "manage.py", "createsuperuser", "--noinput", "--email", email],
            cwd=ROOT,
            env={**self.env, "DJANGO_SUPERUSER_PASSWORD": password},
            check=True,
            capture_output=True,
        )
        operator = self.sign_in(email, password)
        other = operator._ask("POST", "organisations/", {"name": f"Other {mark}", "domain": domain}, None, {})
        assert other.code == 201, other
        person = {
            "email": f"admin@{domain}",
            "name": "Other",
            "role": "admin",
            "organisation": other.body["id"],
            "password": password,
        }
        made = operator._ask("POST", "users/", person, None, {})
        assert made.code == 201, made
        self.strangers = f"admin@{domain}", email
        self.outsider_password = password
        return self.sign_in(f"admin@{domain}", password)

    async def id(self, number: str) -> str:
        """Id of the extension."""
        return str((await self.admin.get(f"extensions/?number={number}"))["results"][0]["id"])

    async def device(self, username: str) -> str:
        """Id of the phone with that user name."""
        return str((await self.admin.get(f"devices/?username={username}"))["results"][0]["id"])

    def account(self, number: str) -> Account:
        """The demo's phone of that extension."""
        (phone,) = (each for each in self.demo["extensions"] if each["number"] == number)
        return self.account_of(number, phone["username"], phone["password"])

    def account_of(self, number: str, username: str, password: str) -> Account:
        return Account(
            number=number,
            username=username,
            password=password,
            domain=self.demo["sip"]["domain"],
            host="127.0.0.1",
            port=self.port,
        )

    async def settled(self) -> None:
        """The core has the configuration as it is now."""
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", VERSIONS],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        wanted: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])

        async def there() -> bool:
            async with self.core() as client:
                known = await client.tenants()
            return all(known.get(tenant, 0) >= version for tenant, version in wanted.items())

        await eventually(there, PATIENCE, "the core has the newest configuration")

    def core(self) -> ControlClient:
        return ControlClient(f"unix:{self.home.resolve() / 'run' / 'control.sock'}")

    async def record_of(self, call: str) -> dict[str, Any]:
        """The call record, once REST has it."""

        async def there() -> Any:
            answer = await self.admin.ask("GET", f"calls/{call}/")
            return answer.body if answer.code == 200 else None

        found: dict[str, Any] = await eventually(there, PATIENCE, f"the record of {call}")
        return found

    async def recorded(self) -> None:
        """All calls are over, and REST has their records."""

        async def over() -> int | None:
            async with self.core() as client:
                health = await client.health()
            return None if health.calls else health.last_number

        last: int = await eventually(over, PATIENCE, "the end of all calls")

        async def taken_in() -> bool:
            async with self.core() as client:
                return (await client.health()).acknowledged >= last

        await eventually(taken_in, PATIENCE, "the records of all calls")

    async def last_record(self, **wanted: Any) -> dict[str, Any]:
        """The newest record with these values; none of a test before, if the call has taken place."""
        await self.recorded()

        async def there() -> Any:
            rows = (await self.admin.get("calls/"))["results"]
            return next((row for row in rows if wanted.items() <= row.items()), None)

        found: dict[str, Any] = await eventually(there, PATIENCE, f"a record of {wanted}")
        return found

    async def live(self, rest: Rest, number: str) -> str:
        """Id of the call going on of which `number` is a part, newest last."""

        async def there() -> Any:
            rows = await rest.get("live/calls/")
            fits = [row for row in rows if any(leg["number"] == number for leg in row["legs"])]
            return fits[-1]["id"] if fits else None

        return str(await eventually(there, PATIENCE, f"a call with {number}"))


VERSIONS = """
import json
from webapp.organisations.models import Organisation
print(json.dumps({str(o.pk): o.config_version for o in Organisation.objects.all()}))
"""


@contextlib.contextmanager
def opened(folder: Path, **settings: str) -> Iterator[House]:
    """Starts it all, with these settings besides; nothing is left of it afterwards."""
    with server() as mail:
        env = {
            **environment(folder / "home"),
            "CENTRALE_SMTP": mail.url,
            "CENTRALE_MAIL_FROM": "pbx@demo.test",
            **settings,
        }
        running = Running(("config.supervisor",), env)
        try:
            running.wait_for("ready after", seconds=120)
            yield House(running, mail)
        finally:
            running.stop()
            running.clean_up()


class Phones:
    """Phones of one test."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._all: list[BasePhone] = []

    async def add(self, *numbers: str) -> list[Pjsua]:
        """Registered phones of these extensions, in order."""
        return await self.put(*(self.house.account(number) for number in numbers))

    async def add_baresip(self, number: str) -> Baresip:
        """A registered phone of another make."""
        (found,) = await self._begin_all([Baresip(self.house.account(number))])
        return found

    async def put(self, *accounts: Account) -> list[Pjsua]:
        """Phones with these accounts; those with a server register."""
        return await self._begin_all([Pjsua(account) for account in accounts])

    async def _begin_all(self, found: list[P]) -> list[P]:
        self._all += found
        await asyncio.gather(*(self._begin(phone) for phone in found))
        return found

    @staticmethod
    async def _begin(phone: BasePhone) -> None:
        await phone.start()
        if phone.account.port:
            await phone.register()
            await phone.wait_registered(30)

    @staticmethod
    async def _end(phone: BasePhone) -> None:
        """A binding left behind would be called by the next test, and nobody would answer."""
        try:
            if phone.registered:
                await phone.unregister()
                await phone.wait_unregistered()
        finally:
            await phone.stop()

    async def close(self) -> None:
        await asyncio.gather(*(self._end(phone) for phone in self._all), return_exceptions=True)

        async def quiet() -> bool:
            return not await self.house.admin.get("live/calls/")

        await eventually(quiet, PATIENCE, "the end of all calls")
