"""Thousands of requests a second from somewhere else: phones go on working, and nothing is left behind."""

import asyncio
import secrets
import time

import pytest

from tests.hostile.attack import Flooded, assert_well, datagram_socket, files, flood, request, rss
from tests.phones.pjsua import Pjsua
from tests.phones.raw import SDP
from tests.registration.client import Client, asked
from tests.running import RunningCore, eventually

pytestmark = pytest.mark.alone

ATTACKER = "127.0.0.66"
COUNT = 5000
SECONDS = 3.0


def packets(method: str) -> list[bytes]:
    body = SDP.format(host=ATTACKER, port=40000) if method == "INVITE" else ""
    extra = "Content-Type: application/sdp\r\n" if body else ""
    return [request(method, "101", ATTACKER, extra=extra, body=body, to="102") for _ in range(COUNT)]


async def call_through(caller: Pjsua, called: Pjsua) -> float:
    """One call with answer and end; the seconds from dialling to ringing."""
    begin = time.monotonic()
    await caller.call(called.account.number)
    await called.wait_ringing(5)
    took = time.monotonic() - begin
    await called.answer()
    await caller.wait_established(5)
    await called.wait_established(5)
    await caller.hangup()
    await called.wait_ended(5)
    return took


@pytest.mark.slow
@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS"])
async def test_phones_work_during_a_flood(core: RunningCore, method: str) -> None:
    assert core.process is not None
    pid = core.process.pid
    async with Pjsua(core.account("101")) as caller, Pjsua(core.account("102")) as called:
        for phone in (caller, called):
            await phone.register()
            await phone.wait_registered()
        await call_through(caller, called)
        running = asyncio.create_task(asyncio.to_thread(flood, core, ATTACKER, packets(method), SECONDS))
        async with Client(core) as newcomer:
            began = time.monotonic()
            calls = 0
            while not running.done():
                # What cannot wait: a phone that starts, one that refreshes, one that calls.
                account = newcomer.account("103")
                answer = await newcomer.register(account, cseq=10 * calls + 1, call_id="newcomer")
                assert answer.code == 200
                assert await call_through(caller, called) < 2.0
                calls += 1
                assert time.monotonic() - began < 30
        flooded: Flooded = await running
        assert calls >= 1
        assert flooded.sent > 0.9 * COUNT
        expected = {200} if method == "OPTIONS" else {401}
        assert set(flooded.answers) == expected, "nothing but challenges, or nothing"
        assert flooded.answers.total() < 3500, "a flood is not answered to its end"
    await assert_well(core, pid)
    # Who goes on is banned, and then gets nothing at all.
    await asyncio.to_thread(flood, core, ATTACKER, packets(method)[:2500], 1.0)

    async def banned() -> bool:
        return any(ban.address == ATTACKER for ban in await asked(core, lambda c: c.bans()))

    await eventually(banned, 5)
    after = await asyncio.to_thread(flood, core, ATTACKER, packets(method)[:100], 0.1)
    assert not after.answers


@pytest.mark.slow
@pytest.mark.alone
async def test_floods_leave_no_memory_and_no_files(core: RunningCore) -> None:
    """Sources change, so that neither a ban nor an empty bucket shields the core."""
    assert core.process is not None
    pid = core.process.pid
    messages = [packet for method in ("REGISTER", "INVITE", "OPTIONS") for packet in packets(method)[:2000]]
    sizes, handles = [], []
    for turn in range(3):
        for part in range(4):
            chunk = messages[part::4]
            source = f"127.3.{turn}.{part + 1}"
            flooded = await asyncio.to_thread(flood, core, source, chunk, 0.5)
            assert flooded.answers.total() > 0.9 * len(chunk), (
                "everything is answered: the core does its work"
            )
        await assert_well(core, pid)
        sizes.append(rss(core))
        handles.append(files(core))
    assert sizes[2] - sizes[1] < 8_000_000, sizes
    assert handles[2] <= handles[0] + 4, handles  # the control API's own come and go


async def test_a_scanner_learns_nothing(core: RunningCore) -> None:
    """A thousand names, 20 of them real: all answers are the same, and they cease."""
    assert core.process is not None
    pid = core.process.pid
    names = [str(number) for number in range(90, 1090)]
    messages = [request("REGISTER", name, "127.0.0.68") for name in names]
    flooded = await asyncio.to_thread(flood, core, "127.0.0.68", messages, 1.0)
    assert set(flooded.answers) == {401}
    asking = [request("OPTIONS", name, "127.0.0.68") for name in names]
    flooded = await asyncio.to_thread(flood, core, "127.0.0.68", asking, 1.0)
    assert set(flooded.answers) == {200}, "for each of them, whether there or not"
    inviting = [request("INVITE", secrets.token_hex(3), "127.0.0.68", to=name) for name in names]
    flooded = await asyncio.to_thread(flood, core, "127.0.0.68", inviting, 1.0)
    assert set(flooded.answers) <= {401}
    assert flooded.answers.total() < 1000, "its bucket is empty"
    await assert_well(core, pid)


async def test_a_thousand_addresses(core: RunningCore) -> None:
    """A flood of forged addresses empties nobody's bucket but their own."""
    assert core.process is not None
    pid = core.process.pid
    sources = [f"127.4.{number // 250}.{number % 250 + 1}" for number in range(1000)]
    await asyncio.to_thread(flood_from, core, sources)
    await assert_well(core, pid)
    assert await asked(core, lambda c: c.bans()) == []
    async with Client(core) as phone:
        assert (await phone.register(phone.account("101"))).code == 200

    async def bound() -> bool:
        return len(await asked(core, lambda c: c.bindings())) == 1

    await eventually(bound)


def flood_from(core: RunningCore, sources: list[str]) -> None:
    """Five REGISTERs from each of many addresses. Blocks."""
    for source in sources:
        with datagram_socket(core, source) as sender:
            for _ in range(5):
                sender.send(request("REGISTER", "101", source))
