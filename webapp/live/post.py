"""Brings the outboxes to the sockets: those of own calls first, and never so long that nothing else runs."""

import asyncio
import time
from collections import deque
from collections.abc import Iterable

import structlog

from webapp.live.hub import Viewer

log = structlog.get_logger(__name__)

TURN = 20  # sockets that are served before others get a chance
SOONEST, LATEST = 0.1, 1.0  # seconds between two rounds for what can wait
SHARE = 3.0  # a round begins no sooner than this many times the CPU time that the last one took


class Post:
    """`run` until cancelled; `bring` what is in the outboxes of some viewers."""

    def __init__(self) -> None:
        self._urgent: deque[Viewer] = deque()
        self._others: deque[Viewer] = deque()
        self._something = asyncio.Event()
        self._pause = SOONEST
        self._began = 0.0

    @property
    def pause(self) -> float:
        """How long to collect what can wait, in seconds: the more it costs to send, the longer, so that most
        of the time is left for everything else."""
        return self._pause

    def bring(self, viewers: Iterable[Viewer], *, urgent: bool) -> None:
        """There is something in these outboxes."""
        if urgent:
            self._urgent.extend(viewers)
        else:
            if not self._others:
                self._began = time.thread_time()
            self._others.extend(viewers)
        self._something.set()

    async def run(self) -> None:
        """Send, until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            served = 0
            while self._urgent or self._others:
                round_ends = not self._urgent and len(self._others) == 1
                viewer = (self._urgent or self._others).popleft()
                await _empty(viewer)
                served += 1
                if round_ends:
                    took = time.thread_time() - self._began
                    self._pause = min(max(SOONEST, SHARE * took), LATEST)
                if served % TURN == 0:
                    await asyncio.sleep(0)


async def _empty(viewer: Viewer) -> None:
    frames = viewer.outbox.frames
    while frames:
        try:
            await viewer.send(frames.popleft())
        except Exception:  # whatever is wrong with one socket is not the others' business
            log.exception("live.unsent", user=viewer.who.person)
            frames.clear()
