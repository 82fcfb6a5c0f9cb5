"""What audio costs that is more than two who talk: music on hold, a conference, recordings."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from pbx.control.client import ControlClient
from pbx.control.commands import Hold, Record
from pbx.control.configuration import RoomConfig
from tests.benchmarks.calls import SETTLE_S, WINDOW_S, office
from tests.benchmarks.load import CALLED, CALLER, Load, Shape
from tests.benchmarks.measure import Result, Usage, usage
from tests.running import DOMAIN, RunningCore, eventually

ROOM = "850"
PARTIES = 30


@contextlib.asynccontextmanager
async def talking(
    core: RunningCore, folder: Path, calls: int, seconds: float, number: str = CALLED
) -> AsyncIterator[ControlClient]:
    """As many G.711 calls to a number, all answered, with RTP both ways, for so many seconds."""
    load = Load(folder, core, DOMAIN)
    called = load.called(core.port + 4, media=True)
    length = calls / 20 + seconds + 30
    callers = load.callers(core.port + 5, Shape(calls, 20, length, media=True), number=number)
    try:
        async with core.client() as client:

            async def all_talk() -> bool:
                state = await client.calls()
                return sum(call.answered_at is not None for call in state) == calls

            await eventually(all_talk, calls / 20 + 20, f"{calls} calls")
            await asyncio.sleep(SETTLE_S)
            yield client
            state = await client.calls()
            assert len(state) == calls, f"{calls - len(state)} calls were lost"
    finally:
        callers.kill()
        called.kill()


async def window(pid: int) -> tuple[float, Usage]:
    """CPU in milliseconds a second, and the usage at the end."""
    before = usage(pid)
    await asyncio.sleep(WINDOW_S)
    after = usage(pid)
    return (after.cpu - before.cpu) / (after.at - before.at) * 1000, after


async def held_100(core: RunningCore, folder: Path) -> list[Result]:
    """100 calls talk, then the callers hold: the other sides hear music."""
    assert core.process is not None
    pid = core.process.pid
    await office(core, core.port + 4)
    async with talking(core, folder, 100, 2 * WINDOW_S + SETTLE_S) as client:
        talk, before = await window(pid)
        for call in await client.calls():
            await client.command(call.id, Hold(tenant="office", extension=CALLER))
        await asyncio.sleep(SETTLE_S)
        music, after = await window(pid)
    return [
        Result("CPU per call on hold with music and second, 100 calls", music / 100, "ms"),
        Result("of this more than a call that talks", (music - talk) / 100, "ms", 0.35),
        Result("memory more than calls that talk", (after.rss - before.rss) * 1024 / 100, "kB"),
    ]


async def conference_30(core: RunningCore, folder: Path) -> list[Result]:
    """30 parties in one room, all of whom speak all the time."""
    assert core.process is not None
    pid = core.process.pid
    room = RoomConfig(id="r", number=ROOM, name="Room", announce=False, max_members=PARTIES)
    await office(core, core.port + 4, rooms=[room])
    idle = usage(pid)
    async with talking(core, folder, PARTIES, WINDOW_S, ROOM) as client:
        cost, after = await window(pid)
        (state,) = await client.rooms("office")
        assert len(state.members) == PARTIES
    return [
        Result("CPU per party of a conference and second, 30 parties", cost / PARTIES, "ms"),
        Result("memory per party", (after.rss - idle.rss) * 1024 / PARTIES, "kB"),
    ]


async def recordings_100(core: RunningCore, folder: Path) -> list[Result]:
    """100 calls talk, then all are recorded, each side on its channel."""
    assert core.process is not None
    pid = core.process.pid
    await office(core, core.port + 4)
    async with talking(core, folder, 100, 2 * WINDOW_S + SETTLE_S) as client:
        talk, before = await window(pid)
        for call in await client.calls():
            await client.command(call.id, Record(tenant="office", extension=CALLER, action="start"))
        await asyncio.sleep(SETTLE_S)
        recorded, after = await window(pid)
        sizes = [path.stat().st_size for path in folder.rglob("*.part")]
        whole = sum(size > WINDOW_S * 32_000 for size in sizes)
        assert whole == 100, f"{whole} of {len(sizes)} recordings have all that was said"
    return [
        Result("CPU per recording and second, 100 recordings", (recorded - talk) / 100, "ms"),
        Result("memory per recording", (after.rss - before.rss) * 1024 / 100, "kB"),
    ]
