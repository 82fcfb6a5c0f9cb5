"""The journal: every event gets its number at once, goes to disk in a batch, and only then is seen by
readers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from msgspec.structs import replace

from pbx.control.messages import CallRecord, Event, LegRecord, MessageError, decode, encode
from pbx.control.target import Entry, Forgotten
from pbx.store.batch import Batch
from pbx.store.database import Database, Reader
from pbx.store.writer import BACKLOG_LIMIT, Writer

log = structlog.get_logger("pbx.store")

IN_MEMORY = 4096
READ_AT_ONCE = 500
HEARTBEAT = 5.0
LOST = "the core stopped during the call"


def _key(event: Event) -> str | None:
    """What an event is about, when a later event of the same thing says all that it said."""
    if event.call is not None:
        return f"call {event.call.id}" if event.kind == "call.changed" else None
    key: str | None = None
    if event.binding is not None:
        key = f"binding {event.binding.tenant} {event.binding.device} {event.binding.contact}"
    elif event.ban is not None:
        key = f"ban {event.ban.address}"
    elif event.alarm is not None:
        key = f"alarm {event.alarm.name}"
    elif event.voicemail is not None:
        key = f"voicemail {event.voicemail.tenant} {event.voicemail.id}"
    elif event.mailbox is not None:
        key = f"mailbox {event.mailbox.tenant} {event.mailbox.mailbox}"
    elif event.recording is not None and event.kind == "recording.changed":
        key = f"recording {event.recording.tenant} {event.recording.id}"
    elif event.trunk is not None:
        key = f"trunk {event.trunk.tenant} {event.trunk.trunk}"
    elif event.room is not None:
        key = f"room {event.room.tenant} {event.room.id}"
    return key


class Journal:
    """Numbered events in order. Belongs to the asyncio loop."""

    def __init__(self, database: Database, writer: Writer, clock: Callable[[], float]) -> None:
        """`clock` gives Unix seconds."""
        self._writer = writer
        self._clock = clock
        self._left_open = [event for body in database.open_calls() if (event := _readable(body))]
        self._last_sign = _last_sign(database)
        self._reader = Reader(database.path)
        self._pool = ThreadPoolExecutor(1, "store-reader")
        self._oldest, self._last = database.bounds()
        self._committed = self._last
        acknowledged = database.meta("acknowledged")
        self._acknowledged = acknowledged if isinstance(acknowledged, int) else 0
        self._stream = str(database.meta("stream"))
        self._recent: dict[int, Entry] = {}
        self._first_recent = self._last + 1
        self._open: set[str] = set()
        self._waiting: set[asyncio.Future[None]] = set()
        self._beat: asyncio.TimerHandle | None = None

    @property
    def stream(self) -> str:
        """Made with the file: a reader that knows another one must start anew."""
        return self._stream

    @property
    def last(self) -> int:
        """The last number given; 0 when there is none."""
        return self._last

    @property
    def committed(self) -> int:
        """The last number on disk."""
        return self._committed

    @property
    def acknowledged(self) -> int:
        return self._acknowledged

    @property
    def oldest(self) -> int:
        """The first number that readers can still get."""
        return self._oldest

    @property
    def overloaded(self) -> bool:
        """More than BACKLOG_LIMIT bytes wait for the disk. The core takes no new calls then, and events that
        a later one makes void are merged, so that memory is bounded by what is live already."""
        return self._writer.backlog > BACKLOG_LIMIT

    def append(self, event: Event) -> Event:
        """The event with its number; on disk soon, in order, and never seen by a reader before it is.
        Whatever number it had is ignored. Never waits, never fails."""
        key = _key(event)
        overloaded = self._writer.backlog > BACKLOG_LIMIT
        if overloaded:
            merged = self._merge(event, key)
            if merged is not None:
                return merged
        self._last = number = self._last + 1
        numbered = replace(event, number=number)
        call = event.call
        opened = None
        if call is not None:
            opened = self._track(event.kind, call.id, number)
        entry = Entry(number, event.tenant, key, encode(numbered))
        self._writer.append(entry, None if call is None else call.id, opened)
        if overloaded and key is not None:
            self._writer.remember(key)
        return numbered

    def _merge(self, event: Event, key: str | None) -> Event | None:
        if key is None:
            if event.call is not None:
                self._writer.forget(f"call {event.call.id}")
            return None
        merged: list[Event] = []

        def make(number: int) -> Entry:
            merged.append(replace(event, number=number))
            return Entry(number, event.tenant, key, encode(merged[0]))

        return merged[0] if self._writer.replace(key, make) else None

    def _track(self, kind: str, call: str, number: int) -> int | None:
        """The number to keep as the latest event of an open call; None when the call is over."""
        if kind == "call.ended":
            self._open.discard(call)
            return None
        self._open.add(call)
        if self._beat is None:
            self._beat = asyncio.get_running_loop().call_later(HEARTBEAT, self._alive)
        return number

    def _alive(self) -> None:
        """While calls go on the disk knows that the core lives, so that a kill can be dated."""
        self._beat = None
        if self._open:
            self._writer.note(alive=self._clock())
            self._beat = asyncio.get_running_loop().call_later(HEARTBEAT, self._alive)

    def acknowledge(self, number: int) -> None:
        """Events up to `number` are safe elsewhere and may be deleted once they are old. Raises ValueError
        for a number that no reader can have seen; a lower one than before changes nothing."""
        if number > self._committed:
            raise ValueError(f"{number} was not given yet, the last one is {self._committed}")
        if number > self._acknowledged:
            self._acknowledged = number
            self._writer.note(acknowledged=number)

    async def settled(self, number: int, seconds: float) -> bool:
        """Waits until `number` is on disk; False when it is not after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self._committed < number:
                    await self._next()
        except TimeoutError:
            return False
        return True

    async def follow(self, since: int) -> AsyncIterator[Entry]:
        """Every event after `since` in order, as it gets to disk. A slow reader costs no memory: it reads
        from the disk what has left memory, and Forgotten is raised once that is deleted too."""
        cursor = since
        while True:
            if cursor >= self._committed:
                await self._next()
            elif cursor + 1 >= self._first_recent:
                cursor += 1
                yield self._recent[cursor]
            else:
                for entry in await self._read(cursor):
                    cursor = entry.number
                    yield entry

    async def _read(self, cursor: int) -> list[Entry]:
        loop = asyncio.get_running_loop()
        oldest, found = await loop.run_in_executor(
            self._pool, self._reader.events, cursor, self._committed, READ_AT_ONCE
        )
        if cursor + 1 < oldest:
            raise Forgotten(f"events up to {cursor + 1} are no longer kept, the oldest is {oldest}")
        return found

    async def _next(self) -> None:
        """Until something more is on disk."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def committed_batch(self, batch: Batch, oldest: int) -> None:
        """From the store: these are on disk, show them."""
        self._oldest = oldest
        if not batch.entries:
            return
        for entry in batch.entries:
            self._recent[entry.number] = entry
        self._committed = batch.entries[-1].number
        first = max(self._first_recent, self._committed - IN_MEMORY + 1)
        for number in range(self._first_recent, first):
            del self._recent[number]
        self._first_recent = first
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    def recover(self, now: float) -> list[Event]:
        """Ends, in a record each, the calls that were going on when the core died. To be called once, before
        anything else is appended. They ended when the core was last known to live, not `now`."""
        left, self._left_open = self._left_open, []
        died = min(now, max(self._last_sign, *(event.at for event in left))) if left else now
        ended = []
        for event in left:
            if event.call is not None:
                call = interrupted(event.call, event.at if event.call.outcome else died)
                ended.append(
                    self.append(Event(number=0, at=now, kind="call.ended", tenant=call.tenant, call=call))
                )
                log.warning("call.interrupted", tenant=call.tenant, call=call.id)
        return ended

    def close(self) -> None:
        """Ends reading. The writer is closed by the store."""
        if self._beat is not None:
            self._beat.cancel()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._reader.close()


def _last_sign(database: Database) -> float:
    """When the last core was last known to live: its last event or heartbeat; 0.0 when there was none."""
    alive = database.meta("alive")
    last = database.last_event()
    event = _readable(last) if last else None
    return max(alive if isinstance(alive, float) else 0.0, event.at if event else 0.0)


def _readable(body: bytes) -> Event | None:
    """The event, or None when another version of Centrale wrote it in a form that no longer fits."""
    try:
        return decode(body, Event)
    except MessageError as error:
        log.error("store.event", text=f"Left out, it does not read: {error}")
        return None


def interrupted(call: CallRecord, at: float) -> CallRecord:
    """The record of a call that the core did not live to end; legs that had ended stay as they were. One that
    had an outcome already, and only waited for a phone to confirm its BYE, keeps it."""
    end = max(at, call.started_at)

    def close(leg: LegRecord) -> LegRecord:
        if leg.ended_at is not None:
            return leg
        by, reason = leg.ended_by or "core", leg.reason or LOST
        return replace(leg, state="ended", ended_at=max(end, leg.offered_at), ended_by=by, reason=reason)

    legs = [close(leg) for leg in call.legs]
    if call.outcome is not None:
        return replace(call, ended_at=end, legs=legs)
    return replace(call, ended_at=end, ended_by="core", outcome="interrupted", reason=LOST, legs=legs)
