"""A disk that is really full (a small tmpfs): nothing lost, nothing reordered, the loop never waits."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pbx.store import Store
from tests.store.samples import binding, binding_event, call_event, read, until

RESERVE = 2 * 2**20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MB of its own."""
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "centrale-test", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mount.returncode:
        pytest.skip(f"this machine permits no mount, so no disk can be filled: {mount.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@contextlib.asynccontextmanager
async def watched_loop(longest: float) -> AsyncIterator[None]:
    """The loop must come round at least every `longest` seconds while the body runs."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            worst = max(worst, loop.time() - before - 0.01)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
    assert worst < longest, f"the loop stood still for {worst:.3f} s"


def fill(disk: Path, name: str) -> Path:
    """Takes every byte that is left."""
    path = disk / name
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(os.urandom(2**12))
    assert os.statvfs(disk).f_bavail == 0
    return path


async def append_until_full(store: Store) -> None:
    """Events until the disk takes no more, the reserve included."""
    async with asyncio.timeout(60):
        while store.metrics().backlog < 2**20:
            for _ in range(20):
                store.journal.append(call_event("call.changed", f"c{store.journal.last % 50}"))
            await asyncio.sleep(0.005)


async def test_full_disk_uses_the_reserve_then_waits_then_catches_up(disk: Path) -> None:
    store = await Store.open(disk / "core", reserve=RESERVE)
    assert (disk / "core" / "reserve").stat().st_blocks * 512 >= RESERVE
    journal = store.journal
    async with watched_loop(0.5):
        filler = fill(disk, "filler")
        await append_until_full(store)
        (alarm,) = store.alarms.current()
        assert alarm.name == "store.disk_full"
        assert "make room" in alarm.text
        assert "is full" in store.health()
        assert not (disk / "core" / "reserve").exists()
        # The reserve let the alarm itself get out.
        kinds = [entry.event().kind for entry in await read(journal, 0, journal.committed)]
        assert "alarm.raised" in kinds

        # A phone that registers now is not kept waiting.
        loop = asyncio.get_running_loop()
        before = loop.time()
        assert await store.bindings.save([binding("d1")]) is False
        assert 0.9 < loop.time() - before < 2
        stuck = journal.committed
        last = journal.append(binding_event("after")).number
        assert stuck < last

        filler.unlink()
        assert await journal.settled(last, 20)
        await until(lambda: not store.alarms.current())
        assert store.health() == "ok"
        assert (disk / "core" / "reserve").stat().st_size == RESERVE
        assert await store.bindings.save([binding("d2")]) is True

    entries = await read(journal, 0, last)
    assert [entry.number for entry in entries] == list(range(1, last + 1))
    assert await store.close()
    again = await Store.open(disk / "core", reserve=RESERVE)
    assert sorted(row.device for row in again.bindings.load()) == ["d1", "d2"]
    assert await read(again.journal, 0, last) == entries
    await again.close()


async def test_stop_while_full_ends_in_time_and_keeps_what_is_on_disk(disk: Path) -> None:
    store = await Store.open(disk / "core", reserve=RESERVE)
    fill(disk, "filler")
    await append_until_full(store)
    shown = await read(store.journal, 0, store.journal.committed)
    assert await store.close(seconds=1.0) is False

    again = await Store.open(disk / "core", reserve=RESERVE)
    (alarm,) = await _alarms(again)
    assert alarm == "store.disk_full"
    assert await read(again.journal, 0, len(shown)) == shown
    await again.close(seconds=0.5)


async def _alarms(store: Store) -> list[str]:
    await until(store.alarms.current)
    return [alarm.name for alarm in store.alarms.current()]
