"""A disk that is really full (a small tmpfs): calls go on, people are told, nothing that was kept is lost."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.control.client import ControlUnreachable
from pbx.control.messages import Event, Health, decode
from tests.running import RunningCore, eventually
from tests.survival.follower import Follower
from tests.survival.load import Load, office, phones
from tests.survival.phone import Phone

pytestmark = pytest.mark.timeout(120)

ALARM = "store.disk_full"


@pytest.fixture
def disk(new_core: RunningCore) -> Iterator[Path]:
    """A file system of 64 MB of its own under the core's folder, four times its reserve."""
    folder = new_core.home / "core"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "centrale-test", str(folder)]
    mount = subprocess.run(command, check=False, capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f"this machine permits no mount, so no disk can be filled: {mount.stderr.strip()}")
    yield folder
    new_core.close()
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, name: str) -> Path:
    """Take every byte that is left."""
    path = disk / name
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 2**12):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    assert os.statvfs(disk).f_bavail == 0
    return path


async def health(core: RunningCore) -> Health | None:
    """Of a core that runs, ready or not."""
    with contextlib.suppress(ControlUnreachable):
        async with core.client() as client:
            return await client.health()
    return None


async def told(core: RunningCore) -> bool:
    """Health says that the disk is full."""
    state = await health(core)
    return state is not None and not state.ready and "is full" in state.parts["store"]


async def well(core: RunningCore) -> bool:
    state = await health(core)
    return state is not None and state.ready


async def calls_work(load: Load, count: int = 8) -> None:
    """So many calls one after the other, each answered and hung up."""
    for _ in range(count):
        call = load.begin(0.05)
        await eventually(lambda call=call: call.ended_at is not None, 5, f"{call}")
        assert call.code == 200


async def check_records(core: RunningCore, load: Load) -> Counter[str]:
    """Every call that ended on the wire has exactly one record; gives the outcomes."""
    records = await core.records()
    counted = Counter(record.dialled for record in records)
    assert set(counted.values()) == {1}
    missing = {call.number for call in load.seen if call.ended_at is not None} - counted.keys()
    assert not missing
    return Counter(str(record.outcome) for record in records)


async def test_calls_go_on_and_their_records_come_when_there_is_room(
    new_core: RunningCore, disk: Path
) -> None:
    core, follower = new_core, Follower()
    await core.start()
    await core.apply(office())
    following = asyncio.create_task(follower.follow(core))
    async with phones(core, random.Random(11)) as load:
        await calls_work(load, 3)
        first = fill(disk, "filler")
        running = asyncio.create_task(load.run(4.0, rate=8, long=0))
        await eventually(lambda: told(core), 10, "health tells it")
        await eventually(lambda: follower.alarms("alarm.raised") == [ALARM], 5, "the alarm among the events")
        assert not (disk / "reserve").exists()
        # What the reserve was is taken as well: now really nothing fits.
        second = fill(disk, "filler2")
        await running
        await load.finish()
        await calls_work(load)
        assert all(call.code == 200 and call.ended_at is not None for call in load.seen)
        unwritten = {call.number for call in load.seen} - follower.ended()
        assert unwritten, "the disk was full, so nobody may have seen the last records"
        async with Phone(core.account("300")) as late:
            began = time.monotonic()
            assert (await late.sign_in()).code == 200
            assert time.monotonic() - began < 3, "a phone waits about a second for a disk that refuses"
        first.unlink()
        second.unlink()
        await eventually(lambda: well(core), 15, "well again")
        await eventually(lambda: follower.ended() == {call.number for call in load.seen}, 10, "all records")
        await eventually(lambda: follower.alarms("alarm.cleared") == [ALARM], 5, "the alarm is over")
        assert (disk / "reserve").stat().st_size == 16 * 2**20
        async with core.client() as client:
            assert "d300" in {binding.device for binding in await client.bindings()}
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    outcomes = await check_records(core, load)
    assert outcomes == {"answered": len(load.seen)}
    print(f"{len(load.seen)} calls, {len(unwritten)} of them while nothing could be written")


