"""What the PJSIP thread has to do later."""

import heapq
import itertools
from collections.abc import Callable


class Agenda:
    """Actions with the moment they are due, run by `run_due`."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do `action` at monotonic time `when`, in seconds."""
        heapq.heappush(self._heap, (when, next(self._order), action))

    def run_due(self, now: float) -> None:
        while self._heap and self._heap[0][0] <= now:
            heapq.heappop(self._heap)[2]()
