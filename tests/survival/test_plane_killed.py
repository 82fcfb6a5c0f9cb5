"""kill -9 of courier, web and worker at random moments while calls end: each record is there once."""

import asyncio
import itertools
import random
from collections import Counter

import pytest

from tests.running import eventually
from tests.survival.flow import flow, ready
from tests.survival.load import Load
from tests.survival.phone import Phone
from tests.survival.plane import PARTS, Plane, all_taken

pytestmark = pytest.mark.timeout(180)

CALLS, RATE = 80, 8.0
ROUNDS = 4


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_every_record_is_there_once(database: str, request: pytest.FixtureRequest) -> None:
    plane: Plane = request.getfixturevalue(database)
    chance, kills = random.Random(f"parts {database}"), list[str]()
    await ready(plane, *PARTS)
    async with flow(plane, CALLS, RATE) as calls:
        over = asyncio.create_task(calls.result())
        while not (await asyncio.wait({over}, timeout=chance.uniform(0.6, 2.0)))[0]:
            kills.append(chance.choice(("courier", "courier", "web", "worker")))
            plane.kill(kills[-1])
            plane.start(kills[-1])
        await over
    # Once more in the middle of catching up.
    plane.kill("courier")
    plane.start("courier")
    await eventually(lambda: all_taken(plane.core), 30, f"all records are taken\n{plane.tail()}")
    records = await plane.core.records()
    made = [record.id for record in records]
    assert len(made) == len(set(made)) == CALLS
    found = plane.ids()
    assert len(found) == len(set(found)) == CALLS
    assert set(found) == set(made)
    # On a busy machine calls overlap, and some find the phone busy: those have one leg.
    assert plane.legs() == sum(len(record.legs) for record in records)
    assert Counter(record.outcome for record in records)["answered"] > CALLS / 2
    print(f"{CALLS} calls, kills: {kills}")
    assert kills.count("courier") >= 2

    def well() -> bool:
        return plane.ask("/healthz")[0] == 200

    await eventually(lambda: asyncio.to_thread(well), 30, "web and worker are back")
    _, page = await asyncio.to_thread(plane.ask, "/api/v1/calls/")
    newest, outcomes = page["results"][0], {record.id: record.outcome for record in records}
    assert newest["outcome"] == outcomes[newest["call_id"]]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_core_and_courier_die_in_turn(database: str, request: pytest.FixtureRequest) -> None:
    """What the core's journal has after its deaths, interrupted calls among it, is what the history has."""
    plane: Plane = request.getfixturevalue(database)
    core, chance = plane.core, random.Random(f"core {database}")
    await ready(plane, "courier")
    async with Phone(plane.account("101")) as caller, Phone(plane.account("102")) as called:
        assert (await called.sign_in()).code == 200
        load = Load([caller], called, chance, numbers=itertools.repeat("102"), either=False)
        for _ in range(ROUNDS):
            await load.run(chance.uniform(0.8, 2.0), rate=6, long=0.2)
            if chance.random() < 0.5:
                plane.kill("courier")
                plane.start("courier")
            core.kill()
            await load.drop()
            await core.start()
    await eventually(lambda: all_taken(core), 30, f"all records are taken\n{plane.tail()}")
    records = await core.records()
    made = [record.id for record in records]
    assert len(set(made)) == len(made) <= len(load.seen)
    found = plane.ids()
    assert len(set(found)) == len(found)
    assert set(found) == set(made)
    outcomes = Counter(record.outcome for record in records)
    with plane.connection() as db:
        rows = db.execute("SELECT outcome, count(*) FROM calls_callrecord GROUP BY outcome").fetchall()
    assert dict(rows) == outcomes
    print(f"{database}: {len(load.seen)} calls, {dict(outcomes)}")
    assert outcomes["answered"] > ROUNDS and outcomes["interrupted"] >= ROUNDS / 2
