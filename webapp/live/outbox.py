"""What one browser still has to get, and whether it keeps up. Pure: frames come in and are taken out."""

from collections import deque

MOST_BYTES = 4_000_000  # that were sent and not confirmed
MOST_SECONDS = 150.0  # without a sign of life; pages in the background may run their timers once a minute


class Outbox:
    """Frames in order. A browser confirms by its pings what it has taken: the operating system and proxies on
    the way would take much more than it does."""

    __slots__ = ("_confirmed", "_heard", "_mark", "_mark_bytes", "_sent", "frames", "last")

    def __init__(self, now: float) -> None:
        self.frames: deque[str] = deque()
        self.last = 0
        self._sent = 0
        self._confirmed = 0
        self._mark = 0
        self._mark_bytes = 0
        self._heard = now

    def put(self, frame: str, number: int, *, counts: bool = True) -> None:
        """One more frame; `number` is that of its last change. A first state does not count, however large
        the organisation."""
        self.frames.append(frame)
        self._sent += len(frame) if counts else 0
        self.last = number

    def ping(self, number: int, now: float) -> None:
        """The browser has taken everything up to `number`."""
        if number < self._mark:
            return
        self._heard = now
        self._confirmed = self._mark_bytes
        self._mark, self._mark_bytes = self.last, self._sent

    def behind(self, now: float) -> bool:
        """Whether it does not keep up, or is gone."""
        return self._sent - self._confirmed > MOST_BYTES or now - self._heard > MOST_SECONDS
