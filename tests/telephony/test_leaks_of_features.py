"""Hundreds of calls that are transferred, parked, joined, recorded or end in a mailbox leave nothing behind.

All phones are one sipp that answers whatever rings, so calls begin by click-to-call and the deeds are those
of the control API. What PJSIP keeps for 32 seconds is there after half of the rounds already; see test_leaks.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pbx.control.client import ControlClient
from pbx.control.commands import Consult, Join, OnCall, Originate, Originated, Park, Pickup, Record, Transfer
from pbx.control.configuration import MailboxConfig, ParkConfig
from pbx.control.file_client import FileClient
from pbx.control.messages import CallRecord
from tests.benchmarks.load import Load
from tests.phones import net
from tests.phones.sipp import Sipp
from tests.running import DOMAIN, RunningCore, eventually, organisation
from tests.telephony.conftest import make_core
from tests.telephony.test_leaks import RSS_MB, THREADS, all_records, kept, settled

TENANT = "office"
A, B, C = "101", "102", "103"
AT_ONCE = 30  # their ports fit in the share of one core
ROUNDS = 7
SECOND = 16_000  # bytes of recorded audio, at least


@dataclass(frozen=True)
class Crowd:
    """AT_ONCE calls of A with B, and what is done to all of them."""

    core: RunningCore
    client: ControlClient

    async def begin(self, number: str) -> list[str]:
        """A is rung, answers, and calls the number: the ids of the calls."""
        wish = Originate(tenant=TENANT, extension=A, number=number)
        return [await self.client.originate(wish) for _ in range(AT_ONCE)]

    async def all_of(self, calls: list[str], command: OnCall) -> list[object]:
        return [await self.client.command(call, command) for call in calls]

    async def until(self, enough: Callable[[list[CallRecord]], int], what: str) -> None:
        """Wait until all calls are so."""

        async def there() -> bool:
            return enough(await self.client.calls(TENANT)) == AT_ONCE

        await eventually(there, 40, f"{AT_ONCE} calls {what}\n{self.core.tail(20)}")

    async def talk(self) -> list[str]:
        calls = await self.begin(B)
        await self.until(lambda state: talking(state, B), "with B")
        return calls

    async def audio_kept(self) -> None:
        """Wait until each call has a second of audio on disk."""

        def whole() -> bool:
            parts = self.core.home.rglob("*.part")
            return sum(part.stat().st_size >= SECOND for part in parts) == AT_ONCE

        await eventually(whole, 40, f"{AT_ONCE} files with audio")

    async def end(self) -> None:
        """Every call is hung up, and the core is done with it."""
        for call in await self.client.calls(TENANT):
            await self.client.hangup(call.id)

        async def idle() -> bool:
            health = await self.client.health()
            gone = health.calls == 0 and health.legs == 0 and not await self.client.rooms(TENANT)
            return gone and not list(self.core.home.rglob("*.part"))

        await eventually(idle, 40, f"an end of all calls\n{self.core.tail(20)}")


def talking(calls: list[CallRecord], extension: str) -> int:
    """Legs of the extension that talk."""
    legs = [leg for call in calls for leg in call.legs if leg.extension == extension]
    return sum(leg.state in ("answered", "held") for leg in legs)


async def blind(crowd: Crowd) -> None:
    await crowd.all_of(await crowd.talk(), Transfer(tenant=TENANT, extension=A, number=C))
    await crowd.until(lambda state: talking(state, C) - talking(state, A), "with C and without A")


async def attended(crowd: Crowd) -> None:
    calls = await crowd.talk()
    seconds = await crowd.all_of(calls, Consult(tenant=TENANT, extension=A, number=C))
    await crowd.until(lambda state: talking(state, C), "that ask C")
    for call, second in zip(calls, seconds, strict=True):
        assert isinstance(second, Originated)
        await crowd.client.command(call, Transfer(tenant=TENANT, extension=A, to_call=second.call))
    await crowd.until(lambda state: talking(state, C) - talking(state, A), "with C and without A")


async def parked(crowd: Crowd) -> None:
    await crowd.all_of(await crowd.talk(), Park(tenant=TENANT, extension=A))
    await crowd.until(lambda state: sum(call.parked is not None for call in state), "in slots")
    waiting = [call.id for call in await crowd.client.calls(TENANT) if call.parked is not None]
    await crowd.all_of(waiting, Pickup(tenant=TENANT, extension=C))
    await crowd.until(lambda state: talking(state, C), "taken out of slots")


async def joined(crowd: Crowd) -> None:
    await crowd.all_of(await crowd.talk(), Join(tenant=TENANT, extension=A))
    rooms = await crowd.client.rooms(TENANT)
    assert [len(room.members) for room in rooms] == [2] * AT_ONCE


async def recorded(crowd: Crowd) -> None:
    await crowd.all_of(await crowd.talk(), Record(tenant=TENANT, extension=A, action="start"))
    await crowd.audio_kept()


async def message(crowd: Crowd) -> None:
    before = len(await FileClient(crowd.client).messages(TENANT))
    await crowd.begin(f"*99{B}")
    await crowd.audio_kept()
    await crowd.end()

    async def left() -> bool:
        return len(await FileClient(crowd.client).messages(TENANT)) == before + AT_ONCE

    await eventually(left, 20, f"{AT_ONCE} messages")


DEEDS: list[Callable[[Crowd], Awaitable[None]]] = [blind, attended, parked, joined, recorded, message]


@pytest.fixture
async def busy(prepared: Path, tmp_path: Path) -> AsyncIterator[RunningCore]:
    """A core of its own, with three phones, slots for all and a mailbox."""
    core = make_core(prepared, tmp_path)
    core.extra_env["CENTRALE_KEEPALIVE_SECONDS"] = "3600"  # sipp answers no OPTIONS
    await core.start()
    plain = organisation(numbers={number: [number] for number in (A, B, C)})
    box = MailboxConfig(
        id="box", number=B, name="Box", extensions=[B], language="en", max_messages=ROUNDS * AT_ONCE
    )
    changes = {
        "devices": [replace(each, max_calls=1000) for each in plain.devices],
        "extensions": [
            replace(each, mailbox="box" if each.number == B else None) for each in plain.extensions
        ],
        "mailboxes": [box],
        "park": ParkConfig(first=701, last=700 + AT_ONCE),
    }
    await core.apply(replace(plain, **changes))  # type: ignore[arg-type]
    yield core
    core.close()


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_calls_with_everything_an_office_does(busy: RunningCore, tmp_path: Path) -> None:
    assert busy.process is not None
    pid = busy.process.pid
    port = net.free_port()
    for number in (A, B, C):
        await Sipp.register(busy.account(number), local_port=port)
    load = Load(tmp_path, busy, DOMAIN)
    idle = kept(pid)
    phones = load.sipp(load.prepare("patient", media=True), port, remote=False)
    seen = []
    try:
        async with busy.client() as client:
            crowd = Crowd(busy, client)
            for _ in range(ROUNDS):
                for deed in DEEDS:
                    await deed(crowd)
                    await crowd.end()
                seen.append(kept(pid))
    finally:
        phones.kill()
        phones.wait()
    after = await settled(pid, idle.files + 4)
    print(f"idle {idle}, after each round {seen}, in the end {after}")
    assert after.threads <= seen[0].threads + THREADS, (seen, after)
    assert after.rss - seen[ROUNDS // 2].rss < RSS_MB, (seen, after)
    records = await all_records(busy)
    assert len(records) == len({record.id for record in records})
    assert all(leg.state == "ended" for record in records for leg in record.legs)
