"""What outlives the core beside the journal: bindings, snapshots, bans and alarms, one row each."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeVar

import structlog

from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    Alarm,
    BanState,
    Event,
    MessageError,
    decode,
    encode,
)
from pbx.ports import Binding
from pbx.store.database import Database
from pbx.store.writer import Writer

log = structlog.get_logger("pbx.store")

T = TypeVar("T")
BindingKey = tuple[str, str, str]


class Table(Generic[T]):
    """Rows of one kind, by a text key. What is given to it and to the journal without an `await` between is
    in one transaction."""

    name: str
    kind: type[T]
    durable: bool

    def __init__(self, database: Database, writer: Writer) -> None:
        self._writer = writer
        self._loaded = self._read(database)

    def _read(self, database: Database) -> list[T]:
        found = []
        for key, body in database.rows(self.name):
            try:
                found.append(decode(body, self.kind))
            except MessageError as error:
                log.error("store.row", table=self.name, key=key, text=f"Left out, it does not read: {error}")
        return found

    def load(self) -> list[T]:
        """The rows as they were on disk when the store was opened."""
        return list(self._loaded)

    def _put(self, changes: Iterable[tuple[str, bytes | None]]) -> asyncio.Future[bool]:
        return self._writer.put(self.name, changes, self.durable)


class Bindings(Table[Binding]):
    """Registrations. They survive the death of the process; a power failure may take the last seconds
    back."""

    name, kind, durable = "bindings", Binding, False

    def save(self, changed: Iterable[Binding], removed: Iterable[BindingKey] = ()) -> Awaitable[bool]:
        """True once written; False when the disk did not take it within a second (kept in memory and tried
        again: answer the phone all the same)."""
        changes: list[tuple[str, bytes | None]] = [(_row(key), None) for key in removed]
        changes += [(_row(binding.key), encode(binding)) for binding in changed]
        return self._put(changes)


class Snapshots(Table[Snapshot]):
    """The last applied snapshot of each tenant."""

    name, kind, durable = "snapshots", Snapshot, True

    def save(self, snapshot: Snapshot) -> Awaitable[bool]:
        """In the place of the tenant's last one, whole or not at all. True once synced to disk, False when
        that takes over a second (it is tried again)."""
        return self._put([(snapshot.tenant, encode(snapshot))])

    def remove(self, tenant: str) -> Awaitable[bool]:
        return self._put([(tenant, None)])


class Bans(Table[BanState]):
    """Banned addresses."""

    name, kind, durable = "bans", BanState, False

    def save(self, changed: Iterable[BanState], removed: Iterable[str] = ()) -> Awaitable[bool]:
        """`removed` are addresses. True once written."""
        changes: list[tuple[str, bytes | None]] = [(address, None) for address in removed]
        changes += [(ban.address, encode(ban)) for ban in changed]
        return self._put(changes)


class Alarms(Table[Alarm]):
    """Alarms that are on, each raised and cleared once in the journal. Those of a dead core are cleared by
    `recover` unless they are on again."""

    name, kind, durable = "alarms", Alarm, False

    def __init__(
        self, database: Database, writer: Writer, append: Callable[[Event], Event], clock: Callable[[], float]
    ) -> None:
        super().__init__(database, writer)
        self._append = append
        self._clock = clock
        self._on: dict[str, Alarm] = {}

    def current(self) -> list[Alarm]:
        """Those that are on, by name."""
        return [self._on[name] for name in sorted(self._on)]

    def set(self, name: str, text: str) -> None:
        """Raises it; nothing when it is on with the same text. `text` says what to do."""
        before = self._on.get(name)
        if before is not None and before.text == text:
            return
        now = self._clock()
        alarm = Alarm(name=name, since=before.since if before else now, text=text)
        self._on[name] = alarm
        log.error("alarm.raised", alarm=name, text=text)
        self._append(Event(number=0, at=now, kind="alarm.raised", alarm=alarm))
        self._put([(name, encode(alarm))])

    def clear(self, name: str) -> None:
        """Clears it; nothing when it is not on."""
        alarm = self._on.pop(name, None)
        if alarm is not None:
            log.info("alarm.cleared", alarm=name)
            self._append(Event(number=0, at=self._clock(), kind="alarm.cleared", alarm=alarm))
            self._put([(name, None)])

    def recover(self, now: float) -> list[Event]:
        """Clears what the last core left on."""
        left = [alarm for alarm in self._loaded if alarm.name not in self._on]
        if left:
            self._put([(alarm.name, None) for alarm in left])
        return [self._append(Event(number=0, at=now, kind="alarm.cleared", alarm=alarm)) for alarm in left]


def _row(key: BindingKey) -> str:
    # A contact may hold anything but a line break (it came through a SIP parser).
    return "\n".join(key)
