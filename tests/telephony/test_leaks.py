"""Two thousand short calls leave nothing behind.

PJSIP keeps transactions of a call over UDP for 32 seconds after it (RFC 3261 timers B, H and J), so memory
grows until that many seconds of calls are in it, and must not grow any more after that.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pbx.control.messages import CallRecord, Event
from tests.benchmarks.load import CALLED, CALLER, Load, Shape
from tests.phones import net
from tests.phones.sipp import Sipp
from tests.running import DOMAIN, RunningCore, eventually, organisation
from tests.telephony.conftest import make_core

CALLS = 1000
RATE = 30  # calls a second
SECONDS = 0.5  # of each call
RSS_MB = 6
THREADS = 2


@dataclass(frozen=True)
class Kept:
    """What a process holds: file descriptors, threads, resident memory in MB."""

    files: int
    threads: int
    rss: float


def kept(pid: int) -> Kept:
    """Read from /proc."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Kept(
        files=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=int(status["Threads"]),
        rss=int(status["VmRSS"].split()[0]) / 1024,
    )


@pytest.fixture
async def leaky(prepared: Path, tmp_path: Path) -> AsyncIterator[RunningCore]:
    """A core of its own, with the organisation of tests.benchmarks."""
    core = make_core(prepared, tmp_path)
    await core.start()
    await core.apply(organisation(numbers={CALLER: [CALLER], CALLED: [CALLED]}))
    yield core
    core.close()


async def make_calls(load: Load, count: int, called_port: int) -> None:
    """`count` calls at RATE with audio, and wait until the core is done with them."""
    port = net.free_port()
    called = load.called(called_port, media=True)
    callers = load.callers(port, Shape(count, RATE, SECONDS, media=True))
    try:
        await load.ended(callers, port, count / RATE + 60)
    finally:
        for process in (callers, called):
            process.kill()
            process.wait()
    async with load.core.client() as client:

        async def idle() -> bool:
            health = await client.health()
            return health.calls == 0 and health.legs == 0

        await eventually(idle, 20, "an end of all calls")


async def settled(pid: int, files: int) -> Kept:
    """What the process holds once sockets of ended calls are closed (PJSIP does so a moment later)."""
    await eventually(
        lambda: kept(pid).files <= files, 45, f"at most {files} open files, not {kept(pid).files}"
    )
    return kept(pid)


async def all_records(core: RunningCore) -> list[CallRecord]:
    """Every record in the journal."""
    async with core.client() as client:
        last = (await client.health()).last_number
        found: list[CallRecord] = []
        async for event in client.events(since=0):
            if isinstance(event, Event):
                if event.kind == "call.ended" and event.call is not None:
                    found.append(event.call)
                if event.number >= last:
                    break
        return found


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(200)
async def test_two_thousand_short_calls(leaky: RunningCore, tmp_path: Path) -> None:
    assert leaky.process is not None
    pid = leaky.process.pid
    load = Load(tmp_path, leaky, DOMAIN)
    called_port = await Sipp.register(leaky.account(CALLED))
    idle = kept(pid)
    await make_calls(load, CALLS, called_port)
    warm = kept(pid)
    await make_calls(load, CALLS, called_port)
    after = await settled(pid, idle.files + 4)
    print(f"idle {idle}, after {CALLS} calls {warm}, after as many more {after}")
    assert after.threads <= warm.threads + THREADS, (warm, after)
    assert after.rss - warm.rss < RSS_MB, (warm, after)
    records = await all_records(leaky)
    assert len(records) == len({record.id for record in records}) == 2 * CALLS
    assert {record.outcome for record in records} == {"answered"}
    assert all(record.ended_at is not None and len(record.legs) == 2 for record in records)
    async with leaky.client() as client:
        assert len(await client.bindings()) == 1
