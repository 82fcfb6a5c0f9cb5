"""kill -9 of the core at random moments, with calls and registrations going on."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from pbx.control.messages import CallRecord
from pbx.store.store import Store
from tests.running import RunningCore, eventually
from tests.store.samples import call_event
from tests.survival.follower import Follower
from tests.survival.load import REGISTERING, Load, office, phones
from tests.survival.phone import GaveUp, Phone, Witnessed

ROUNDS = 6
# What happened on the wire at least so long before a kill is on disk. Measured in
# test_the_window_between_the_wire_and_the_disk; a busy machine gets more here.
WINDOW_S = 0.5

pytestmark = pytest.mark.timeout(180)


async def keep_registering(core: RunningCore, names: list[str], done: list[str]) -> None:
    """One phone after another registers; `done` gets those that were told so."""
    while names:
        async with Phone(core.account(names.pop())) as phone:
            with contextlib.suppress(GaveUp):
                if (await phone.sign_in()).code == 200:
                    done.append(phone.account.user)


def check(call: Witnessed, found: list[CallRecord], killed_at: float) -> None:
    """The one promise about a call of a round that ended with a kill at that moment."""
    sure = killed_at - WINDOW_S
    what = (call, killed_at, found)
    assert len(found) <= 1, what
    if call.ended_at is not None and call.ended_at < sure:
        assert [record.outcome for record in found] == ["answered"], what
        assert found[0].ended_by == call.by, what
    elif call.heard_at is not None and call.heard_at < sure:
        assert len(found) == 1, what
        outcomes = {"interrupted"} if call.bye_at is None else {"interrupted", "answered"}
        assert found[0].outcome in outcomes, what
    for record in found:
        assert record.ended_at is not None, what
        assert all(leg.ended_at is not None for leg in record.legs), what


def check_all(load: Load, records: list[CallRecord], kills: list[tuple[int, float]]) -> None:
    """Every call against the records; `kills`: how many calls had begun, and when it happened."""
    by_number: dict[str, list[CallRecord]] = {}
    for record in records:
        by_number.setdefault(record.dialled, []).append(record)
    assert by_number.keys() <= {call.number for call in load.seen}
    first = 0
    for last, killed_at in kills:
        for call in load.seen[first:last]:
            check(call, by_number.get(call.number, []), killed_at)
        first = last
    assert max(Counter(record.id for record in records).values()) == 1


async def test_kills_at_random_moments(new_core: RunningCore) -> None:
    core, chance = new_core, random.Random(20261121)
    await core.start()
    await core.apply(office())
    names, registered = list(REGISTERING), list[str]()
    follower, kills = Follower(), list[tuple[int, float]]()
    async with phones(core, chance) as load:
        for _ in range(ROUNDS):
            following = asyncio.create_task(follower.follow(core))
            registering = asyncio.create_task(keep_registering(core, names[-12:], registered))
            del names[-12:]
            rang = len(load.called.rang)
            await load.run(chance.uniform(1.5, 3.0), rate=6)
            kills.append((len(load.seen), time.time()))
            core.kill()
            registering.cancel()
            await load.drop()
            await following
            # The called phone registered once, before the first kill, and did nothing since.
            assert len(load.called.rang) > rang
            await core.start()
            async with core.client() as client:
                back = {binding.device for binding in await client.bindings()}
            assert {f"d{name}" for name in registered} <= back
    records = await core.records()
    check_all(load, records, kills)
    known = {record.id: record for record in records}
    for _, event in follower.events:
        if event.call is not None:
            assert event.call.id in known
        if event.kind == "call.ended" and event.call is not None:
            assert known[event.call.id] == event.call, "what was shown is what stays"
    outcomes = Counter(record.outcome for record in records)
    print(f"calls begun {len(load.seen)}, records {outcomes}, registered {len(registered)}")
    assert outcomes["answered"] > 5 * ROUNDS and outcomes["interrupted"] >= ROUNDS
    assert len(registered) > ROUNDS


async def test_a_call_that_had_ended_keeps_its_outcome(tmp_path: Path) -> None:
    """Between the end and its record lies the moment in which the stack lets go of the other leg."""
    store = await Store.open(tmp_path)
    talking, now = call_event("call.started", "c1", at=1000.0), time.time()
    assert talking.call is not None
    over = replace(talking.call, outcome="answered", ended_by="caller", code=200, reason="101 hung up")
    store.journal.append(talking)
    store.journal.append(replace(talking, at=1060.0, kind="call.changed", call=over))
    await store.close()
    again = await Store.open(tmp_path)
    (event,) = again.recover(now)
    record = event.call
    assert record is not None and event.kind == "call.ended"
    assert (record.outcome, record.ended_by, record.reason) == ("answered", "caller", "101 hung up")
    assert record.ended_at == 1060.0
    assert all(leg.state == "ended" for leg in record.legs)
    await again.close()


async def test_the_window_between_the_wire_and_the_disk(new_core: RunningCore) -> None:
    """How long after the 200 to a BYE the end of the call is on disk, and after the first answer to an INVITE
    its beginning. Measured from outside, so the way to a follower is in it."""
    core, chance, follower = new_core, random.Random(5), Follower()
    await core.start()
    await core.apply(office())
    following = asyncio.create_task(follower.follow(core))
    async with phones(core, chance) as load:
        await load.run(8.0, rate=10, long=0)
        await load.finish()
        ended = {"call.ended"}

        def all_there() -> bool:
            return sum(event.kind in ended for _, event in follower.events) == len(load.seen)

        await eventually(all_there, 10, "all records")
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    begun, decided, written = follower.first_seen()
    started = [max(0.0, begun[call.number] - (call.heard_at or 0)) for call in load.seen]
    over = [max(0.0, decided[call.number] - (call.ended_at or 0)) for call in load.seen]
    record = [max(0.0, written[call.number] - (call.ended_at or 0)) for call in load.seen]
    for name, values in (("beginning", started), ("end", over), ("record", record)):
        p50, p99 = np.percentile(values, [50, 99]) * 1000
        print(f"{name} on disk after the wire: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {len(values)} calls")
        assert p99 < WINDOW_S * 1000
