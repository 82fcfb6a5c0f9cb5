"""The socket without a network: sessions that end, browsers that do not keep up, what the database tells."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.db import OperationalError

from pbx.control.messages import CallRecord, Event, VoicemailMessage
from tests.running import eventually
from tests.webapp.conftest import World, make_world
from tests.webapp.live.client import Store
from tests.webapp.running_core import RunningCore, call
from webapp.link.actions import start_at, take_in
from webapp.live import feed as feed_module
from webapp.live import outbox, socket
from webapp.people import sockets
from webapp.people.sockets import Checker, Sessions, signed_in
from webapp.voicemail.models import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(feed_module, "TEND_SECONDS", 0.05)
    monkeypatch.setattr(feed_module, "PEOPLE_SECONDS", 0.05)


@pytest.fixture
async def live(quick: None, core: RunningCore, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A feed and a look at sessions of this test's own."""
    monkeypatch.setattr(socket, "sessions", Sessions())
    yield
    await feed_module.feed().close()
    feed_module._feeds.clear()


@pytest.fixture
def office(core: RunningCore) -> World:
    return make_world()


class Tab(Store):
    """What a server gives the application, and what it gets back."""

    def __init__(self, key: str, origin: str = "http://testserver") -> None:
        super().__init__()
        self.code: int | None = None
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        headers = [(b"host", b"testserver"), (b"origin", origin.encode())]
        headers.append((b"cookie", f"centrale_session={key}".encode()))
        scope = {"type": "websocket", "headers": headers, "query_string": b""}
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(socket.live_socket(scope, self.incoming.get, self.send))

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "websocket.close":
            self.code = message["code"]
            self.incoming.put_nowait({"type": "websocket.disconnect"})
        elif message["type"] == "websocket.send":
            assert self.code is None, "nothing after the close"
            self.take(message["text"])

    def say(self, **message: Any) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def sees(self, what: Callable[[], Any]) -> Any:
        return await eventually(what, 20)

    async def close(self) -> None:
        self.incoming.put_nowait({"type": "websocket.disconnect"})
        await self.task


def key_of(world: World, name: str) -> str:
    return str(world.client(name).cookies["centrale_session"].value)


in_thread = sync_to_async


