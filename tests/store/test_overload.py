"""A disk that refuses for long: memory is bounded by merging what later events make void."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pbx.control.messages import Alarm, BanState, Event
from pbx.control.state import View
from pbx.store import Store
from pbx.store import journal as journal_module
from tests.store.samples import binding_event, call_event, read, until


@pytest.fixture
def blocker(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's lock on the file, as good as a disk that refuses."""
    db = sqlite3.connect(tmp_path / "core.db", isolation_level=None)
    yield db
    db.close()


def ban_event(gone: bool) -> Event:
    ban = BanState(address="192.0.2.66", failures=3, since=1.0, until=2.0)
    return Event(number=0, at=1.0, kind="ban.removed" if gone else "ban.added", ban=ban)


async def test_memory_stays_bounded_and_the_state_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocker: sqlite3.Connection
) -> None:
    monkeypatch.setattr(journal_module, "BACKLOG_LIMIT", 100_000)
    store = await Store.open(tmp_path)
    journal = store.journal
    blocker.execute("BEGIN IMMEDIATE")
    view = View()
    journal.append(call_event("call.started", "long"))
    while not store.overloaded:
        journal.append(binding_event("early"))
    before = journal.last
    for n in range(20_000):
        view.apply(journal.append(binding_event(f"d{n % 10}", expires=float(n), gone=n % 7 == 0)))
        view.apply(journal.append(call_event("call.changed", "long")))
        view.apply(journal.append(ban_event(gone=n % 2 == 0)))
    # Twelve things change; what the writer took in hand meanwhile is not touched any more.
    assert journal.last - before <= 2 * 12
    assert store.metrics().backlog < 120_000
    last = journal.append(call_event("call.ended", "long")).number
    # After its end a call of the same name would be a new one: not merged into the old.
    assert journal.append(call_event("call.changed", "long")).number == last + 1

    await until(lambda: "cannot write" in store.health())
    blocker.execute("ROLLBACK")
    assert await journal.settled(last + 1, 20)
    entries = await read(journal, 0, last + 1)
    assert [entry.number for entry in entries] == list(range(1, last + 2))
    state = View()
    for entry in entries:
        state.apply(entry.event())
    assert not store.overloaded
    newest = {n % 10: n for n in range(20_000)}
    gone = {device for device, n in newest.items() if n % 7 == 0}
    assert {key[1]: binding.expires_at for key, binding in state.bindings.items() if key[1] != "early"} == {
        f"d{device}": float(n) for device, n in newest.items() if device not in gone
    }
    assert list(state.bans) == ["192.0.2.66"]
    await until(lambda: not store.alarms.current())
    await store.close()


async def test_alarm_of_a_refusing_disk_is_told_by_health_and_journal(
    tmp_path: Path, blocker: sqlite3.Connection
) -> None:
    store = await Store.open(tmp_path)
    blocker.execute("BEGIN IMMEDIATE")
    store.journal.append(binding_event("d"))
    await until(store.alarms.current)
    (alarm,) = store.alarms.current()
    assert isinstance(alarm, Alarm)
    assert alarm.name == "store.failing"
    blocker.execute("ROLLBACK")
    kinds = [entry.event().kind for entry in await read(store.journal, 0, 3)]
    assert kinds == ["binding.changed", "alarm.raised", "alarm.cleared"]
    await store.close()
