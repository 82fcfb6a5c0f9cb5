"""The subscriptions that live now, by dialog, by device and by what they watch."""

import heapq
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from pbx.ports import Binding, Subscription
from pbx.presence.outbox import Channel
from pbx.presence.states import State
from pbx.presence.subjects import Subject

Key = tuple[str, str, str]
Flow = tuple[str, int, str]


def flow(of: Subscription | Binding) -> Flow:
    """The address, port and transport that a phone is reached at."""
    return of.source_ip, of.source_port, of.transport


@dataclass(slots=True, eq=False)
class Watch(Channel):
    """One subscription. `count` NOTIFYs were sent, the last one with the dialogs `shown`; `ending` is the
    reason that the next one gives for being the last; `lost` when there was no way to the phone."""

    row: Subscription
    subject: Subject
    count: int = 0
    shown: frozenset[str] = frozenset()
    ending: str = ""
    lost: bool = False


@dataclass(slots=True)
class _Watched:
    """A subject that somebody watches, and the state that was told last."""

    state: State
    watches: dict[Key, Watch] = field(default_factory=dict)


class Watches:
    """All live subscriptions of this node."""

    def __init__(self) -> None:
        self._all: dict[Key, Watch] = {}
        self._devices: dict[tuple[str, str], dict[Key, Watch]] = {}
        self._subjects: dict[Subject, _Watched] = {}
        self._tenants: dict[str, int] = {}
        self._ends: list[tuple[float, int, Watch]] = []
        self._order = itertools.count()

    def __len__(self) -> int:
        return len(self._all)

    def get(self, key: Key) -> Watch | None:
        return self._all.get(key)

    def count(self, tenant: str) -> int:
        """How many an organisation has."""
        return self._tenants.get(tenant, 0)

    def of_device(self, tenant: str, device: str) -> list[Watch]:
        return list(self._devices.get((tenant, device), {}).values())

    def of_tenant(self, tenant: str) -> list[Watch]:
        """Looks through all."""
        return [watch for watch in self._all.values() if watch.row.tenant == tenant]

    def subjects(self, tenant: str) -> list[Subject]:
        """What is watched in an organisation. Looks through all."""
        return [subject for subject in self._subjects if subject.tenant == tenant]

    def watched(self, subject: Subject) -> bool:
        return subject in self._subjects

    def told(self, subject: Subject, state: State) -> Iterable[Watch]:
        """Remember a state; who has to hear of it because it is another than before."""
        known = self._subjects.get(subject)
        if known is None or known.state == state:
            return ()
        known.state = state
        return list(known.watches.values())

    def add(self, watch: Watch, state: State) -> None:
        """A new one; `state` is that of its subject."""
        row = watch.row
        self._all[row.key] = watch
        self._devices.setdefault((row.tenant, row.device), {})[row.key] = watch
        self._look(watch, state)
        self._tenants[row.tenant] = self._tenants.get(row.tenant, 0) + 1
        heapq.heappush(self._ends, (row.expires_at, next(self._order), watch))

    def remove(self, watch: Watch) -> None:
        """One that is there."""
        row = watch.row
        del self._all[row.key]
        _drop(self._devices, (row.tenant, row.device), row.key)
        self._look_away(watch)
        self._tenants[row.tenant] -= 1
        if not self._tenants[row.tenant]:
            del self._tenants[row.tenant]

    def move(self, watch: Watch, subject: Subject, state: State) -> None:
        """From now on it watches another subject."""
        self._look_away(watch)
        watch.subject = subject
        self._look(watch, state)

    def _look(self, watch: Watch, state: State) -> None:
        self._subjects.setdefault(watch.subject, _Watched(state)).watches[watch.row.key] = watch

    def _look_away(self, watch: Watch) -> None:
        watches = self._subjects[watch.subject].watches
        del watches[watch.row.key]
        if not watches:
            del self._subjects[watch.subject]

    def expired(self, now: float) -> list[Watch]:
        """Those whose time is over. They stay until removed."""
        found = []
        while self._ends and self._ends[0][0] <= now:
            _, _, watch = heapq.heappop(self._ends)
            if self._all.get(watch.row.key) is not watch:
                continue
            if watch.row.expires_at <= now:
                found.append(watch)
            else:
                heapq.heappush(self._ends, (watch.row.expires_at, next(self._order), watch))
        return found

    def next_end(self) -> float | None:
        """When to look for expired ones next."""
        return self._ends[0][0] if self._ends else None


def _drop(table: dict[tuple[str, str], dict[Key, Watch]], owner: tuple[str, str], key: Key) -> None:
    entries = table[owner]
    del entries[key]
    if not entries:
        del table[owner]
