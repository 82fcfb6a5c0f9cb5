"""Who has nothing to look for here, at the running product: sockets without, with an old or foreign session;
what says too much; and an organisation beside ours, that sees nothing of it on any path and any screen."""

import asyncio
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.person import session_of
from tests.operations.harness import ROOT
from tests.operations.house import House, Phones, Rest
from tests.phones.browser import CHROMIUM, FLAGS
from tests.webrtc.house import phone_of
from tests.webrtc.test_sockets import register

ENDED, FOREIGN, NO_SIP, NO_PING, TOO_MANY = 4401, 4403, 4400, 4400, 4429
SOCKETS = ("/ws/live", "/ws/sip")
EXPIRE = """
import sys
from django.contrib.sessions.models import Session
from django.utils import timezone
assert Session.objects.filter(session_key=KEY).update(expire_date=timezone.now())
"""


async def session(house: House, role: str) -> str:
    """The cookie of a new session of a role of the demo, or of the outsider."""
    email, password = house.strangers[0], house.outsider_password
    if role != "outsider":
        (user,) = (each for each in house.demo["users"] if each["role"] == role)
        email, password = user["email"], user["password"]
    cookies = await asyncio.to_thread(session_of, house.root, email, password)
    return next(each["value"] for each in cookies if each["name"] == "centrale_session")


@contextlib.asynccontextmanager
async def socket(
    house: House, path: str, key: str, origin: str | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession(cookies={"centrale_session": key} if key else {}) as web,
        web.ws_connect(
            house.root + path, origin=origin or house.root, protocols=["sip"], autoclose=False
        ) as opened,
    ):
        yield opened


async def closed(opened: aiohttp.ClientWebSocketResponse, seconds: float = 30) -> int | None:
    """The code with which the server closes it."""
    async with asyncio.timeout(seconds):
        while (message := await opened.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return message.data if message.type is aiohttp.WSMsgType.CLOSE else None


@pytest.mark.parametrize("path", SOCKETS)
async def test_no_session_and_foreign_pages(house: House, path: str) -> None:
    key = await session(house, "user")
    await phone_of(house.root, key)
    for origin in ("http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"):
        async with socket(house, path, key, origin) as opened:
            assert await closed(opened) == FOREIGN, origin
    for nobody in ("", "x" * 32):
        async with socket(house, path, nobody) as opened:
            assert await closed(opened) == ENDED


async def test_sessions_that_end_close_what_is_open(house: House) -> None:
    """One runs out, one is ended by its owner elsewhere; neither comes in again."""
    expired, revoked, other = [await session(house, "user") for _ in range(3)]
    await phone_of(house.root, other)
    async with contextlib.AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(socket(house, path, key))
            for path in SOCKETS
            for key in (expired, revoked)
        ]
        stays = await stack.enter_async_context(socket(house, "/ws/live", other))
        code = EXPIRE.replace("KEY", repr(expired))
        shell = (sys.executable, "manage.py", "shell", "-v", "0", "-c", code)
        await asyncio.to_thread(subprocess.run, shell, cwd=ROOT, env=house.env, check=True)
        cookies = {"centrale_session": other, "centrale_csrf": "a" * 32}
        url = f"{house.root}/api/v1/me/sessions/end-others/"
        async with (
            aiohttp.ClientSession(cookies=cookies) as web,
            web.post(url, json={}, headers={"X-CSRFToken": "a" * 32}) as answer,
        ):
            assert answer.status < 300, await answer.text()
        assert await asyncio.gather(*(closed(each) for each in opened)) == [ENDED] * 4
        await stays.send_json({"type": "ping", "number": 0})
        assert not stays.closed and (await stays.receive()).type is aiohttp.WSMsgType.TEXT
    for path in SOCKETS:
        for key in (expired, revoked):
            async with socket(house, path, key) as again:
                assert await closed(again) == ENDED


async def test_who_says_too_much_is_put_out(house: House) -> None:
    key = await session(house, "user")
    ping = {"type": "ping", "number": 0}
    await phone_of(house.root, key)
    for words in ("x" * 1001, json.dumps({**ping, "type": "give me all"}), "\x00"):
        async with socket(house, "/ws/live", key) as opened:
            await opened.send_str(words)
            assert await closed(opened) == NO_PING
    async with socket(house, "/ws/live", key) as opened:
        for _ in range(30):
            await opened.send_json(ping)
        assert await closed(opened) == TOO_MANY
    async with socket(house, "/ws/sip", key) as opened:
        await opened.send_bytes(b"REGISTER")
        assert await closed(opened) == NO_SIP
    async with socket(house, "/ws/sip", key) as opened:  # and who behaves comes in
        await opened.send_str("\r\n\r\n")
        assert (await opened.receive(20)).data == "\r\n"


@contextlib.asynccontextmanager
async def foreign_phone(house: House) -> AsyncIterator[str]:
    """The session of the outsider, who has an extension 101 too."""
    rest = await house.outsider()
    key = await session(house, "outsider")
    me = next(each for each in (await rest.get("users/"))["results"] if each["email"] == house.strangers[0])
    mine = await rest.post(
        "extensions/", organisation=me["organisation"], number="101", name="Other", user=me["id"]
    )
    try:
        yield key
    finally:
        await rest.wants(204, "DELETE", f"extensions/{mine['id']}/")


