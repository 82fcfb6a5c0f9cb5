"""The store of one core: opens the file, starts the writer, and puts its parts together."""

import asyncio
import fcntl
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from pbx.control.messages import Event
from pbx.store.batch import Batch
from pbx.store.database import Corrupt, Database, move_aside
from pbx.store.journal import Journal
from pbx.store.outside import OutsideRows
from pbx.store.people import ExtensionStates
from pbx.store.reserve import Reserve
from pbx.store.rows import BegunMessages, MailboxStates, Messages, RecordingRows
from pbx.store.subscriptions import Subscriptions
from pbx.store.tables import Alarms, Bans, Bindings, Snapshots
from pbx.store.writer import Writer

log = structlog.get_logger("pbx.store")


class StoreError(Exception):
    """The store cannot be opened; one sentence that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreMetrics:
    """`waiting` events and `backlog` bytes not on disk yet; the last commit's moment (Unix) and length in
    s."""

    waiting: int
    backlog: int
    commits: int
    last_number: int
    last_commit_at: float | None
    last_commit_seconds: float


class Store:
    """Everything that the core keeps. `await Store.open(folder)`, `recover`, and in the end `await
    close()`."""

    def __init__(
        self, database: Database, folder: Path, lock: int, clock: Callable[[], float], reserve: int
    ) -> None:
        self._database = database
        self._lock = lock
        self._clock = clock
        self._folder = folder
        self._reserve = Reserve(folder / "reserve", reserve)
        self._writer = Writer(database, self._reserve, self)
        self.journal = Journal(database, self._writer, clock)
        self.bindings = Bindings(database, self._writer)
        self.snapshots = Snapshots(database, self._writer)
        self.bans = Bans(database, self._writer)
        self.subscriptions = Subscriptions(database, self._writer)
        self.outside = OutsideRows(database, self._writer)
        self.messages = Messages(database, self._writer)
        self.begun = BegunMessages(database, self._writer)
        self.mailboxes = MailboxStates(database, self._writer)
        self.recordings = RecordingRows(database, self._writer)
        self.people = ExtensionStates(database, self._writer)
        self.alarms = Alarms(database, self._writer, self.journal.append, clock)

    @classmethod
    async def open(
        cls, folder: Path, *, clock: Callable[[], float] = time.time, reserve: int = 16 * 2**20
    ) -> Self:
        """Opens or makes `folder`/core.db. A broken file is moved aside, with an alarm, and an empty one
        made. `reserve` bytes are allocated for the day that the disk is full. Raises StoreError."""
        database, lock, broken = await asyncio.to_thread(_open, folder)
        store = cls(database, folder, lock, clock, reserve)
        await asyncio.to_thread(store._reserve.make)
        if broken is not None:
            store.alarms.set(
                "store.corrupt",
                f"The core's database was damaged and an empty one took its place; it lies in {broken} . "
                "Records that were not taken over yet may be in it. Check the disk.",
            )
        store._writer.start()
        return store

    def recover(self, now: float | None = None) -> list[Event]:
        """Once after opening, before anything else: closes what a dead core left open. Gives the events."""
        moment = self._clock() if now is None else now
        return self.journal.recover(moment) + self.alarms.recover(moment)

    @property
    def overloaded(self) -> bool:
        """The disk has been refusing for so long that the core must take no new calls (503)."""
        return self.journal.overloaded

    def health(self) -> str:
        """'ok', or a sentence."""
        texts = [
            alarm.text
            for alarm in self.alarms.current()
            if alarm.name in ("store.disk_full", "store.failing")
        ]
        return " ".join(texts) or "ok"

    def metrics(self) -> StoreMetrics:
        writer = self._writer
        return StoreMetrics(
            waiting=writer.waiting,
            backlog=writer.backlog,
            commits=writer.commits,
            last_number=self.journal.last,
            last_commit_at=writer.last_commit_at,
            last_commit_seconds=writer.last_commit_seconds,
        )

    # --- from the writer ---

    def on_committed(self, batch: Batch, oldest: int) -> None:
        self.journal.committed_batch(batch, oldest)

    def on_trouble(self, full: bool, text: str) -> None:
        if full:
            self.alarms.set(
                "store.disk_full",
                f"The disk with {self._folder} is full ({text}). "
                "Calls go on and nothing is lost yet: make room.",
            )
        else:
            self.alarms.set(
                "store.failing",
                f"The core cannot write {self._database.path}: {text}. "
                "Events wait in memory; check the disk.",
            )

    def on_relief(self) -> None:
        self.alarms.clear("store.disk_full")
        self.alarms.clear("store.failing")

    async def close(self, seconds: float = 5.0) -> bool:
        """Writes what is left and closes. False when the disk did not take all of it within `seconds`."""
        written = await self._writer.close(seconds)
        self.journal.close()
        if written:
            await asyncio.to_thread(self._database.close)
        else:
            self._tell_unwritten()
        os.close(self._lock)
        return written

    def _tell_unwritten(self) -> None:
        """The log may be on another disk: it gets the records that this one did not take."""
        lost = self._writer.unwritten
        log.error("store.unwritten", events=len(lost), text="Closed with events not on disk.")
        for entry in lost:
            event = entry.event()
            if event.kind == "call.ended" and event.call is not None:
                log.error("record.unwritten", call=event.call.id, record=entry.body.decode())


def _open(folder: Path) -> tuple[Database, int, Path | None]:
    path = folder / "core.db"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"Cannot write in {folder}: {error.strerror}. Make it writable, or set CENTRALE_HOME."
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise StoreError(
            f"Another core runs on {folder}. Stop it first, or set another CENTRALE_HOME."
        ) from None
    broken = None
    try:
        try:
            database = Database(path)
        except Corrupt as error:
            broken = move_aside(path)
            log.error(
                "store.corrupt", file=str(broken), text=f"Damaged, moved aside, starting empty: {error}"
            )
            database = Database(path)
    except Exception as error:
        os.close(lock)
        raise StoreError(f"Cannot open {path}: {error}.") from error
    path.chmod(0o600)
    return database, lock, broken
