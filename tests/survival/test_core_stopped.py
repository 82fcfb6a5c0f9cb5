"""SIGTERM with calls going on: phones get their BYE, records are written, it ends with 0 and in time."""

import asyncio
import random
import time

import pytest

from pbx.store.store import Store
from tests.phones.baresip import Baresip
from tests.phones.pjsua import Pjsua
from tests.running import RunningCore, eventually
from tests.survival.load import CALLERS, office, phones
from tests.survival.phone import Phone, Witnessed

pytestmark = pytest.mark.timeout(120)

IN_TIME_S = 10.0


async def stop(core: RunningCore) -> float:
    """SIGTERM; the core has to end with 0. How long it took, in seconds."""
    began = time.monotonic()
    assert await asyncio.to_thread(core.stop) == 0, core.tail()
    return time.monotonic() - began


async def test_stop_ends_every_call_with_a_bye_and_a_record(new_core: RunningCore) -> None:
    core = new_core
    await core.start()
    await core.apply(office())
    async with phones(core, random.Random(3)) as load:
        talking = [Witnessed(str(50_000 + index)) for index in range(6)]
        answers = [
            await load.callers[index % 2].call(call.number, call) for index, call in enumerate(talking)
        ]
        load.called.answer_after = None
        ringing = Witnessed("50100")
        trying = asyncio.create_task(load.callers[0].call(ringing.number, ringing))
        await eventually(lambda: ringing.number in load.called.rang, 5, "it rings")
        took = await stop(core)
        assert took < IN_TIME_S
        for index, answer in enumerate(answers):
            await load.callers[index % 2].wait_over(answer)
        assert all(call.by == "core" for call in talking)
        assert load.called.byes == len(talking)
        assert (await trying).code in (480, 503)
        await eventually(lambda: load.called.cancelled == [ringing.number], 5, "the CANCEL")
    print(f"{len(talking)} calls ended in {took:.1f} s")
    await core.start()  # only to read: everything was written before the end
    records = {record.dialled: record for record in await core.records()}
    assert records.keys() == {call.number for call in talking} | {ringing.number}
    for call in talking:
        assert (records[call.number].outcome, records[call.number].ended_by) == ("answered", "core")
    assert records[ringing.number].ended_by == "core"


async def test_stop_does_not_wait_for_phones_that_are_gone(new_core: RunningCore) -> None:
    """One lost its network while talking, one while ringing."""
    core = new_core
    await core.start()
    await core.apply(office())
    async with phones(core, random.Random(4)) as load:
        load.called.deaf = True
        talking, ringing = Witnessed("50000"), Witnessed("50001")
        await load.callers[0].call(talking.number, talking)
        load.called.answer_after = None
        trying = asyncio.create_task(load.callers[0].call(ringing.number, ringing))
        await eventually(lambda: ringing.number in load.called.rang, 5, "it rings")
        assert await stop(core) < IN_TIME_S
        assert set(load.called.unheard) == {"BYE", "CANCEL"}
        assert (await trying).code in (480, 503)
    store = await Store.open(core.home / "core")
    assert not store.recover(), "nothing was left open"
    await store.close()
    await core.start()
    records = {record.dialled: record for record in await core.records()}
    assert (records[talking.number].outcome, records[talking.number].ended_by) == ("answered", "core")
    assert (records[ringing.number].outcome, records[ringing.number].ended_by) == ("interrupted", "core")


@pytest.mark.parametrize("kind", [Baresip, Pjsua])
async def test_real_phones_are_told(new_core: RunningCore, kind: type[Baresip] | type[Pjsua]) -> None:
    core = new_core
    await core.start()
    await core.apply(office())
    async with kind(core.account(CALLERS[0])) as caller, Phone(core.account("200")) as called:
        assert (await called.sign_in()).code == 200
        await caller.register()
        await caller.wait_registered()
        await caller.call("50000")
        await caller.wait_established()
        assert await stop(core) < IN_TIME_S
        await caller.wait_ended()
    await core.start()
    (record,) = await core.records()
    assert (record.outcome, record.ended_by) == ("answered", "core")
