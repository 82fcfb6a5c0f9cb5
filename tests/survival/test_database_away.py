"""The database is gone, locked, or slow to come back: calls go on, and everything arrives afterwards."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from pbx.control.messages import Event
from tests.running import RunningCore, eventually
from tests.services.postgres import Cluster
from tests.survival.flow import CALLED, CALLER, flow, ready
from tests.survival.phone import Phone, Witnessed
from tests.survival.plane import Plane, all_taken

pytestmark = pytest.mark.timeout(180)

CHANGES = 20
AWAY = "The database cannot be reached."


async def one_call(plane: Plane) -> None:
    """A call between two of the demo's phones, which register for it."""
    async with Phone(plane.account(CALLER)) as caller, Phone(plane.account(CALLED)) as called:
        assert (await called.sign_in()).code == 200
        call = Witnessed(CALLED)
        answer = await caller.call(CALLED, call)
        assert answer.code == 200
        await caller.hang_up(answer)
        assert call.ended_at is not None
        assert (await called.sign_in(expires=0)).code == 200


async def nothing_missing(plane: Plane, calls: int) -> None:
    """So many calls were made, and the database has the record of each of them once."""
    await eventually(lambda: all_taken(plane.core), 40, f"all records are taken\n{plane.tail()}")
    made = [record.id for record in await plane.core.records()]
    found = plane.ids()
    assert len(made) == len(found) == calls
    assert set(made) == set(found)


async def test_postgresql_stops_for_a_while(postgresql: Plane, server: Cluster) -> None:
    plane = postgresql
    await ready(plane, "courier")
    async with flow(plane, 80, 8.0) as calls:
        over = asyncio.create_task(calls.result())
        await eventually(plane.ids, 10, "the first records")
        await asyncio.to_thread(server.stop)
        await eventually(lambda: AWAY in plane.tail(400), 10, "the courier notices")
        await over  # each of them went well
    assert not await all_taken(plane.core)
    # A core that starts in these conditions works from what it has on its own disk.
    plane.core.kill()
    await plane.core.start()
    await one_call(plane)
    await asyncio.to_thread(server.start)
    began = time.monotonic()
    await nothing_missing(plane, 81)
    print(f"all taken {time.monotonic() - began:.1f} s after the database was back")


async def test_sqlite_is_locked_by_someone_else(sqlite: Plane) -> None:
    """For longer than a writer of ours waits for its turn (15 s)."""
    plane = sqlite
    await ready(plane, "courier")
    with plane.connection() as other:
        other.execute("BEGIN IMMEDIATE")
        async with flow(plane, 120, 8.0) as calls:
            await calls.result()
        await eventually(lambda: AWAY in plane.tail(400), 20, "the courier notices")
        assert not plane.ids()
        other.execute("ROLLBACK")
    await nothing_missing(plane, 120)


async def test_core_starts_alone_from_its_last_snapshot(sqlite: Plane) -> None:
    """Web, courier and worker do not run, and there is no database any more."""
    plane = sqlite
    await ready(plane, "courier")
    await eventually(lambda: all_taken(plane.core), 20, "all is taken")
    plane.kill("courier")
    plane.core.kill()
    away = plane.core.home / "away"
    (plane.core.home / "centrale.sqlite3").rename(away)
    await plane.core.start()
    await one_call(plane)
    away.rename(plane.core.home / "centrale.sqlite3")
    plane.start("courier")
    await nothing_missing(plane, 1)


class Changes:
    """The process that changes the configuration, and what it answered."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    async def begin(self) -> None:
        self._plane.start("changes")
        assert await self._line() == "ready"

    async def _line(self) -> str:
        pipe = self._plane.process("changes").stdout
        assert pipe is not None
        return (await asyncio.wait_for(asyncio.to_thread(pipe.readline), 30)).decode().strip()

    async def make(self, number: int) -> dict[str, Any]:
        """A new extension with a phone; moment, version and credentials."""
        pipe = self._plane.process("changes").stdin
        assert pipe is not None
        pipe.write(f"{number}\n".encode())
        pipe.flush()
        answer: dict[str, Any] = json.loads(await self._line())
        return answer


@contextlib.asynccontextmanager
async def applied(core: RunningCore) -> AsyncIterator[dict[int, float]]:
    """When each version was in use at the core (Unix seconds), as it tells it."""
    moments: dict[int, float] = {}

    async def follow() -> None:
        async with core.client() as client:
            async for message in client.follow():
                if isinstance(message, Event) and message.kind == "tenant.applied" and message.version:
                    moments.setdefault(message.version, message.at)

    task = asyncio.create_task(follow())
    try:
        yield moments
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def in_use(moments: dict[int, float], version: int) -> float:
    """When the core used that version or a later one."""
    await eventually(lambda: max(moments, default=0) >= version, 10, f"version {version} in use")
    return min(at for number, at in moments.items() if number >= version)


# The core is away for a moment, or for so long that the courier asks at its slowest pace.
@pytest.mark.parametrize(("database", "away"), [("sqlite", 5.0), ("postgresql", 0.0)])
async def test_changes_reach_the_core_within_a_second(
    database: str, away: float, request: pytest.FixtureRequest
) -> None:
    plane: Plane = request.getfixturevalue(database)
    await ready(plane, "courier")
    changes, delays = Changes(plane), list[float]()
    await changes.begin()
    async with applied(plane.core) as moments:
        for number in range(500, 500 + CHANGES):
            change = await changes.make(number)
            delays.append(await in_use(moments, change["version"]) - change["at"])
        # It is not only known: the phone can use it.
        fields = {"domain": plane.demo["sip"]["domain"], "password": change["password"]}
        async with Phone(plane.core.account(change["username"], **fields)) as phone:
            assert (await phone.sign_in()).code == 200

        plane.core.kill()
        change = await changes.make(600)
        await asyncio.sleep(away)
        await plane.core.start()
        back = time.time()
        late = await in_use(moments, change["version"]) - back
    p50, p95 = np.percentile(delays, [50, 95])
    print(f"{database}: p50 {p50:.3f} s, p95 {p95:.3f} s; after a start of the core {late:.3f} s")
    assert p95 < 1.0
    assert late < 2.0
