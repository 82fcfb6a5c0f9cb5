"""Bindings, snapshots, bans and alarms over restarts; broken files; who may open a folder."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from pbx.control.configuration import Snapshot
from pbx.store import Store, StoreError
from tests.store.samples import ban, binding, binding_event, read, until


async def reopen(store: Store, folder: Path) -> Store:
    assert await store.close()
    return await Store.open(folder)


async def test_rows_survive_and_the_last_change_wins(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    assert store.bindings.load() == []
    first = store.bindings.save([binding("d1"), binding("d2"), binding("d1", "sip:other@y")])
    second = store.bindings.save([binding("d1", expires=3000)], [binding("d2").key])
    assert await asyncio.gather(first, second) == [True, True]
    assert await store.bans.save([ban("192.0.2.1"), ban("192.0.2.2")])
    assert await store.bans.save([], ["192.0.2.1"])
    for version in (1, 2):
        snapshot = Snapshot(tenant="demo", version=version, name="Demo", domain="demo.example", language="en")
        assert await store.snapshots.save(snapshot)
    assert await store.snapshots.save(Snapshot(tenant="gone", version=1, name="G", domain="gone.example"))
    assert await store.snapshots.remove("gone")

    store = await reopen(store, tmp_path)
    assert sorted(store.bindings.load(), key=lambda row: row.contact) == [
        binding("d1", "sip:other@y"),
        binding("d1", expires=3000),
    ]
    assert store.bans.load() == [ban("192.0.2.2")]
    assert [(s.tenant, s.version, s.language) for s in store.snapshots.load()] == [("demo", 2, "en")]
    await store.close()


async def test_a_row_that_no_longer_reads_is_left_out(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.bindings.save([binding("d1"), binding("d2")])
    await store.close()
    with sqlite3.connect(tmp_path / "core.db") as db:
        db.execute("UPDATE bindings SET body = '{}' WHERE key LIKE '%d1%'")
    db.close()
    store = await Store.open(tmp_path)
    assert store.bindings.load() == [binding("d2")]
    await store.close()


async def test_alarms_are_said_once_and_cleared_by_the_next_core(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    store.alarms.set("a", "do this")
    store.alarms.set("a", "do this")
    store.alarms.set("b", "do that")
    store.alarms.clear("b")
    store.alarms.clear("b")
    assert [alarm.name for alarm in store.alarms.current()] == ["a"]
    kinds = [(e.event().kind, e.event().alarm.name) for e in await read(store.journal, 0, 3)]  # type: ignore[union-attr]
    assert kinds == [("alarm.raised", "a"), ("alarm.raised", "b"), ("alarm.cleared", "b")]
    store = await reopen(store, tmp_path)
    (cleared,) = store.recover()
    assert (cleared.kind, cleared.number) == ("alarm.cleared", 4)
    store = await reopen(store, tmp_path)
    assert store.recover() == []
    await store.close()


@pytest.mark.parametrize("damage", ["header", "middle", "text"])
async def test_a_broken_file_is_moved_aside(tmp_path: Path, damage: str) -> None:
    store = await Store.open(tmp_path)
    stream = store.journal.stream
    for n in range(300):
        store.journal.append(binding_event(f"d{n}"))
    await store.close()
    path = tmp_path / "core.db"
    content = bytearray(path.read_bytes())
    if damage == "header":
        content[:100] = b"\xff" * 100
    elif damage == "middle":
        content[8192 : len(content) - 8192] = b"\xa5" * (len(content) - 16384)
    else:
        content = bytearray(b"this was never a database\n" * 100)
    path.write_bytes(content)

    store = await Store.open(tmp_path)
    (aside,) = tmp_path.glob("core.db.broken-*")
    assert aside.read_bytes() == content
    (alarm,) = store.alarms.current()
    assert alarm.name == "store.corrupt"
    assert aside.name in alarm.text
    store.recover()
    assert store.journal.stream != stream
    assert (await read(store.journal, 0, 1))[0].event().kind == "alarm.raised"
    await store.close()


async def test_one_core_per_folder(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    with pytest.raises(StoreError, match="Another core"):
        await Store.open(tmp_path)
    await store.close()
    await (await Store.open(tmp_path)).close()


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Make it writable"):
        await Store.open(tmp_path / "file" / "core")


async def test_files_are_for_the_owner_only(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "core")
    assert (tmp_path / "core").stat().st_mode & 0o077 == 0
    assert (tmp_path / "core" / "core.db").stat().st_mode & 0o077 == 0
    await store.close()


async def test_first_write_after_a_quiet_time_is_soon_on_disk(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    await store.bindings.save([binding("d")])
    await until(lambda: store.metrics().commits == 1)
    metrics = store.metrics()
    assert metrics.last_commit_at is not None
    assert (metrics.waiting, metrics.backlog) == (0, 0)
    await store.close()
