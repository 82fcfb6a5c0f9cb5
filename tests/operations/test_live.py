"""The live view in the running product: Daphne, the core, real phones, and browsers' sockets."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest

from tests.operations.harness import ROOT
from tests.operations.house import House, Phones
from tests.webapp.live.browser import Browser

pytestmark = pytest.mark.timeout(300)

SESSIONS = """
import json
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from webapp.people.models import User
made = {}
for user in User.objects.all():
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "webapp.people.backend.EmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    made[user.email] = session.session_key
print(json.dumps(made))
"""


async def shell(house: House, code: str) -> str:
    """What a program beside the web prints."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
        cwd=ROOT,
        env=house.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


class Desks:
    """Browsers of people of the demo, each with a session of its own."""

    def __init__(self, house: House, sessions: dict[str, str], stack: AsyncExitStack) -> None:
        self.house, self.sessions, self._stack = house, sessions, stack

    def email(self, role: str) -> str:
        (found,) = (user["email"] for user in self.house.demo["users"] if user["role"] == role)
        return str(found)

    def session(self, role: str) -> str:
        return self.sessions[self.email(role)]

    async def open(self, *roles: str) -> list[Browser]:
        """Connected, with a first state and the core there."""
        found = [Browser(self.house.root, self.session(role)) for role in roles]
        for browser in found:
            await self._stack.enter_async_context(browser)
            await browser.sees(
                lambda each=browser: each.of("core").get("core") == {"state": "up"}, "the core"
            )
        return found


@pytest.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    async with AsyncExitStack() as stack:
        yield Desks(house, json.loads(await shell(house, SESSIONS)), stack)


def registered(browser: Browser) -> list[bool]:
    """Of each phone of the person, whether it is registered."""
    return [phone["registered"] for mine in browser.of("me").values() for phone in mine["phones"]]


async def test_a_call_from_its_first_ring_to_the_history(house: House, phones: Phones, desks: Desks) -> None:
    agent, user, supervisor = await desks.open("agent", "user", "supervisor")  # 101, 102
    await user.sees_colleague("107", state="offline")
    first, second, third = await phones.add("101", "102", "107")
    for number in ("101", "102", "107"):
        await user.sees_colleague(number, state="available")
    (mine,) = agent.of("me").values()
    assert mine["number"] == "101"
    await agent.sees(lambda: registered(agent) == [True], "its phone")

    await second.call("101")
    ringing = await agent.sees_call(state="ringing", direction="in")
    assert (ringing["peer"]["number"], ringing["via"]["kind"]) == ("102", "extension")
    assert await user.sees_call(state="dialling", direction="out", id=ringing["id"])
    assert await supervisor.sees(lambda: supervisor.of("office_call").get(ringing["id"]), "it too")
    assert supervisor.of("call") == {}
    await supervisor.sees_colleague("101", state="ringing")
    await first.answer()
    talking = await agent.sees_call(state="talking", id=ringing["id"])
    assert talking["answered_at"] and talking["my_leg"] in [leg["id"] for leg in talking["legs"]]
    await user.sees_colleague("101", state="talking")

    await first.hold()
    await agent.sees_call(state="held", held_by_me=True)
    await user.sees_call(state="talking", held_by_other=True)
    await first.resume()
    await agent.sees_call(state="talking", held_by_me=False)
    await house.person("agent").wants(204, "POST", f"calls/{ringing['id']}/hold/", {"on": True})
    await agent.sees_call(state="held", held_by_me=True)
    await house.person("agent").wants(204, "POST", f"calls/{ringing['id']}/hold/", {"on": False})
    await user.sees_call(state="talking", held_by_other=False)

    consulted = await house.person("agent").wants(
        200, "POST", f"calls/{ringing['id']}/consult/", {"number": "107"}
    )
    await agent.sees_call(id=ringing["id"], state="held", consultation=consulted["call"], my_leg=None)
    await agent.sees_call(id=consulted["call"], consultation=ringing["id"], direction="out")
    await third.wait_ringing()
    await third.answer()
    await agent.sees_call(id=consulted["call"], state="talking")
    await user.sees_call(id=ringing["id"])
    await house.person("agent").wants(
        204, "POST", f"calls/{ringing['id']}/transfer/", {"to_call": consulted["call"]}
    )
    await user.sees(lambda: [c["peer"]["number"] for c in user.of("call").values()] == ["107"], "107 there")
    await agent.sees(lambda: not agent.of("call"), "no call")
    await second.hangup()
    for browser in (agent, user):
        latest = await browser.sees(lambda each=browser: each.of("record").get("latest"), "a record")
        await house.record_of(latest["call"])
    await user.sees(lambda: not user.of("call"), "no call")
    await user.sees_colleague("101", state="available")


