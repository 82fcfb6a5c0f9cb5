"""The subscriptions of phones, so that their lamps go on after a restart."""

from collections.abc import Awaitable, Iterable

from pbx.control.messages import encode
from pbx.ports import Subscription
from pbx.store.tables import Table

DialogKey = tuple[str, str, str]


class Subscriptions(Table[Subscription]):
    """They survive the death of the process; a power failure may take the last seconds back."""

    name, kind, durable = "subscriptions", Subscription, False

    def save(self, changed: Iterable[Subscription], removed: Iterable[DialogKey] = ()) -> Awaitable[bool]:
        """True once written; False when the disk did not take it within a second (it is tried again)."""
        changes: list[tuple[str, bytes | None]] = [("\n".join(key), None) for key in removed]
        changes += [("\n".join(row.key), encode(row)) for row in changed]
        return self._put(changes)