async def test_a_browser_that_says_nothing_is_too_slow(
    live: None, office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_SECONDS", 3.0)
    key = await in_thread(key_of)(office, "member")
    silent, lively = Tab(key), Tab(key)

    async def pinging() -> None:
        while lively.code is None:
            lively.say(type="ping", number=lively.number)
            await asyncio.sleep(0.6)  # of the 20 messages in 10 s none is too many

    pings = asyncio.create_task(pinging())
    assert await silent.sees(lambda: silent.code) == 4008
    assert lively.code is None
    pings.cancel()
    await lively.close()


def test_what_is_not_confirmed_is_bounded() -> None:
    box = outbox.Outbox(0.0)
    frame = "x" * 100_000
    box.put(frame * 100, 0, counts=False)
    for number in range(1, 40):
        box.put(frame, number)
        assert not box.behind(1.0)
        box.ping(0, 1.0)  # it lives, but takes nothing
    box.put(frame * 2, 41)
    assert box.behind(1.0)
    box.ping(41, 2.0)
    box.ping(41, 3.0)
    assert not box.behind(3.0) and box.behind(3.0 + outbox.MOST_SECONDS + 1)


async def test_a_session_that_ends_ends_the_socket(live: None, office: World) -> None:
    key, other = await in_thread(key_of)(office, "member"), await in_thread(key_of)(office, "agent")
    tab, stays = Tab(key), Tab(other)
    await tab.sees(lambda: tab.hellos)
    office.people["member"].set_password("another-long-password")
    await in_thread(office.people["member"].save)()
    assert await tab.sees(lambda: tab.code) == 4401
    await tab.task
    assert stays.code is None
    await stays.close()


async def test_a_socket_that_goes_before_it_was_greeted_leaves_nothing(
    live: None, office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, waits = await in_thread(key_of)(office, "member"), asyncio.Event()
    monkeypatch.setattr(feed_module.feed(), "watch", lambda *_any: waits.wait())
    tab = Tab(key)
    assert await tab.sees(lambda: socket.sessions._open)
    tab.task.cancel()
    await asyncio.wait({tab.task})
    assert tab.task.cancelled() and not socket.sessions._open


@pytest.mark.parametrize(
    "origin",
    ["http://evil.test", "null", "", "http://testserver:81", "https://testserver", "file://testserver"],
)
async def test_other_origins_are_refused(live: None, office: World, origin: str) -> None:
    tab = Tab(await in_thread(key_of)(office, "member"), origin)
    same_name = origin == "https://testserver"  # a proxy that speaks TLS
    await tab.sees(lambda: tab.hellos or tab.code)
    assert (tab.code is None) == same_name and bool(tab.hellos) == same_name
    await tab.close()


async def test_a_record_shows_when_it_is_stored(live: None, office: World, core: RunningCore) -> None:
    member = Tab(await in_thread(key_of)(office, "member"))
    agent = Tab(await in_thread(key_of)(office, "agent"))
    outsider = Tab(await in_thread(key_of)(office, "outsider"))
    for tab in (member, agent, outsider):
        await tab.sees(lambda each=tab: each.of("core").get("core") == {"state": "up"})
    stream = core.core.journal.stream  # type: ignore[union-attr]
    await in_thread(start_at)(stream, 0, None)
    record = call("c1", str(office.alpha.pk), "201", "202")
    number = await in_thread(core.call_ended)(record)
    await asyncio.sleep(0.5)  # nobody has stored it yet
    assert not member.of("record")
    await in_thread(take_in)(stream, [event_of(number, record)])
    for tab in (member, agent):
        assert await tab.sees(lambda each=tab: each.of("record")) == {"latest": {"call": "c1"}}
    assert not outsider.of("record")
    for tab in (member, agent, outsider):
        await tab.close()


async def test_messages_are_counted_when_they_are_stored(
    live: None, office: World, core: RunningCore
) -> None:
    box = await in_thread(Mailbox.objects.create)(
        organisation=office.alpha, extension=office.extensions["201"], name="Mine"
    )
    stream = core.core.journal.stream  # type: ignore[union-attr]
    await in_thread(start_at)(stream, 0, None)
    member = Tab(await in_thread(key_of)(office, "member"))
    supervisor = Tab(await in_thread(key_of)(office, "supervisor"))
    key = str(box.pk)
    assert (await member.sees(lambda: member.of("mailbox")))[key]["new"] == 0
    message = VoicemailMessage(
        id="m1",
        tenant=str(office.alpha.pk),
        mailbox=key,
        call="c1",
        caller_number="202",
        caller_name="",
        left_at=time.time(),
        seconds=3.0,
    )
    happened = Event(
        number=0, at=time.time(), kind="voicemail.changed", tenant=message.tenant, voicemail=message
    )
    number = await in_thread(core.emit)(happened)
    await in_thread(take_in)(
        stream,
        [Event(number=number, at=1.0, kind=happened.kind, tenant=message.tenant, voicemail=message)],
    )
    await member.sees(lambda: member.of("mailbox")[key]["new"] == 1)
    assert supervisor.of("mailbox") == {}
    await member.close()
    await supervisor.close()


async def test_a_new_name_of_a_person_and_the_core_away(live: None, office: World, core: RunningCore) -> None:
    tab = Tab(await in_thread(key_of)(office, "agent"))
    await tab.sees(lambda: tab.of("core").get("core") == {"state": "up"})
    office.people["member"].name = "Renamed"
    await in_thread(office.people["member"].save)()
    await tab.sees(lambda: "Renamed" in {row["person_name"] for row in tab.of("colleague").values()})
    await in_thread(core.stop)()
    await tab.sees(lambda: tab.of("core")["core"] == {"state": "away"})
    await in_thread(core.start)()
    await tab.sees(lambda: tab.of("core")["core"] == {"state": "up"})
    await tab.close()


async def test_an_extension_that_changes_hands_is_a_new_start(live: None, office: World) -> None:
    agent = Tab(await in_thread(key_of)(office, "agent"))
    await agent.sees(lambda: len(agent.of("me")) == 1)
    extension = office.extensions["201"]
    extension.user = office.people["agent"]
    await in_thread(extension.save)()
    await agent.sees(lambda: {row["number"] for row in agent.of("me").values()} == {"201", "202"})
    await agent.close()


async def test_a_database_that_is_away_is_said(
    live: None, office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await in_thread(key_of)(office, "member")

    def away(_key: str) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(socket, "signed_in", away)
    tab = Tab(key)
    assert await tab.sees(lambda: tab.code) == 4503


def test_sessions_are_read_again_only_when_they_changed(
    office: World, django_assert_num_queries: Any
) -> None:
    found = [signed_in(key_of(office, name)) for name in ("member", "agent")]
    people = [who for who in found if who is not None]
    assert len(people) == 2
    checker = Checker()
    assert checker.holding(people) == set(people)
    with django_assert_num_queries(2):
        assert checker.holding(people) == set(people)
    member = office.people["member"]
    for field, value in (("is_active", False), ("role", "agent")):
        before = getattr(member, field)
        setattr(member, field, value)
        member.save()
        assert {who.person for who in checker.holding(people)} == {str(office.people["agent"].pk)}
        setattr(member, field, before)
        member.save()
    assert checker.holding(people) == set(people)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("live_schema")
    printed = json.loads(capsys.readouterr().out)
    assert {"server", "client"} == set(printed["properties"])
    assert printed["$defs"]["Call"]["required"][0] == "id"


def event_of(number: int, record: CallRecord) -> Event:
    return Event(number=number, at=1.0, kind="call.ended", tenant=record.tenant, call=record)