async def test_a_parked_call_is_there_for_all(house: House, phones: Phones, desks: Desks) -> None:
    agent, user, supervisor = await desks.open("agent", "user", "supervisor")
    first, second = await phones.add("101", "107")
    await second.call("101")
    call = await agent.sees_call(state="ringing")
    assert user.of("call") == {}
    await first.answer()
    await agent.sees_call(state="talking")
    slot = await house.person("agent").wants(200, "POST", f"calls/{call['id']}/park/", {})
    for browser in (agent, user, supervisor):
        waiting = await browser.sees(lambda each=browser: each.of("parked").get(call["id"]), "who waits")
        assert (waiting["slot"], waiting["number"], waiting["by"]) == (slot["slot"], "107", "101")
        assert waiting["since"]
    await second.hangup()
    await user.sees(lambda: not user.of("parked"), "nobody waits")


async def test_status_and_messages_show_at_once(house: House, phones: Phones, desks: Desks) -> None:
    agent, user = await desks.open("agent", "user")
    (_phone,) = await phones.add("102")
    own = await house.id("102")
    await house.person("user").patch(f"extensions/{own}/state/", do_not_disturb=True, note="Thinking")
    row = await agent.sees_colleague("102", do_not_disturb=True, state="away")
    assert row["status"]["note"] == "Thinking"
    await house.person("user").patch(
        f"extensions/{own}/state/", do_not_disturb=False, note="", forward_all="voicemail"
    )
    await user.sees(
        lambda: next(iter(user.of("me").values()))["forward"]["all"] == "voicemail", "the forward"
    )
    before = sum(box["new"] for box in user.of("mailbox").values())
    (caller,) = await phones.add("107")
    await caller.call("102")
    await caller.wait_established(30)
    await asyncio.sleep(8)  # the message has a length
    await caller.hangup()

    def waiting() -> int:
        return sum(box["new"] for box in user.of("mailbox").values()) - before

    await user.sees(lambda: waiting() == 1, "a new message")
    assert not agent.of("mailbox").keys() & user.of("mailbox").keys()
    rows = (await house.person("user").get("voicemail/?new=true"))["results"]
    await house.person("user").patch(f"voicemail/{rows[0]['id']}/", read=True)
    await user.sees(lambda: waiting() == 0, "none that is new")
    await house.person("user").patch(f"extensions/{own}/state/", forward_all=None)
    await agent.sees_colleague("102", state="available", forwarded=False)


async def test_who_was_away_gets_what_was_missed(house: House, phones: Phones, desks: Desks) -> None:
    (user,) = await desks.open("user")
    await user.sees_colleague("108", state="offline")
    await user.disconnect()
    (first,) = await phones.add("108")
    (watching,) = await desks.open("agent")
    await watching.sees_colleague("108", state="available")
    await user.connect()
    await user.sees_colleague("108", state="available")
    assert [hello["state"] is None for hello in user.hellos] == [False, True]
    await user.ping()
    await user.sees(lambda: user.pongs, "a pong")
    assert first.registered


