"""kill -9 of courier, web and worker at random moments while calls end: each record is there once."""

import asyncio
import random

import pytest

from tests.running import eventually
from tests.survival.flow import flow, ready
from tests.survival.plane import PARTS, Plane, all_taken

pytestmark = pytest.mark.timeout(180)

CALLS, RATE = 120, 8.0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_every_record_is_there_once(database: str, request: pytest.FixtureRequest) -> None:
    plane: Plane = request.getfixturevalue(database)
    chance, kills = random.Random(f"parts {database}"), list[str]()
    await ready(plane, *PARTS)
    async with flow(plane, CALLS, RATE) as calls:
        over = asyncio.create_task(calls.result())
        while not (await asyncio.wait({over}, timeout=chance.uniform(0.6, 2.5)))[0]:
            kills.append(chance.choice(("courier", "courier", "web", "worker")))
            plane.kill(kills[-1])
            plane.start(kills[-1])
        await over
    # Once more in the middle of catching up.
    plane.kill("courier")
    plane.start("courier")
    await eventually(lambda: all_taken(plane.core), 30, f"all records are taken\n{plane.tail()}")
    made = [record.id for record in await plane.core.records()]
    assert len(made) == len(set(made)) == CALLS
    found = plane.ids()
    assert len(found) == len(set(found)) == CALLS
    assert set(found) == set(made)
    assert plane.legs() == 2 * CALLS
    print(f"{CALLS} calls, kills: {kills}")
    assert kills.count("courier") >= 2

    def well() -> bool:
        return plane.ask("/healthz")[0] == 200

    await eventually(lambda: asyncio.to_thread(well), 30, "web and worker are back")
    _, page = await asyncio.to_thread(plane.ask, "/api/v1/calls/")
    newest = page["results"][0]
    assert newest["outcome"] == "answered"
