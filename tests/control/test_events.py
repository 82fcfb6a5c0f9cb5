"""The event stream: Hello, order, resume over restarts, tenants apart, slow readers."""

import asyncio
import contextlib
import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pbx.control import followers
from pbx.control.client import ControlClient, ControlUnreachable
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    Event,
    Hello,
)
from pbx.control.state import apply_events, of_tenant
from tests.control.conftest import Running
from tests.control.target import Core
from tests.store.samples import binding_event, call_event, until

Start = Callable[..., Running]


async def take(messages: Any, last: int, seconds: float = 20) -> list[Hello | Event]:
    """Messages until the one with number `last`."""
    found: list[Hello | Event] = []
    async with asyncio.timeout(seconds), contextlib.aclosing(messages):
        async for message in messages:
            found.append(message)
            if message.number >= last:
                break
    return found


def numbers(messages: list[Hello | Event]) -> list[int]:
    return [message.number for message in messages if isinstance(message, Event)]


async def test_hello_has_the_state_and_events_go_on_from_there(core: Core, client: ControlClient) -> None:
    core.emit(call_event("call.started", "one"))
    core.emit(binding_event("d1"))
    messages = client.events()
    hello = await anext(messages)
    assert isinstance(hello, Hello)
    assert hello.stream == core.journal.stream
    assert hello.number == 2
    assert hello.state == core.live_state()
    core.emit(call_event("call.changed", "one"))
    core.emit(call_event("call.ended", "one"))
    found = await take(messages, 4)
    assert numbers(found) == [3, 4]
    assert apply_events(hello.state, [m for m in found if isinstance(m, Event)]) == core.live_state()


async def test_resume_from_a_number(core: Core, client: ControlClient) -> None:
    for n in range(10):
        core.emit(binding_event(f"d{n}"))
    await core.journal.settled(10, 10)
    found = await take(client.events(since=4), 10)
    assert found[0] == Hello(stream=core.journal.stream, number=4)
    assert numbers(found) == [5, 6, 7, 8, 9, 10]
    assert await take(client.events(since=10), 10) == [Hello(stream=core.journal.stream, number=10)]


@pytest.mark.parametrize("query", [{"since": 11}, {"since": 999}, {"since": 5, "stream": "another"}, {}])
async def test_a_number_never_given_starts_anew(core: Core, client: ControlClient, query: Any) -> None:
    for n in range(10):
        core.emit(binding_event(f"d{n}"))
    await core.journal.settled(10, 10)
    hello = await anext(client.events(**query))
    assert isinstance(hello, Hello)
    assert hello.state == core.live_state()
    assert hello.number == 10


async def test_a_number_no_longer_kept_starts_anew(core: Core, client: ControlClient) -> None:
    core.store._writer.keep = 10
    for n in range(100):
        core.emit(binding_event(f"d{n % 3}"))
    await core.journal.settled(100, 10)
    core.journal.acknowledge(100)
    core.emit(binding_event("d"))
    await until(lambda: core.journal.oldest == 92)
    forgotten = await anext(client.events(since=90))
    kept = await anext(client.events(since=91))
    assert isinstance(forgotten, Hello)
    assert isinstance(kept, Hello)
    assert forgotten.state == core.live_state()
    assert kept.state is None


async def test_two_clients_see_the_same_and_a_tenant_only_its_own(core: Core, client: ControlClient) -> None:
    for tenant in ("demo", "other"):
        await core.apply_snapshot(Snapshot(tenant=tenant, version=1, name="x", domain=f"{tenant}.example"))
    start = core.live_state()
    everyone = [asyncio.create_task(take(client.events(since=2), 602)) for _ in range(2)]
    messages = client.events(tenant="other")
    hello = await anext(messages)
    assert isinstance(hello, Hello)
    assert hello.state is not None
    assert hello.state == of_tenant(start, "other")
    assert hello.state.tenants == {"other": 1}
    mine = asyncio.create_task(take(messages, 602))
    for n in range(300):
        core.emit(call_event("call.started", f"demo{n}", "demo"))
        core.emit(call_event("call.started", f"other{n}", "other"))
        if n % 10 == 0:
            core.store.alarms.set("x", str(n))
            core.store.alarms.clear("x")
            await asyncio.sleep(0)
    first, second = await asyncio.gather(*everyone)
    assert first == second
    assert numbers(first) == list(range(3, 603))
    core.emit(call_event("call.started", "last", "other"))
    events = [m for m in await mine if isinstance(m, Event)]
    assert {event.tenant for event in events} == {"other"}
    assert numbers(await take(client.events(since=2, tenant="other"), 660)) == sorted(
        number for number in numbers(await take(client.events(since=2, tenant="other"), 660))
    )


