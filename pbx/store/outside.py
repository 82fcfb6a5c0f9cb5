"""What the outside lines keep: the minutes of the day and the held numbers of each organisation, and the
secret of this node."""

import os
import secrets
from pathlib import Path

from pbx.control.messages import encode
from pbx.ports import HeldNumbers, UsageDay
from pbx.store.database import Database
from pbx.store.tables import Table
from pbx.store.writer import Writer

_SECRET_BYTES = 32


class Usage(Table[UsageDay]):
    """What each organisation talked over its trunks on the last day that it did."""

    name, kind, durable = "usage", UsageDay, True

    def save(self, day: UsageDay) -> None:
        self._put([(day.tenant, encode(day))])

    def remove(self, tenant: str) -> None:
        self._put([(tenant, None)])


class Numbers(Table[HeldNumbers]):
    """The public numbers that each organisation holds."""

    name, kind, durable = "numbers", HeldNumbers, True

    def save(self, held: HeldNumbers) -> None:
        self._put([(held.tenant, encode(held) if held.numbers else None)])


class OutsideRows:
    """Both tables, as the logic knows them (`ports.OutsideStore`). Writing does not wait for the disk."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self.usage = Usage(database, writer)
        self.numbers = Numbers(database, writer)

    def save_usage(self, day: UsageDay) -> None:
        self.usage.save(day)

    def save_numbers(self, held: HeldNumbers) -> None:
        self.numbers.save(held)

    def forget_usage(self, tenant: str) -> None:
        self.usage.remove(tenant)


def node_secret(folder: Path) -> bytes:
    """Random bytes that are this node's own, made at the first start and kept in `folder`. Raises OSError."""
    path = folder / "secret"
    if path.is_file():
        kept = path.read_bytes()
        if len(kept) == _SECRET_BYTES:
            return kept
    made = secrets.token_bytes(_SECRET_BYTES)
    fresh = folder / "secret.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, made)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.replace(path)
    return made
