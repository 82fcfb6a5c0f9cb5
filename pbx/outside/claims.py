"""Who holds which public number on this node. The first organisation that claims one keeps it."""

from collections.abc import Callable, Iterable, Mapping

from pbx.control.configuration import Snapshot
from pbx.ports import HeldNumbers


class Claims:
    """E.164 number to organisation. Written by one thread, read by any: the table is replaced as a whole."""

    def __init__(self, save: Callable[[HeldNumbers], object], stored: Iterable[HeldNumbers] = ()) -> None:
        self._save = save
        self._holders: Mapping[str, str] = {number: held.tenant for held in stored for number in held.numbers}

    def holder(self, number: str) -> str | None:
        """The organisation that holds an E.164 number."""
        return self._holders.get(number)

    def claim(self, snapshot: Snapshot) -> list[str]:
        """The organisation holds the numbers of its snapshot that nobody else does, and lets go of others.
        Gives those it cannot have."""
        tenant = snapshot.tenant
        wanted = [each.number for each in snapshot.numbers]
        before = {number for number, holder in self._holders.items() if holder == tenant}
        refused = [number for number in wanted if self._holders.get(number, tenant) != tenant]
        mine = sorted(set(wanted) - set(refused))
        if before != set(mine):
            kept = {number: holder for number, holder in self._holders.items() if holder != tenant}
            self._holders = kept | dict.fromkeys(mine, tenant)
            self._save(HeldNumbers(tenant=tenant, numbers=mine))
        return refused

    def release(self, tenant: str) -> None:
        """The organisation is gone, its numbers are free."""
        if tenant in self._holders.values():
            self._holders = {number: holder for number, holder in self._holders.items() if holder != tenant}
            self._save(HeldNumbers(tenant=tenant, numbers=[]))
