"""Numbers, order, durability before visibility, resume, retention."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from pbx.control.state import View, apply_events
from pbx.control.target import Forgotten
from pbx.store import Store
from pbx.store import journal as journal_module
from tests.store.samples import binding_event, call_event, read, until


async def test_number_is_given_at_once_and_shown_once_on_disk(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    blocker = sqlite3.connect(tmp_path / "core.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    events = [store.journal.append(call_event("call.started", f"c{n}")) for n in range(5)]
    assert [event.number for event in events] == [1, 2, 3, 4, 5]
    assert store.journal.last == 5
    follower = asyncio.create_task(read(store.journal, 0, 5))
    assert not await store.journal.settled(1, 0.3)
    assert not follower.done()
    blocker.execute("ROLLBACK")
    entries = await follower
    assert [entry.event() for entry in entries] == events
    rows = blocker.execute("SELECT number, body FROM journal ORDER BY number").fetchall()
    assert rows == [(entry.number, entry.body) for entry in entries]
    blocker.close()
    assert await store.close()


async def test_followers_get_the_same_from_disk_and_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "IN_MEMORY", 50)
    monkeypatch.setattr(journal_module, "READ_AT_ONCE", 17)
    store = await Store.open(tmp_path)
    early = asyncio.create_task(read(store.journal, 0, 400))
    for n in range(400):
        store.journal.append(binding_event(f"d{n}"))
        if n % 23 == 0:
            await asyncio.sleep(0)
    live = await early
    assert [entry.number for entry in live] == list(range(1, 401))
    assert await read(store.journal, 0, 400) == live
    assert await read(store.journal, 133, 400) == live[133:]
    await store.close()
    again = await Store.open(tmp_path)
    assert again.journal.last == again.journal.committed == 400
    assert await read(again.journal, 133, 400) == live[133:]
    assert again.journal.append(binding_event("x")).number == 401
    assert (await read(again.journal, 400, 401))[0].number == 401
    await again.close()


async def test_stream_stays_with_the_file(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "a")
    stream = store.journal.stream
    await store.close()
    again, other = await Store.open(tmp_path / "a"), await Store.open(tmp_path / "b")
    assert again.journal.stream == stream != other.journal.stream
    await again.close()
    await other.close()


async def test_only_what_is_acknowledged_and_old_is_deleted(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    store._writer.keep = 100
    journal = store.journal
    journal.append(call_event("call.started", "long"))
    for n in range(500):
        journal.append(binding_event(f"d{n}"))
    assert await journal.settled(501, 10)
    assert journal.oldest == 1
    journal.acknowledge(450)
    journal.append(binding_event("more"))
    await until(lambda: journal.oldest == 403)  # 502 - 100 + 1, as 450 is beyond that
    assert [e.number for e in await read(journal, 402, 502)] == list(range(403, 503))
    with pytest.raises(Forgotten, match="403"):
        journal._recent.clear()
        journal._first_recent = 503
        await read(journal, 401, 502)
    await store.close()

    again = await Store.open(tmp_path)
    assert (again.journal.oldest, again.journal.acknowledged) == (403, 450)
    # The call that still went on is ended all the same, though its events were deleted.
    (ended,) = again.recover()
    assert ended.call is not None
    assert (ended.number, ended.call.id, ended.call.outcome) == (503, "long", "interrupted")
    await again.close()


async def test_without_acknowledgement_only_void_events_are_deleted(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    journal = store.journal
    store._writer.keep, store._writer.compact_at_once = 50, 400
    states, view = [], View()
    for n in range(1000):
        kind, name = [("call.started", f"c{n}"), ("call.changed", f"c{n - 1}"), ("call.ended", f"c{n - 2}")][
            n % 3
        ]
        event = (
            call_event(kind, name)
            if n % 2
            else binding_event(f"d{n % 14}", expires=float(n), gone=n % 5 == 0)
        )  # type: ignore[arg-type]
        view.apply(journal.append(event))
        if n % 100 == 0:
            states.append(view.state())
            assert await journal.settled(journal.last, 10)
    journal._recent.clear()
    journal._first_recent = 1001
    assert await journal.settled(1000, 10)
    assert journal.oldest == 1
    with sqlite3.connect(tmp_path / "core.db") as db:
        await until(lambda: db.execute("SELECT count(*) FROM journal").fetchone()[0] < 700)
    db.close()
    entries = await read(journal, 0, 1000)
    kept = {entry.number for entry in entries}
    # Records and the newest events are all there, and each state grows into the last one.
    calls = [n for n in range(1, 1001) if (n - 1) % 2 and (n - 1) % 3 != 1]
    assert kept >= {*calls, *range(801, 1001)}
    for state in states:
        late = [entry.event() for entry in entries if entry.number > state.number]
        assert apply_events(state, late) == view.state()
    await store.close()


async def test_acknowledge_refuses_the_future_and_ignores_the_past(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    store.journal.append(binding_event("d"))
    await store.journal.settled(1, 10)
    with pytest.raises(ValueError, match="not given yet"):
        store.journal.acknowledge(2)
    store.journal.acknowledge(1)
    store.journal.acknowledge(0)
    assert store.journal.acknowledged == 1
    await store.close()


async def test_a_reader_that_leaves_leaves_nothing_behind(tmp_path: Path) -> None:
    store = await Store.open(tmp_path)
    readers = [asyncio.create_task(read(store.journal, 0, 1)) for _ in range(50)]
    await until(lambda: len(store.journal._waiting) == 50)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    assert not store.journal._waiting
    await store.close()


async def test_interrupted_call_ends_when_the_core_died_not_when_it_came_back(tmp_path: Path) -> None:
    store = await Store.open(tmp_path, clock=lambda: 1060.0)
    store.journal.append(call_event("call.started", "one", at=1000.0))
    store.journal._alive()  # the heartbeat, a minute into the call
    await store.journal.settled(1, 10)
    await store.close()

    again = await Store.open(tmp_path)
    (ended,) = again.recover(now=9000.0)
    call = ended.call
    assert call is not None
    assert (ended.at, call.ended_at, call.ended_by, call.outcome) == (9000.0, 1060.0, "core", "interrupted")
    assert {(leg.state, leg.ended_at, leg.ended_by) for leg in call.legs} == {("ended", 1060.0, "core")}
    assert again.recover() == []
    await again.close()
    third = await Store.open(tmp_path)
    assert third.recover() == []
    await third.close()
