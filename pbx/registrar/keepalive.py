"""Which bindings get an OPTIONS when, and which are dead: two in a row without a sign of life.

Any final answer shows that the phone is there, but for 408 (nothing came) and 503 (the way to it is
broken). The first question to a binding comes at a moment within the interval that follows from its key, so
that 5,000 phones that registered in one second, or were loaded at start, are not all asked in one."""

import heapq
from dataclasses import dataclass, replace
from zlib import crc32

from pbx.ports import Binding
from pbx.registrar.bindings import Bindings, Key

SILENT = frozenset({408, 503})
MISSES = 2
LOST_SECONDS = 64.0  # twice as long as any transaction lasts (RFC 3261 section 17.1.2.2)


@dataclass(slots=True)
class _Watch:
    """What we know of one binding: when it is asked next, and, while a question is open, when and where it
    went."""

    due: float
    flow: tuple[str, int, str]
    missed: int = 0
    asked_at: float | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """What an answer changed: the binding with its round-trip time, or the binding that is dead and
    removed."""

    changed: Binding | None = None
    removed: Binding | None = None


class KeepAlive:
    """Asks the bindings of a table in turn, each once in `interval` seconds. Runs where the table is
    owned."""

    def __init__(self, bindings: Bindings, *, interval: float = 60.0) -> None:
        if interval <= 0:
            raise ValueError("the interval must be positive")
        self._bindings = bindings
        self._interval = interval
        self._watches: dict[Key, _Watch] = {}
        self._queue: list[tuple[float, Key]] = []

    def __len__(self) -> int:
        return len(self._watches)

    def watch(self, binding: Binding, now: float) -> None:
        """Begin to ask a binding; to be called for each loaded or changed one. A refresh from the same source
        keeps its turn; from another source it begins anew."""
        flow = _flow(binding)
        known = self._watches.get(binding.key)
        if known is None:
            due = now + self._interval * _fraction(binding.key)
            self._watches[binding.key] = _Watch(due, flow)
            heapq.heappush(self._queue, (due, binding.key))
            return
        known.missed = 0  # a REGISTER is a sign of life
        if known.flow != flow:
            known.flow = flow
            known.asked_at = None

    def due(self, now: float) -> list[Binding]:
        """The bindings to ask now. Nobody is asked again while a question is open, but for one whose result
        never came."""
        found: list[Binding] = []
        while self._queue and self._queue[0][0] <= now:
            turn, key = heapq.heappop(self._queue)
            watch = self._watches.get(key)
            if watch is None or watch.due != turn:
                continue  # left over from a binding that went and came back
            binding = self._bindings.get(key)
            if binding is None or binding.expires_at <= now:
                del self._watches[key]
                continue
            # From `now` on, not from the turn that was due: after a pause nobody is asked twice in a row.
            watch.due = max(watch.due + self._interval, now + self._interval / 2)
            heapq.heappush(self._queue, (watch.due, key))
            if watch.asked_at is None or now - watch.asked_at > LOST_SECONDS:
                watch.asked_at = now
                found.append(binding)
        return found

    def next_due(self) -> float | None:
        """When `due` should be called next; None when there is nobody to ask."""
        return self._queue[0][0] if self._queue else None

    def answered(self, key: Key, code: int, now: float) -> Sign:
        """The final result of a question (408 when nothing came, 503 when it could not be sent)."""
        watch = self._watches.get(key)
        binding = self._bindings.get(key)
        if watch is None or watch.asked_at is None or binding is None or _flow(binding) != watch.flow:
            return Sign()
        asked, watch.asked_at = watch.asked_at, None
        if code not in SILENT:
            watch.missed = 0
            rtt = round(max(0.0, now - asked) * 1000.0, 1)
            if not _differs(binding.rtt_ms, rtt):
                return Sign()
            alive = replace(binding, rtt_ms=rtt)
            self._bindings.put(alive)
            return Sign(changed=alive)
        if binding.registered_at >= asked:
            return Sign()  # it registered while we waited: that counts for more
        watch.missed += 1
        if watch.missed < MISSES:
            return Sign()
        del self._watches[key]
        return Sign(removed=self._bindings.remove(key))


def _flow(binding: Binding) -> tuple[str, int, str]:
    return binding.source_ip, binding.source_port, binding.transport


def _differs(known: float | None, rtt: float) -> bool:
    """Whether a round-trip time is news: each one written down would be 83 a second with 5,000 phones."""
    return known is None or abs(rtt - known) > max(10.0, known / 2)


def _fraction(key: Key) -> float:
    """A number from 0 to 1 that is always the same for a key and evenly spread over keys."""
    return crc32("\0".join(key).encode(errors="replace")) / 2**32
