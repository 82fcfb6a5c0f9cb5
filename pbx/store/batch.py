"""What waits to be written: everything that the loop handed over since the last transaction."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pbx.control.target import Entry

TABLES = (
    "bindings",
    "snapshots",
    "bans",
    "alarms",
    "voicemail",
    "voicemail_begun",
    "mailboxes",
    "recordings",
    "extension_states",
    "usage",
    "numbers",
    "subscriptions",
)

Waiter = tuple[float, asyncio.Future[bool]]


@dataclass(slots=True)
class Batch:
    """One transaction. `open_calls` maps a call id to the number of its latest event, None when it ended;
    `rows` a table to its changed keys (None = delete); `durable` when power loss must not undo it."""

    entries: list[Entry] = field(default_factory=list)
    size: int = 0
    open_calls: dict[str, int | None] = field(default_factory=dict)
    rows: dict[str, dict[str, bytes | None]] = field(default_factory=dict)
    acknowledged: int | None = None
    alive: float | None = None
    durable: bool = False
    waiters: list[Waiter] = field(default_factory=list)
    slots: dict[str, int] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return not (self.entries or self.rows or self.acknowledged is not None or self.alive is not None)

    def put(self, table: str, changes: Iterable[tuple[str, bytes | None]]) -> None:
        """Later changes of one key replace earlier ones, so that this never outgrows what is live."""
        rows = self.rows.setdefault(table, {})
        for key, body in changes:
            rows[key] = body


def powers(total: int, largest: int) -> Iterator[tuple[int, int]]:
    """Cuts `total` rows into slices of `largest` and then of falling powers of two: few distinct statements,
    and few steps of SQLite (each lets go of the GIL and has to win it back from a busy loop)."""
    start = 0
    size = largest
    while start < total:
        while size > total - start:
            size //= 2
        yield start, start + size
        start += size
