"""The whole product as `make run` starts it: two real phones talk, the call is in the history; then every
part is killed once, and in the end Ctrl-C with a call going on."""

import asyncio
import contextlib
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.operations.harness import Running, environment
from tests.phones.baresip import Baresip
from tests.phones.base import Account
from tests.running import ROOT

pytestmark = pytest.mark.timeout(240)

# How each part is recognised among the supervisor's children.
WORDS = {"core": "pbx.main", "courier": "courier", "worker": "config.worker", "web": "daphne"}
TONES = (620.0, 1130.0)


@pytest.fixture
def env(prepared: Path, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation of its own."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "prompts").symlink_to(prepared / "prompts")
    return environment(home)


@pytest.fixture
def running(env: dict[str, str]) -> Iterator[Running]:
    one = Running(("config.supervisor",), env)
    yield one
    one.clean_up()


async def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Polls without holding up the phones, which live on this loop."""
    try:
        async with asyncio.timeout(seconds):
            while not await asyncio.to_thread(true):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"after {seconds} s still not: {what}") from None


class Web:
    """The control plane as a person and as a program see it."""

    def __init__(self, env: dict[str, str]) -> None:
        self.base = f"http://127.0.0.1:{env['CENTRALE_HTTP_PORT']}"

    def well(self) -> bool:
        """/healthz says that every part is up."""
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def calls(self, token: str) -> list[dict[str, Any]]:
        """The history as the REST API gives it, newest first; empty while the web is away."""
        request = urllib.request.Request(
            f"{self.base}/api/v1/calls/", headers={"Authorization": f"Bearer {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                found: list[dict[str, Any]] = json.load(answer)["results"]
                return found
        except OSError:
            return []

    def page_of(self, email: str, password: str) -> str:
        """Sign in as a browser does; the page of own calls."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        browser.open(f"{self.base}/app/sign-in", timeout=10).read()

        def post(path: str, body: object) -> None:
            (token,) = (cookie.value for cookie in jar if cookie.name == "centrale_csrf")
            headers = {"Content-Type": "application/json", "X-CSRFToken": str(token)}
            data = json.dumps(body).encode()
            browser.open(urllib.request.Request(f"{self.base}/api/v1/{path}", data, headers), timeout=10)

        post("auth/sign-in/", {"email": email, "password": password})
        texts = json.load(browser.open(f"{self.base}/api/v1/policies/", timeout=10))
        post(
            "policies/accept/",
            {"accept": [{each: text[each] for each in ("kind", "version")} for text in texts]},
        )
        page: str = browser.open(f"{self.base}/calls/", timeout=10).read().decode()
        return page


def demo_of(env: dict[str, str]) -> dict[str, Any]:
    """What `manage.py demo --json` prints."""
    command = [sys.executable, "manage.py", "demo", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def phone(demo: dict[str, Any], index: int) -> Baresip:
    """A phone with the credentials of the demo, as a person would type them in."""
    extension, sip = demo["extensions"][index], demo["sip"]
    return Baresip(
        Account(
            number=extension["number"],
            username=extension["username"],
            password=extension["password"],
            domain=sip["domain"],
            host=sip["host"],
            port=sip["port"],
            transport="udp",
        )
    )


async def talk(caller: Baresip, called: Baresip) -> None:
    """One calls the other, and each hears the other's tone."""
    await caller.call(called.account.number)
    await called.wait_ringing()
    await called.answer()
    await caller.wait_established()
    await called.wait_established()
    for speaker, listener, hz in ((caller, called, TONES[0]), (called, caller, TONES[1])):
        await speaker.send_tone(hz)
        await listener.wait_hears(hz, speaker)


def back(running: Running, name: str, before: int) -> bool:
    """Another process has taken the part's place."""
    with contextlib.suppress(AssertionError, psutil.Error):
        return running.child(WORDS[name]).pid != before
    return False


async def kill(running: Running, web: Web, name: str) -> None:
    """kill -9 of one part; it comes back, and all are well."""
    process = await asyncio.to_thread(running.child, WORDS[name])
    os.kill(process.pid, signal.SIGKILL)
    await until(lambda: f"{name} was ended by SIGKILL" in running.output, f"the end of {name} is told")
    await until(lambda: back(running, name, process.pid), f"{name} runs again", 20)
    await until(web.well, f"all parts well after the end of {name}\n{running.output[-3000:]}")


async def test_phones_talk_and_every_part_may_die(running: Running, env: dict[str, str]) -> None:
    await until(lambda: "ready after" in running.output, "the start", 120)
    web, demo = Web(env), await asyncio.to_thread(demo_of, env)
    token = demo["api_token"]
    async with phone(demo, 0) as first, phone(demo, 1) as second:
        for each in (first, second):
            await each.register()
            await each.wait_registered()
        await talk(first, second)
        await first.hangup()
        await second.wait_ended()
        await until(lambda: len(web.calls(token)) == 1, "the call is in the history", 10)
        (call,) = web.calls(token)
        assert (call["outcome"], call["ended_by"]) == ("answered", "caller")
        assert call["dialled"] == second.account.number
        people = {user["role"]: user for user in demo["users"]}
        agent = people["agent"]  # who has the first extension
        page = await asyncio.to_thread(web.page_of, agent["email"], agent["password"])
        assert f"<strong>{second.account.number}</strong>" in page
        assert "answered" in page

        for name in ("courier", "worker", "web"):
            await kill(running, web, name)
        await talk(second, first)
        await kill(running, web, "core")
        await until(lambda: len(web.calls(token)) == 2, "the interrupted call is in the history", 20)
        assert web.calls(token)[0]["outcome"] == "interrupted"
        for each in (first, second):
            await each.hangup()
            await each.wait_ended()
        # The phones registered once, at the beginning.
        await talk(first, second)
        running.signal(signal.SIGINT)
        for each in (first, second):
            await each.wait_ended(10)
    assert await asyncio.to_thread(running.end) == 0
    stops = re.findall(r"^==> (\w+) stopped$", running.output, re.MULTILINE)
    assert stops[:2] == ["core", "courier"] and set(stops) == set(WORDS)
    assert "was killed" not in running.output
    taken = await asyncio.to_thread(ids_in, env)
    assert taken == 3, "the last call's record was carried over before the courier stopped"


def ids_in(env: dict[str, str]) -> int:
    """How many records the database has."""
    code = "from webapp.calls.models import CallRecord as C; print(C.objects.count())"
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return int(done.stdout)
