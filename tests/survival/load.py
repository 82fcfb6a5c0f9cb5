"""Calls at random moments, each to a number of its own, so that a record belongs to exactly one of them."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pbx.control.configuration import Snapshot
from tests.running import RunningCore, organisation
from tests.survival.phone import GaveUp, Phone, Witnessed

CALLERS = ("101", "102")
CALLED = "200"
REGISTERING = tuple(str(number) for number in range(300, 400))
FIRST_NUMBER, NUMBERS = 50_000, 1_500


def office() -> Snapshot:
    """Two phones that call; one that is called, under each of NUMBERS numbers; 100 that only register."""
    ring = {"type": "ring", "targets": [{"device": f"d{CALLED}"}], "seconds": 20}
    return organisation(
        numbers={number: [number] for number in (*CALLERS, CALLED, *REGISTERING)},
        flows={"called": {"schema": 1, "name": "Called", "start": "ring", "nodes": {"ring": ring}}},
        lines={str(FIRST_NUMBER + offset): "called" for offset in range(NUMBERS)},
    )


@dataclass
class Load:
    """`callers` call `called`; every call is in `seen`, whatever became of it."""

    callers: Sequence[Phone]
    called: Phone
    chance: random.Random
    seen: list[Witnessed] = field(default_factory=list)
    numbers: Iterator[str] = field(default_factory=lambda: map(str, itertools.count(FIRST_NUMBER)))
    either: bool = True  # the called side hangs up too
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def begin(self, seconds: float) -> Witnessed:
        """One more call, which is hung up after `seconds` of talk by either side."""
        call = Witnessed(next(self.numbers))
        self.seen.append(call)
        task = asyncio.create_task(self._one(call, seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return call

    async def _one(self, call: Witnessed, seconds: float) -> None:
        caller = self.chance.choice(self.callers)
        by_caller = not self.either or self.chance.random() < 0.5
        with contextlib.suppress(GaveUp):
            answer = await caller.call(call.number, call)
            if answer.code != 200:
                return
            await asyncio.sleep(seconds)
            if call.ended_at is not None:
                return
            if by_caller:
                await caller.hang_up(answer)
            else:
                await self.called.hang_up_as_called(call.number, call)

    async def run(self, seconds: float, rate: float, long: float = 0.1) -> None:
        """Begin `rate` calls a second at random moments for `seconds`; a part `long` of them talks for
        minutes, the others for less than a second."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            stays = self.chance.random() < long
            self.begin(300.0 if stays else self.chance.uniform(0.05, 1.0))
            await asyncio.sleep(min(left, self.chance.expovariate(rate)))

    async def drop(self) -> None:
        """Forget the calls that go on, as phones do whose exchange is gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def finish(self, seconds: float = 20.0) -> None:
        """Wait for the calls that end by themselves."""
        if self._tasks:
            done, late = await asyncio.wait(self._tasks, timeout=seconds)
            assert not late, f"{len(late)} calls did not end"
            for task in done:
                task.result()


@contextlib.asynccontextmanager
async def phones(core: RunningCore, chance: random.Random):  # type: ignore[no-untyped-def]
    """A Load whose phones are there; the called one has registered, once."""
    async with contextlib.AsyncExitStack() as stack:
        called = await stack.enter_async_context(Phone(core.account(CALLED)))
        callers = [await stack.enter_async_context(Phone(core.account(user))) for user in CALLERS]
        assert (await called.sign_in()).code == 200
        load = Load(callers, called, chance)
        try:
            yield load
        finally:
            await load.drop()
