"""The one thread that writes: takes whatever has gathered, one transaction for all of it, tries again for
ever.

The asyncio loop only ever appends to a list under a lock that is held for microseconds. While the disk
refuses, the batch in hand stays as it is and later work gathers behind it, so nothing is lost and nothing
changes order.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

import structlog

from pbx.control.target import Entry
from pbx.store.batch import Batch
from pbx.store.database import RETENTION_SLICE, Database, no_space
from pbx.store.reserve import Reserve

log = structlog.get_logger("pbx.store")

BACKLOG_LIMIT = 64 * 2**20
KEPT_EVENTS = 20_000
COMPACTED_AT_ONCE = 50_000
PATIENCE = 1.0
FIRST_RETRY, LAST_RETRY = 0.05, 5.0
REMAKE_EVERY = 1.0


class Listener(Protocol):
    """Who hears on the loop how writing goes."""

    def on_committed(self, batch: Batch, oldest: int) -> None:
        """The batch is on disk; `oldest` is the first event still kept."""

    def on_trouble(self, full: bool, text: str) -> None:
        """Writing fails, for want of space or otherwise. Said once for each kind until on_relief."""

    def on_relief(self) -> None:
        """Writing works again, with its reserve in place."""


class Writer:
    """Group commit. All methods but `_run` and what it calls belong to the loop."""

    def __init__(
        self, database: Database, reserve: Reserve, listener: Listener, window: float = 0.040
    ) -> None:
        """`window`: at least so many seconds between the starts of two transactions (one costs 0.2 to 0.4 ms
        of CPU, however small, so 50 calls per second would pay for each of 300 events alone); the first one
        after a quiet time starts at once."""
        self._database = database
        self._reserve = reserve
        self._listener = listener
        self._window = window
        self._loop = asyncio.get_running_loop()
        self._oldest, _ = database.bounds()
        value = database.meta("acknowledged")
        self._acknowledged = value if isinstance(value, int) else 0
        value = database.meta("compacted")
        self._compacted = value if isinstance(value, int) else 0
        self._void: list[int] = []
        self._compacting = 0
        self._pending = Batch()
        self._in_hand = Batch()
        self._wake = threading.Condition(threading.Lock())
        self._stop = threading.Event()
        self._lacking = not reserve.held
        self._troubles: set[bool] = set()
        self._patience: deque[tuple[float, asyncio.Future[bool]]] = deque()
        self._sweeping = False
        self._deadline = 0.0
        self.keep = KEPT_EVENTS
        self.compact_at_once = COMPACTED_AT_ONCE
        self.commits = 0
        self.last_commit_at: float | None = None
        self.last_commit_seconds = 0.0
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)

    def start(self) -> None:
        self._thread.start()

    # --- on the loop ---

    @property
    def backlog(self) -> int:
        """Bytes of events that wait for the disk."""
        return self._pending.size + self._in_hand.size

    @property
    def waiting(self) -> int:
        """Events that wait for the disk."""
        return len(self._pending.entries) + len(self._in_hand.entries)

    @property
    def unwritten(self) -> list[Entry]:
        """Those events, in order. After `close`: what is lost with the process."""
        return [*self._in_hand.entries, *self._pending.entries]

    def append(self, entry: Entry, call: str | None, opened: int | None) -> None:
        """One more event; for a call event its id, and its number while the call goes on."""
        with self._wake:
            batch = self._pending
            if batch.empty:
                self._wake.notify()
            batch.entries.append(entry)
            batch.size += len(entry.body)
            batch.durable = True
            if call is not None:
                batch.open_calls[call] = opened

    def replace(self, key: str, make: Callable[[int], Entry]) -> Entry | None:
        """Puts a newer event in the place (and under the number) of the one of `key` that nobody has seen
        yet. None when there is none that is still in memory only and not being written."""
        with self._wake:
            batch = self._pending
            index = batch.slots.get(key)
            if index is None:
                return None
            old = batch.entries[index]
            entry = make(old.number)
            batch.entries[index] = entry
            batch.size += len(entry.body) - len(old.body)
            return entry

    def remember(self, key: str) -> None:
        """The event appended last may be replaced by later ones of `key`."""
        with self._wake:
            if self._pending.entries:
                self._pending.slots[key] = len(self._pending.entries) - 1

    def forget(self, key: str) -> None:
        self._pending.slots.pop(key, None)

    def put(
        self, table: str, changes: Iterable[tuple[str, bytes | None]], durable: bool
    ) -> asyncio.Future[bool]:
        """Rows to write with whatever else was handed over since the last transaction. The future says True
        when they are on disk, False after a second without (they are kept and written later)."""
        future: asyncio.Future[bool] = self._loop.create_future()
        with self._wake:
            batch = self._pending
            if batch.empty:
                self._wake.notify()
            batch.put(table, changes)
            batch.durable = batch.durable or durable
            batch.waiters.append((0.0, future))
        self._patience.append((self._loop.time() + PATIENCE, future))
        if not self._sweeping:
            self._sweeping = True
            self._loop.call_later(PATIENCE, self._sweep)
        return future

    def note(self, *, acknowledged: int | None = None, alive: float | None = None) -> None:
        """Small values that go along with the next transaction."""
        with self._wake:
            batch = self._pending
            if batch.empty:
                self._wake.notify()
            if acknowledged is not None:
                batch.acknowledged = acknowledged
            if alive is not None:
                batch.alive = alive

    def _sweep(self) -> None:
        """Lets go of whoever has waited too long."""
        now = self._loop.time()
        late = 0
        while self._patience and (self._patience[0][1].done() or self._patience[0][0] <= now):
            _, future = self._patience.popleft()
            if not future.done():
                future.set_result(False)
                late += 1
        if late:
            log.warning("store.late", waiting=late, text="Not on disk after a second; kept and tried again.")
        self._sweeping = bool(self._patience)
        if self._sweeping:
            self._loop.call_later(max(0.05, self._patience[0][0] - now), self._sweep)

    def _committed(self, batch: Batch, oldest: int) -> None:
        self._listener.on_committed(batch, oldest)
        for _, future in batch.waiters:
            if not future.done():
                future.set_result(True)

    async def close(self, seconds: float = 5.0) -> bool:
        """Writes what is left and ends the thread. False when the disk did not take it in time."""
        self._deadline = time.monotonic() + seconds - PATIENCE / 4
        with self._wake:
            self._stop.set()
            self._wake.notify()
        await asyncio.to_thread(self._thread.join, seconds)
        return not self._thread.is_alive() and not self.waiting

    # --- in the thread ---

    def _tell(self, function: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to hear it
            self._loop.call_soon_threadsafe(function, *args)

    def _run(self) -> None:
        started = 0.0
        while True:
            with self._wake:
                if self._pending.empty and not self._stop.is_set():
                    self._wake.wait(REMAKE_EVERY if self._lacking or self._troubles else None)
                if self._pending.empty and self._stop.is_set():
                    return
            rest = started + self._window - time.monotonic()
            if rest > 0 and not self._stop.is_set():
                time.sleep(rest)
            started = time.monotonic()
            with self._wake:
                batch = self._pending
                if not batch.empty:
                    self._in_hand, self._pending = batch, Batch()
            if not batch.empty:
                if not self._write(batch):
                    return
                self.last_commit_seconds = time.monotonic() - started
                self._tidy(batch)
                self._tell(self._committed, batch, self._oldest)
            self._recover_reserve()

    def _write(self, batch: Batch) -> bool:
        """Until it is on disk. False when told to stop while the disk refuses."""
        delay = FIRST_RETRY
        while True:
            try:
                self._database.write(batch)
            except sqlite3.Error as error:
                full = no_space(error)
                self._trouble(full, f"{error} ({getattr(error, 'sqlite_errorname', 'unknown')})")
                if full and self._reserve.release():
                    self._lacking = True
                    continue
                self._lacking = self._lacking or full
                if self._stop.wait(delay) and time.monotonic() > self._deadline:
                    log.error(
                        "store.lost", events=len(batch.entries), text="Stopped while the disk was refusing."
                    )
                    return False
                if self._stop.is_set():
                    time.sleep(FIRST_RETRY)
                delay = min(2 * delay, LAST_RETRY)
            else:
                self._in_hand = Batch()
                self.commits += 1
                self.last_commit_at = time.time()
                return True

    def _tidy(self, batch: Batch) -> None:
        """Keeps the file small, a slice at a time: deletes what is acknowledged and not among the newest
        `keep`; and while nobody acknowledges, what later events made void (the control plane may be away for
        days, and a phone that refreshes every minute is 1,440 events a day)."""
        if batch.acknowledged is not None:
            self._acknowledged = batch.acknowledged
        if not batch.entries:
            return
        settled = batch.entries[-1].number - self.keep
        limit = min(self._acknowledged, settled) + 1
        try:
            if limit - self._oldest >= max(1, self.keep // 20):
                oldest = min(limit, self._oldest + RETENTION_SLICE)
                self._database.forget(oldest)
                self._oldest = oldest
            self._compact(settled)
        except sqlite3.Error as error:
            log.warning("store.retention", text=f"Old events stay for now: {error}")

    def _compact(self, settled: int) -> None:
        first = max(self._acknowledged, self._compacted) + 1
        last = first + self.compact_at_once - 1
        if self._void:
            self._database.delete(self._void[-RETENTION_SLICE:])
            del self._void[-RETENTION_SLICE:]
            if not self._void:
                self._compacted = self._compacting
                self._database.compacted(self._compacting)
        elif last <= settled:
            self._void = self._database.void(first, last)
            self._compacting = last
            if not self._void:
                self._compacted = last

    def _trouble(self, full: bool, text: str) -> None:
        if full not in self._troubles:
            self._troubles.add(full)
            log.error("store.trouble", full=full, text=text)
            self._tell(self._listener.on_trouble, full, text)

    def _recover_reserve(self) -> None:
        if self._lacking and self._reserve.make():
            self._lacking = False
        if self._lacking:
            self._trouble(True, "no space left for the reserve")
        elif self._troubles:
            self._troubles.clear()
            log.info("store.relief", text="Writing works again, the reserve is in place.")
            self._tell(self._listener.on_relief)
