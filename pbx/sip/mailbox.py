"""The way from the PJSIP thread to the asyncio loop: callbacks post, one consumer on the loop acts."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A queue from any thread to `deliver` on the loop, in order, waking the loop once per burst."""

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[T], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._queue: deque[T] = deque()
        self._woken = False

    def post(self, item: T) -> None:
        """Hand `item` over; never blocks."""
        self._queue.append(item)
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        # Cleared before the queue is read: an item that comes meanwhile is either seen here or wakes again.
        self._woken = False
        queue = self._queue
        while queue:
            self._deliver(queue.popleft())
