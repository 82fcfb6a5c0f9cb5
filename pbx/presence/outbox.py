"""When NOTIFYs go out: one at a time to each phone, the latest state only, none too often, all evenly."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from pbx.ports import Notify

GAP = 0.2  # seconds between two NOTIFYs of one subscription
RATE = 500.0  # NOTIFYs a second of this node, beyond a first BURST
BURST = 200


@dataclass(slots=True, eq=False)
class Channel:
    """The way to one watcher. `token` while a NOTIFY waits for its answer, `wanted` while another shall
    follow (`due` when), `closed` when nothing may be sent any more."""

    token: int | None = field(default=None, init=False)
    wanted: bool = field(default=False, init=False)
    due: float | None = field(default=None, init=False)
    closed: bool = field(default=False, init=False)
    next_at: float = field(default=0.0, init=False)


class Outbox:
    """Channels that have something to say. `compose` makes the NOTIFY with the state of the moment that it is
    sent, or None when there is nothing to say after all."""

    def __init__(self, compose: Callable[[Channel, int, float], Notify | None]) -> None:
        self._compose = compose
        self._heap: list[tuple[float, int, Channel]] = []
        self._order = itertools.count()
        self._tokens = itertools.count(1)
        self._waiting: dict[int, Channel] = {}
        self._paid = 0.0

    def want(self, channel: Channel, now: float, delay: float = 0.0) -> None:
        """The state changed: tell it as soon as that may be, but not before `delay` seconds."""
        channel.wanted = True
        at = max(now + delay, channel.next_at)
        if channel.token is None and not channel.closed and (channel.due is None or at < channel.due):
            channel.due = at
            heapq.heappush(self._heap, (at, next(self._order), channel))

    def flush(self, now: float) -> list[Notify]:
        """What goes out now."""
        found: list[Notify] = []
        self._paid = max(self._paid, now - BURST / RATE)
        while self._heap and self._heap[0][0] <= now and self._paid <= now:
            at, _, channel = heapq.heappop(self._heap)
            if channel.due != at:
                continue  # it went out earlier
            channel.due = None
            if channel.closed:
                continue
            channel.wanted = False
            token = next(self._tokens)
            notify = self._compose(channel, token, now)
            if notify is None:
                continue
            self._paid += 1 / RATE
            channel.next_at = now + GAP
            channel.token = token
            self._waiting[token] = channel
            found.append(notify)
        return found

    def answered(self, token: int, now: float) -> Channel | None:
        """A NOTIFY got its final answer: the channel it was of, which may go on."""
        channel = self._waiting.pop(token, None)
        if channel is None:
            return None
        channel.token = None
        if channel.wanted:
            self.want(channel, now)
        return channel

    def due(self) -> float | None:
        """When to flush next; None when nothing waits."""
        return max(self._heap[0][0], self._paid) if self._heap else None