async def test_another_organisation_sees_no_call(house: House, phones: Phones) -> None:
    """Both have a 101: each rings and shows for its own."""
    one, two = await phones.add("101", "102")
    ours = await phone_of(house.root, await session(house, "user"))
    secrets = {ours["device"], ours["extension"], house.demo["sip"]["domain"], "Reception", "Sales 1"}
    async with foreign_phone(house) as key:
        theirs = await phone_of(house.root, key)
        async with socket(house, "/ws/live", key) as live, socket(house, "/ws/sip", key) as sip:
            hello = (await live.receive(20)).data
            await two.call("101")
            await one.wait_ringing()
            await one.answer()
            await two.wait_established()
            call = await house.live(house.admin, "101")
            rest = await house.outsider()
            assert await rest.get("live/calls/") == [] and await rest.get("live/bindings/") == []
            assert (await rest.ask("POST", f"calls/{call}/hang-up/", {})).code == 404
            for user, domain in ((ours["username"], ours["domain"]), ("101", ours["domain"])):
                await sip.send_str(register(user, domain))
                answer = (await sip.receive(20)).data
                assert answer.startswith("SIP/2.0 403"), answer
            await sip.send_str(register(theirs["username"], theirs["domain"]))
            assert (await sip.receive(20)).data.startswith("SIP/2.0 200")
            await two.hangup()
            await one.wait_ended()
            await live.send_json({"type": "ping", "number": 0})
            said = hello
            while '"pong"' not in (frame := (await live.receive(20)).data):
                said += frame
            assert '"hello"' in said and not [each for each in (*secrets, call) if each in said]


async def _ids(rest: Rest, paths: list[str]) -> dict[str, list[str]]:
    """What each collection of the API names its things by: path to ids."""
    found: dict[str, list[str]] = {}
    for path in (each for each in paths if "{" not in each):
        answer = await rest.ask("GET", path)
        if answer.code != 200 or not isinstance(answer.body, dict | list):
            continue
        rows = answer.body.get("results", []) if isinstance(answer.body, dict) else answer.body
        names = [
            str(row.get("id") or row.get("call_id") or row.get("notice_id") or row.get("call") or "")
            for row in rows
            if isinstance(row, dict)
        ]
        found[path] = [name for name in names if name][:2]
    return found


async def test_no_path_of_the_api_gives_anything(house: House, phones: Phones) -> None:
    one, two = await phones.add("101", "102")
    await two.call("101")
    await one.wait_ringing()
    await two.hangup()
    await house.last_record(dialled="101")
    outsider = await house.outsider()
    schema = (await house.admin.ask("GET", "schema/?format=json")).body
    schema = schema if isinstance(schema, dict) else json.loads(schema)
    paths = [path.removeprefix("/api/v1/") for path, methods in schema["paths"].items() if "get" in methods]
    known = await _ids(house.admin, paths)
    ours = {each for ids in known.values() for each in ids if len(each) > 8}
    assert len(ours) > 20
    seen = 0
    for path in paths:
        if "{" not in path:
            text = json.dumps((await outsider.ask("GET", path)).body, default=str)
            assert not [each for each in ours if each in text] and "demo.centrale" not in text, path
            continue
        collection, _, _ = path.partition("{")
        ids = known.get(collection) or sorted(ours)[:3]
        for name in ids:
            real = re.sub(r"\{[^}]+\}", name, path)
            answer = await outsider.ask("GET", real)
            assert answer.code in (403, 404), f"{real}: {answer.code}"
            seen += (await house.admin.ask("GET", real)).code == 200
    assert seen > 20, "the walk found next to nothing that its owner may see"


async def _screens(browser: Browser, house: House, key: str) -> None:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    await context.add_cookies([{"name": "centrale_session", "value": key, "url": house.root}])
    page = await context.new_page()
    domain = house.demo["sip"]["domain"]
    for path in (
        *(f"/app/{name}" for name in ("", "phone", "contacts", "history", "voicemail", "recordings")),
        *("/app/calendar", "/app/settings", "/app/profile", "/calls/"),
        *("/admin/", "/admin/extensions/extension/", "/admin/calls/callrecord/", "/admin/link/live/"),
    ):
        await page.goto(house.root + path, wait_until="networkidle" if "/app" not in path else "load")
        if path.startswith("/app/"):
            await expect(page.get_by_role("heading", level=1).first).to_be_visible(timeout=20_000)
        text = await page.content()
        assert domain not in text and "Reception" not in text and "Sales 1" not in text, path
    await context.close()


async def test_no_screen_shows_anything(house: House, phones: Phones) -> None:
    one, two = await phones.add("101", "102")
    async with foreign_phone(house) as key, async_playwright() as playwright:
        await two.call("101")
        await one.wait_ringing()
        await one.answer()
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        await _screens(browser, house, key)
        await browser.close()
        await two.hangup()
