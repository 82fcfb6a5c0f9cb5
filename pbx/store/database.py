"""The SQLite file of one core: schema, one write per batch, reads. No policy here; see writer.py for that."""

import functools
import json
import sqlite3
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from pbx.control.target import Entry
from pbx.store.batch import TABLES, Batch, powers

ROWS_PER_STEP = 64
CHECKED_UP_TO = 256 * 2**20
RETENTION_SLICE = 2000
VERSION = 1

SCHEMA = [
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS journal"
    "(number INTEGER PRIMARY KEY, tenant TEXT, key TEXT, body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS calls(id TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID",
    *[f"CREATE TABLE IF NOT EXISTS {name}(key TEXT PRIMARY KEY, body BLOB NOT NULL)" for name in TABLES],
]


class Corrupt(Exception):
    """The file is not a sound database."""


@functools.cache
def _values(head: str, width: int, rows: int) -> str:
    row = "(" + ",".join("?" * width) + ")"
    return f"{head} VALUES {','.join([row] * rows)}"


class Database:
    """The one writing connection. Used by one thread at a time; everything may raise sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises Corrupt."""
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        self._full = True
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if damaged(error):
                raise Corrupt(str(error)) from error
            raise
        except Corrupt:
            self._db.close()
            raise

    def _prepare(self) -> None:
        run = self._db.execute
        run("PRAGMA busy_timeout=2000")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        run("PRAGMA journal_size_limit=8388608")
        if self.path.stat().st_size <= CHECKED_UP_TO:
            (answer,) = run("PRAGMA quick_check(1)").fetchone()
            if answer != "ok":
                raise Corrupt(str(answer))
        run("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            run(statement)
        run("INSERT OR IGNORE INTO meta VALUES('stream', ?), ('version', ?)", (uuid.uuid4().hex, VERSION))
        run("COMMIT")

    # --- reading at the start ---

    def meta(self, name: str) -> object:
        row = self._db.execute("SELECT value FROM meta WHERE name=?", (name,)).fetchone()
        return row[0] if row else None

    def bounds(self) -> tuple[int, int]:
        """The oldest number kept without gaps after it, and the last; (1, 0) when there is none."""
        (last,) = self._db.execute("SELECT coalesce(max(number), 0) FROM journal").fetchone()
        oldest = self.meta("oldest")
        return (oldest if isinstance(oldest, int) else 1), last

    def rows(self, table: str) -> list[tuple[str, bytes]]:
        return self._db.execute(f"SELECT key, body FROM {table}").fetchall()  # noqa: S608

    def open_calls(self) -> list[bytes]:
        """The latest event of each call that has not ended, oldest first."""
        found = self._db.execute(
            "SELECT e.body FROM calls c JOIN journal e ON e.number = c.number ORDER BY e.number"
        )
        return [body for (body,) in found]

    def last_event(self) -> bytes | None:
        row = self._db.execute("SELECT body FROM journal ORDER BY number DESC LIMIT 1").fetchone()
        return row[0] if row else None

    # --- writing ---

    def write(self, batch: Batch) -> None:
        """All of the batch, or nothing. Synced to the platter when `batch.durable`; else safe from the death
        of this process only (WAL with synchronous=NORMAL does not sync at commit)."""
        if batch.durable != self._full:
            self._db.execute(f"PRAGMA synchronous={'FULL' if batch.durable else 'NORMAL'}")
            self._full = batch.durable
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._write_events(batch)
            for table, changes in batch.rows.items():
                self._write_rows(table, changes)
            for name, value in (("acknowledged", batch.acknowledged), ("alive", batch.alive)):
                if value is not None:
                    self._db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (name, value))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _write_events(self, batch: Batch) -> None:
        self._insert("INSERT INTO journal(number, tenant, key, body)", 4, batch.entries)
        opened = [(call, number) for call, number in batch.open_calls.items() if number is not None]
        self._insert("INSERT OR REPLACE INTO calls(id, number)", 2, opened)
        self._delete("calls", "id", [call for call, number in batch.open_calls.items() if number is None])

    def _write_rows(self, table: str, changes: dict[str, bytes | None]) -> None:
        kept = [(key, body) for key, body in changes.items() if body is not None]
        self._insert(f"INSERT OR REPLACE INTO {table}(key, body)", 2, kept)
        self._delete(table, "key", [key for key, body in changes.items() if body is None])

    def _insert(self, head: str, width: int, rows: Sequence[tuple[object, ...]]) -> None:
        for start, end in powers(len(rows), ROWS_PER_STEP):
            flat = [value for row in rows[start:end] for value in row]
            self._db.execute(_values(head, width, end - start), flat)

    def _delete(self, table: str, column: str, keys: Sequence[str]) -> None:
        for start, end in powers(len(keys), ROWS_PER_STEP):
            marks = ",".join("?" * (end - start))
            self._db.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", keys[start:end])  # noqa: S608

    def forget(self, oldest: int) -> None:
        """Deletes events before `oldest`, but for the latest of each open call (needed to end it in a
        record)."""
        self._together(
            ("DELETE FROM journal WHERE number < ? AND number NOT IN (SELECT number FROM calls)", (oldest,)),
            ("INSERT OR REPLACE INTO meta VALUES('oldest', ?)", (oldest,)),
        )

    def void(self, first: int, last: int) -> list[int]:
        """Events from number `first` to `last` that a later one of the same key in there makes void."""
        found = self._db.execute(
            "SELECT number FROM (SELECT number, row_number() OVER (PARTITION BY key ORDER BY number DESC) age"
            " FROM journal WHERE number BETWEEN ? AND ? AND key IS NOT NULL) WHERE age > 1",
            (first, last),
        )
        return [number for (number,) in found]

    def delete(self, numbers: list[int]) -> None:
        """Deletes these events."""
        self._together(
            ("DELETE FROM journal WHERE number IN (SELECT value FROM json_each(?))", (json.dumps(numbers),))
        )

    def compacted(self, last: int) -> None:
        """Notes that nothing up to `last` is void."""
        self._together(("INSERT OR REPLACE INTO meta VALUES('compacted', ?)", (last,)))

    def _together(self, *statements: tuple[str, tuple[object, ...]]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for statement, values in statements:
                self._db.execute(statement, values)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Folds the log into the file if it can, and closes."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            pass  # a full disk: the log stays beside the file and is read at the next start
        finally:
            self._db.close()


class Reader:
    """A reading connection of its own, for events that are no longer in memory."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
        )

    def events(self, since: int, until: int, limit: int) -> tuple[int, list[Entry]]:
        """The oldest number kept, and events after `since` up to `until`, at most `limit`, as of one
        moment."""
        self._db.execute("BEGIN")
        try:
            row = self._db.execute("SELECT value FROM meta WHERE name='oldest'").fetchone()
            found = self._db.execute(
                "SELECT number, tenant, key, body FROM journal WHERE number > ? AND number <= ?"
                " ORDER BY number LIMIT ?",
                (since, until, limit),
            ).fetchall()
        finally:
            self._db.execute("COMMIT")
        return (row[0] if row else 1), [Entry(*values) for values in found]

    def close(self) -> None:
        self._db.close()


def damaged(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is broken."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def no_space(error: sqlite3.Error) -> bool:
    """Whether it may be for want of space. SQLite says FULL for ENOSPC, but IOERR when it could not extend
    its shared memory or sync a file whose blocks are given late (NFS, quotas)."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


def move_aside(path: Path) -> Path:
    """Renames a broken database with its log, so that `sqlite3 FILE .recover` can still be tried on it."""
    target = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}")
    copy = 1
    while target.exists():
        copy += 1
        target = target.with_name(f"{target.name.split('~')[0]}~{copy}")
    for suffix in ("", "-wal", "-shm"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            source.rename(target.with_name(target.name + suffix))
    return target
