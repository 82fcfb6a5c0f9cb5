"""Who may ask at all: failures counted per source address, which is slowed, then banned for a while.

Only what goes wrong is counted. Each failure weighs one and one is forgotten each minute, so a phone with a
wrong password that tries now and then never gets its office banned. From `slow_after` on most requests stay
unanswered, at `ban_after` the address is banned, each time twice as long. Requests that never led to valid
credentials pay from a bucket of tokens; a success gives its token back.

The flows (source ports) of live bindings at an address stay allowed throughout: an office behind one
address keeps its registered phones when somebody there, or somebody who forges that address, misbehaves.

All methods may be called from any thread.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from threading import Lock
from typing import Protocol

from pbx.control.messages import BanState


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """Limits: times in seconds, rates per second and address. `never` lists addresses that are never slowed
    or banned (an edge proxy of our own, whose address stands for everybody behind it)."""

    slow_after: float = 10.0
    ban_after: float = 30.0
    forget_seconds: float = 60.0
    answer_every: int = 4
    ban_seconds: float = 300.0
    ban_longest: float = 86400.0
    strike_seconds: float = 86400.0
    rate: float = 200.0
    burst: float = 2000.0
    flood_weight: float = 0.05
    malformed_weight: float = 0.1
    max_addresses: int = 20_000
    max_bans: int = 10_000
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BanChange:
    """News for the edge: `ban` begins (deny its address, but for `ports`), or is over."""

    ban: BanState
    begins: bool
    ports: tuple[int, ...] = ()


@dataclass(slots=True)
class _Source:
    """What is remembered of one address."""

    at: float
    tokens: float
    failures: float = 0.0
    strikes: int = 0
    struck_at: float = 0.0
    asked: int = 0


class Flows(Protocol):
    """Where devices are registered from (`bindings.Bindings`)."""

    def live(self, address: str, port: int) -> bool: ...
    def ports(self, address: str) -> Sequence[int]: ...


class NoFlows:
    """Nobody is registered."""

    def live(self, address: str, port: int) -> bool:
        return False

    def ports(self, address: str) -> Sequence[int]:
        return ()


def _nobody(_address: str) -> bool:
    return False


class Guard:
    """Counts and decides. `flows` knows from where devices are registered, `spares` says whether an address
    is one of a trunk, which may be slowed but never banned; both are asked from any thread."""

    def __init__(
        self,
        settings: GuardSettings | None = None,
        flows: Flows | None = None,
        spares: Callable[[str], bool] | None = None,
    ) -> None:
        self._settings = settings or GuardSettings()
        self._spares = spares or _nobody
        # Not `or`: an empty table of bindings, as every node starts with, is false.
        self._flows = flows if flows is not None else NoFlows()
        self._sources: OrderedDict[str, _Source] = OrderedDict()
        self._bans: dict[str, BanState] = {}
        self._dropped: dict[str, int] = {}
        self._news: deque[BanChange] = deque()
        self._lock = Lock()

    # --- For each request ---------------------------------------------------------------------------------

    def admits(self, address: str, port: int, now: float) -> bool:
        """Whether a request from here is looked at. False: say nothing."""
        with self._lock:
            source = self._sources.get(address)
            if source is None and address not in self._bans:
                return True
            if self._flows.live(address, port):
                return True
            if self._banned(address, now):
                self._dropped[address] = self._dropped.get(address, 0) + 1
                return False
            if source is None:
                return True
            self._forget(source, now)
            if source.failures < self._settings.slow_after:
                return True
            source.asked += 1
            return source.asked % self._settings.answer_every == 0

    def spend(self, address: str, port: int, now: float) -> bool:
        """Pay for an answer to a request without valid credentials. False: say nothing, the address floods
        us."""
        if address in self._settings.never:
            return True
        with self._lock:
            source = self._source(address, now)
            if source.tokens >= 1.0:
                source.tokens -= 1.0
                return True
            if self._flows.live(address, port):
                return True
            if self._spares(address):
                self._suspect(source, self._settings.flood_weight)
            else:
                self._add(address, source, self._settings.flood_weight, now)
            return False

    def succeeded(self, address: str, now: float) -> None:
        """Valid credentials came from here: the challenge before them was no waste."""
        with self._lock:
            source = self._sources.get(address)
            if source is not None:
                self._forget(source, now)
                source.tokens = min(self._settings.burst, source.tokens + 1.0)

    def failed(self, address: str, now: float, *, proven: bool) -> None:
        """Wrong credentials. `proven` when the sender is really there (it got our nonce, or has a
        connection); a failure that anybody could have sent in that address's name slows it, but never bans
        it."""
        if address in self._settings.never:
            return
        with self._lock:
            source = self._source(address, now)
            if proven and not self._spares(address):
                self._add(address, source, 1.0, now)
            else:
                self._suspect(source, 1.0)

    def malformed(self, address: str, count: int, now: float) -> None:
        """`count` messages from here could not be parsed. They slow the address but never ban it: bytes
        prove nothing about who sent them, and the parser has dropped them already."""
        if count > 0 and address not in self._settings.never:
            with self._lock:
                source = self._source(address, now)
                self._suspect(source, count * self._settings.malformed_weight)

    # --- Bans ---------------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Lift the bans whose time is over, and those of addresses that have become a trunk's. To be called
        every few seconds."""
        with self._lock:
            over = [
                address for address, ban in self._bans.items() if ban.until <= now or self._spares(address)
            ]
            for address in over:
                self._lift(address)

    def restore(self, bans: Iterable[BanState], now: float) -> None:
        """Take over the bans in force of the last run; they come as news once more."""
        settings = self._settings
        with self._lock:
            for ban in bans:
                if ban.until <= now or ban.address in settings.never or len(self._bans) >= settings.max_bans:
                    continue
                source = self._source(ban.address, now)
                # The length of a ban says how many came before it.
                source.strikes = 1 + round(log2(max(1.0, (ban.until - ban.since) / settings.ban_seconds)))
                source.struck_at = ban.until
                self._bans[ban.address] = ban
                self._dropped[ban.address] = ban.dropped
                self._announce(ban)

    def news(self) -> list[BanChange]:
        """What began or ended since the last call, in order."""
        with self._lock:
            taken = list(self._news)
            self._news.clear()
            return taken

    def bans(self, now: float) -> list[BanState]:
        """Bans in force, the newest first. `dropped` counts what came as far as here."""
        with self._lock:
            found = [self._state(address) for address, ban in self._bans.items() if ban.until > now]
        return sorted(found, key=lambda ban: -ban.since)

    def banned(self, address: str, now: float) -> bool:
        with self._lock:
            return self._banned(address, now)

    def unban(self, address: str) -> bool:
        """End a ban and forget what led to it; False when there is nothing to forget."""
        with self._lock:
            known = self._sources.pop(address, None) is not None
            if address in self._bans:
                self._lift(address)
                known = True
            return known

    def __len__(self) -> int:
        return len(self._sources)

    # --- Inside the lock ----------------------------------------------------------------------------------

    def _source(self, address: str, now: float) -> _Source:
        source = self._sources.get(address)
        if source is None:
            source = self._sources[address] = _Source(at=now, tokens=self._settings.burst)
            if len(self._sources) > self._settings.max_addresses:
                self._sources.popitem(last=False)
        else:
            self._sources.move_to_end(address)
            self._forget(source, now)
        return source

    def _forget(self, source: _Source, now: float) -> None:
        passed = now - source.at
        if passed <= 0:
            return
        settings = self._settings
        source.at = now
        source.tokens = min(settings.burst, source.tokens + passed * settings.rate)
        source.failures = max(0.0, source.failures - passed / settings.forget_seconds)

    def _add(self, address: str, source: _Source, weight: float, now: float) -> None:
        source.failures += weight
        if source.failures >= self._settings.ban_after and not self._banned(address, now):
            self._ban(address, source, now)

    def _suspect(self, source: _Source, weight: float) -> None:
        """Count what anybody could have sent in the address's name: not as far as a ban."""
        last = self._settings.ban_after - 1.0
        source.failures = max(source.failures, min(source.failures + weight, last))

    def _ban(self, address: str, source: _Source, now: float) -> None:
        settings = self._settings
        quiet = int(max(0.0, now - source.struck_at) // settings.strike_seconds) if source.strikes else 0
        source.strikes = max(0, source.strikes - quiet)
        seconds = min(settings.ban_longest, settings.ban_seconds * 2.0 ** min(source.strikes, 30))
        ban = BanState(address=address, failures=round(source.failures), since=now, until=now + seconds)
        source.strikes += 1
        source.struck_at = ban.until
        source.failures = 0.0
        if len(self._bans) >= settings.max_bans:
            self._lift(min(self._bans, key=lambda other: self._bans[other].until))
        self._bans[address] = ban
        self._announce(ban)

    def _announce(self, ban: BanState) -> None:
        self._news.append(BanChange(ban, begins=True, ports=tuple(self._flows.ports(ban.address))))

    def _banned(self, address: str, now: float) -> bool:
        ban = self._bans.get(address)
        return ban is not None and ban.until > now

    def _lift(self, address: str) -> None:
        self._news.append(BanChange(self._state(address), begins=False))
        del self._bans[address]
        self._dropped.pop(address, None)

    def _state(self, address: str) -> BanState:
        ban = self._bans[address]
        return BanState(
            address=address,
            failures=ban.failures,
            since=ban.since,
            until=ban.until,
            dropped=self._dropped.get(address, 0),
        )