async def test_kills_while_the_disk_is_full(new_core: RunningCore, disk: Path) -> None:
    core, follower = new_core, Follower()
    await core.start()
    await core.apply(office())
    following = asyncio.create_task(follower.follow(core))
    async with phones(core, random.Random(12)) as load:
        await calls_work(load, 3)
        fillers = [fill(disk, "filler")]
        await load.run(2.0, rate=8, long=0.3)
        await eventually(lambda: told(core), 10, "health tells it")
        over = {call.number for call in load.seen if call.ended_at is not None}
        await eventually(lambda: over <= follower.ended(), 5, "what the reserve holds")
        core.kill()
        await load.drop()
        await following

        # With the reserve used and the disk full, it starts and routes calls, and says what is wrong.
        starting = asyncio.create_task(core.start())
        await eventually(lambda: told(core), 15, "it runs, and says that the disk is full")
        await calls_work(load)
        outcomes = await check_records(core, load)
        assert outcomes["interrupted"] >= 1 and outcomes["answered"] >= 11
        await check_seen(core, follower)

        # Not one byte is left: what nobody could keep is lost with the process, the rest is not.
        kept = {record.id for record in await core.records()}
        fillers.append(fill(disk, "filler2"))
        core.kill()
        await asyncio.gather(starting, return_exceptions=True)
        starting = asyncio.create_task(core.start())
        await eventually(lambda: told(core), 15, "it runs with a disk without a byte left")
        await calls_work(load)
        for filler in fillers:
            filler.unlink()
        await starting
        outcomes = await check_records(core, load)
        assert kept <= {record.id for record in await core.records()}
        print(f"{len(load.seen)} calls, {dict(outcomes)}")


async def test_stop_while_nothing_can_be_written(new_core: RunningCore, disk: Path) -> None:
    """It does not hang; the records that it could not keep are in its log, and a call whose beginning was
    kept has a record that says that it was cut."""
    core = new_core
    await core.start()
    await core.apply(office())
    async with phones(core, random.Random(13)) as load:
        talking = [load.begin(300) for _ in range(4)]
        await eventually(lambda: all(call.answered_at for call in talking), 5, "they talk")
        fillers = [fill(disk, "filler")]
        running = asyncio.create_task(load.run(1.0, rate=8, long=0))
        await eventually(lambda: told(core), 10, "health tells it")
        fillers.append(fill(disk, "filler2"))
        await running
        began = time.monotonic()
        assert await asyncio.to_thread(core.stop) == 0
        took = time.monotonic() - began
        assert took < 10
        assert all(call.by == "core" for call in talking)
        for filler in fillers:
            filler.unlink()
        await core.start()
        counted = Counter(record.dialled for record in await core.records())
        assert set(counted.values()) == {1}
        outcomes = {record.dialled: str(record.outcome) for record in await core.records()}
        logged = unwritten(core)
        for call in load.seen:
            assert "answered" in (outcomes.get(call.number), logged.get(call.number)), call
        assert {call.number for call in talking} <= outcomes.keys()
        print(f"stopped in {took:.1f} s, kept {Counter(outcomes.values())}, {len(logged)} in the log")


def unwritten(core: RunningCore) -> dict[str, str]:
    """The outcomes of the calls whose records went to the log, by dialled number."""
    lines = core.log.read_text(errors="replace").splitlines()
    found = [json.loads(line)["record"] for line in lines if '"record.unwritten"' in line]
    calls = [call for record in found if (call := decode(record, Event).call) is not None]
    return {call.dialled: str(call.outcome) for call in calls}


async def check_seen(core: RunningCore, follower: Follower) -> None:
    """Every record that someone saw is there, the same."""
    known = {record.id: record for record in await core.records()}
    for _, event in follower.events:
        if isinstance(event, Event) and event.kind == "call.ended" and event.call is not None:
            assert known[event.call.id] == event.call