async def test_following_over_restarts_misses_nothing_and_repeats_nothing(start: Start) -> None:
    seen: list[int] = []
    hellos: list[Hello] = []
    client: ControlClient | None = None

    async def follow(client: ControlClient) -> None:
        async for message in client.follow(0):
            if isinstance(message, Event):
                seen.append(message.number)
            else:
                hellos.append(message)

    async with contextlib.AsyncExitStack() as stack:
        task = None
        for round_ in range(1, 4):
            async with start() as (core, address):
                if client is None:
                    client = await stack.enter_async_context(ControlClient(address))
                    task = asyncio.create_task(follow(client))
                for n in range(50):
                    core.emit(binding_event(f"d{n}"))
                    await asyncio.sleep(0)
                target = round_ * 50
                # In the second round the core goes while its follower is behind.
                await until(lambda target=target: len(seen) >= target - (30 if target == 100 else 0))
        assert task is not None
        task.cancel()
    assert seen == list(range(1, 151))
    assert len({hello.stream for hello in hellos}) == 1
    assert all(hello.state is None for hello in hellos)


async def test_following_a_core_that_lost_its_disk_starts_anew(start: Start, tmp_path: Path) -> None:
    async with start() as (core, address), ControlClient(address) as client:
        for n in range(20):
            core.emit(binding_event(f"d{n}"))
        found = await take(client.events(since=0), 20)
        stream = found[0].stream  # type: ignore[union-attr]
    for file in (tmp_path / "core").glob("core.db*"):
        file.unlink()
    async with start() as (core, address):
        for n in range(30):
            core.emit(binding_event(f"new{n}"))
        async with ControlClient(address) as client:
            hello = await anext(client.follow(since=20, stream=stream))
            assert isinstance(hello, Hello)
            assert hello.stream != stream
            assert hello.state == core.live_state()


async def test_events_end_with_unreachable_when_the_core_goes(start: Start) -> None:
    async with contextlib.AsyncExitStack() as stack:
        async with start() as (_, address):
            client = await stack.enter_async_context(ControlClient(address))
            messages = client.events()
            await anext(messages)
            lost = asyncio.ensure_future(anext(messages))
            await asyncio.sleep(0)
        with pytest.raises(ControlUnreachable, match=r"lost.*1001"):
            await lost


async def test_state_waits_for_the_disk(
    core: Core, client: ControlClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state may tell of nothing that a kill could undo."""
    monkeypatch.setattr(followers, "SETTLE_SECONDS", 0.5)
    blocker = sqlite3.connect(core.store._folder / "core.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    core.emit(call_event("call.started", "one"))
    with pytest.raises(ControlUnreachable, match="1013"):
        await anext(client.events())
    blocker.execute("ROLLBACK")
    blocker.close()
    assert (await anext(client.events())).number >= 1


async def test_slow_follower_is_dropped_and_costs_no_memory(start: Start) -> None:
    async with (
        start(slow_seconds=0.5) as (core, address),
        ControlClient(address) as healthy,
        _raw(address) as session,
    ):
        quick = asyncio.create_task(take(healthy.follow(0), 20_000, 60))
        # A reader that stops reading: what it does not take stays in its own buffers and the kernel's.
        slow = await session.ws_connect("/v1/events?since=0", max_msg_size=0)
        assert slow._response.connection is not None
        transport = slow._response.connection.transport
        assert transport is not None
        transport.pause_reading()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for n in range(20_000):
            core.emit(call_event("call.changed", f"c{n % 10}"))
            if n % 50 == 0:
                await asyncio.sleep(0)
        assert numbers(await quick) == list(range(1, 20_001))
        await until(lambda: transport.is_closing() or not _followers(core), 20)
        transport.resume_reading()
        got = 0
        async for _ in slow:
            got += 1
        assert 0 < got < 20_000
        assert slow.close_code in (followers.TOO_SLOW, aiohttp.WSCloseCode.ABNORMAL_CLOSURE)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KiB
        # It comes back where it was.
        rest = await take(healthy.events(since=got - 1), 20_000)
        assert numbers(rest) == list(range(got, 20_001))


def _followers(core: Core) -> int:
    return len(core.journal._waiting)


def _raw(address: str) -> aiohttp.ClientSession:
    connector = aiohttp.UnixConnector(address.removeprefix("unix:"))
    return aiohttp.ClientSession("http://core", connector=connector)