async def test_the_core_dies_and_comes_back(house: House, phones: Phones, desks: Desks) -> None:
    (user,) = await desks.open("user")
    await phones.add("101")
    await user.sees_colleague("101", state="available")
    house.running.child("pbx.main").kill()
    await user.sees(lambda: user.of("core")["core"] == {"state": "away"}, "that the core is away")
    await user.sees(lambda: user.of("core")["core"] == {"state": "up"}, "the core")
    await user.sees_colleague("101", state="available")
    assert len(user.hellos) == 1


async def test_a_new_name_comes_by_itself(house: House, desks: Desks) -> None:
    (user,) = await desks.open("user")
    number = (await user.sees_colleague("107"))["name"]
    key = await house.id("107")
    await house.admin.patch(f"extensions/{key}/", name="Workshop")
    await user.sees_colleague("107", name="Workshop")
    await house.admin.patch(f"extensions/{key}/", name=number)
    await user.sees_colleague("107", name=number)


async def test_sessions_that_end_close_the_socket(house: House, desks: Desks) -> None:
    user, agent, supervisor, admin = await desks.open("user", "agent", "supervisor", "admin")
    people = "from webapp.people.models import User\n"
    session = "from django.contrib.sessions.models import Session\n"
    await shell(house, f"{session}Session.objects.filter(pk={desks.session('user')!r}).delete()")
    await user.is_closed_with(4401)
    await shell(house, f"{people}User.objects.filter(email={desks.email('agent')!r}).update(is_active=False)")
    await agent.is_closed_with(4401)
    await shell(house, f"{people}User.objects.filter(email={desks.email('agent')!r}).update(is_active=True)")
    role = f"{people}User.objects.filter(email={desks.email('supervisor')!r}).update(role=%r)"
    await shell(house, role % "user")
    await supervisor.is_closed_with(4401)
    await supervisor.connect()
    await supervisor.sees(lambda: len(supervisor.hellos) == 2, "a new start")
    assert supervisor.hellos[-1]["state"] is not None and supervisor.of("office_call") == {}
    await shell(house, role % "supervisor")
    await supervisor.is_closed_with(4401)
    assert admin.close_code is None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Cookie": ""}, 4401),
        ({"Cookie": "centrale_session=nothing"}, 4401),
        ({"Origin": "http://evil.test"}, 4403),
        ({"Origin": "null"}, 4403),
        ({"Host": "evil.test", "Origin": "http://evil.test"}, 4403),
    ],
)
async def test_strangers_are_refused(house: House, desks: Desks, headers: dict[str, str], code: int) -> None:
    async with Browser(house.root, desks.session("user"), **headers) as stranger:
        await stranger.is_closed_with(code)
        assert stranger.state == {} and stranger.hellos == []


@pytest.mark.parametrize("words", ["hello", "{}", '{"type":"ping"}', "x" * 2000, "flood"])
async def test_what_nobody_should_say_closes_the_socket(house: House, desks: Desks, words: str) -> None:
    (user,) = await desks.open("user")
    if words == "flood":
        for _ in range(40):
            await user.ping()
    else:
        await user.say(words)
    await user.is_closed_with(4429 if words == "flood" else 4400)


async def test_another_organisation_sees_none_of_it(house: House, phones: Phones, desks: Desks) -> None:
    await house.outsider()
    sessions: dict[str, Any] = json.loads(await shell(house, SESSIONS))
    (agent,) = await desks.open("agent")
    administrator, runs_all = house.strangers
    async with (
        Browser(house.root, sessions[administrator]) as other,
        Browser(house.root, sessions[runs_all]) as operator,
    ):
        await other.sees(lambda: other.of("core") == {"core": {"state": "up"}}, "its own core")
        first, second = await phones.add("101", "107")
        await second.call("101")
        await agent.sees_call(state="ringing")
        await first.answer()
        await agent.sees_call(state="talking")
        await second.hangup()
        await agent.sees(lambda: not agent.of("call"), "no call")
        assert set(other.state) == {("core", "core")}
        assert operator.state == {}


async def test_other_paths_are_refused(house: House) -> None:
    async with aiohttp.ClientSession() as client:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"{house.root.replace('http', 'ws', 1)}/ws/nothing")
