"""What calls cost: CPU per bridged call, per call set up and torn down, memory per call, added delay."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.load import CALLED, CALLER, Load, Shape
from tests.benchmarks.measure import Result, usage
from tests.phones.sipp import Sipp
from tests.running import DOMAIN, RunningCore, eventually, organisation

SETTLE_S = 4.0
WINDOW_S = 15.0


async def office(core: RunningCore, port: int, **changes: Any) -> None:
    """One phone that calls, and one that is called, registered from `port`; `changes` to the snapshot."""
    plain = organisation(numbers={CALLER: [CALLER], CALLED: [CALLED]}, **changes)
    await core.apply(replace(plain, devices=[replace(each, max_calls=1000) for each in plain.devices]))
    await Sipp.register(core.account(CALLED), local_port=port)


async def bridged(core: RunningCore, folder: Path, calls: int) -> list[Result]:
    """CPU per G.711 call and second, RTP both ways, and memory per call."""
    assert core.process is not None
    load = Load(folder, core, DOMAIN)
    await office(core, core.port + 4)
    idle = usage(core.process.pid)
    called = load.called(core.port + 4, media=True)
    length = calls / 20 + SETTLE_S + WINDOW_S + 5
    callers = load.callers(core.port + 5, Shape(calls, 20, length, media=True))
    try:
        async with core.client() as client:

            async def all_talk() -> bool:
                state = await client.calls()
                return sum(call.answered_at is not None for call in state) == calls

            await eventually(all_talk, calls / 20 + 20, f"{calls} calls")
            await asyncio.sleep(SETTLE_S)
            before = usage(core.process.pid)
            await asyncio.sleep(WINDOW_S)
            after = usage(core.process.pid)
            state = await client.calls()
            assert len(state) == calls, f"{calls - len(state)} calls were lost"
            await load.ended(callers, core.port + 5, length + 60)
    finally:
        callers.kill()
        called.kill()
    records = await core.records()
    quality = [leg.quality for record in records for leg in record.legs if leg.quality]
    assert quality and min(each.rx_packets for each in quality) > 500, "no audio came through"
    per_call = (after.cpu - before.cpu) / (after.at - before.at) / calls * 1000
    return [
        Result(f"CPU per bridged G.711 call and second, {calls} calls", per_call, "ms", 2.0),
        Result(f"memory per call, {calls} calls", (after.rss - idle.rss) / calls * 1024, "kB"),
        Result(f"worst loss seen by a leg, {calls} calls", max(each.rx_loss for each in quality), "%"),
    ]


async def bridged_100(core: RunningCore, folder: Path) -> list[Result]:
    return await bridged(core, folder, 100)


async def bridged_300(core: RunningCore, folder: Path) -> list[Result]:
    return await bridged(core, folder, 300)


async def setup(core: RunningCore, folder: Path) -> list[Result]:
    """CPU per call set up and torn down at 50 a second, digest and records included."""
    assert core.process is not None
    load = Load(folder, core, DOMAIN)
    await office(core, core.port + 4)
    called = load.called(core.port + 4, media=False)
    try:
        for calls in (200, 1000):  # the first warms up
            before = usage(core.process.pid)
            callers = load.callers(core.port + 5, Shape(calls, 50, 0.5))
            await load.ended(callers, core.port + 5, calls / 50 + 60)
            after = usage(core.process.pid)
    finally:
        called.kill()

    async def all_recorded() -> bool:
        return sum(record.outcome == "answered" for record in await core.records()) == 1200

    await eventually(all_recorded, 20, "1200 records of answered calls")  # the last come after sipp has ended
    per_call = (after.cpu - before.cpu) / calls * 1000
    return [Result("CPU per call set up and torn down, 50 a second", per_call, "ms", 5.0)]


async def delay(core: RunningCore, folder: Path) -> list[Result]:
    """INVITE in to INVITE out at 20 calls a second, by a tap on the loopback socket of the called phone: the
    send times that sipp logs on one side against the receive times on the other."""
    load = Load(folder, core, DOMAIN)
    await office(core, core.port + 4)
    called = load.called(core.port + 4, "-trace_msg", "-message_file", "in.log", media=False)
    callers = load.callers(core.port + 5, Shape(400, 20, 0.5), "-trace_msg", "-message_file", "out.log")
    try:
        await load.ended(callers, core.port + 5, 100)
    finally:
        called.kill()
    sent = times(folder / "out.log", "sent", with_credentials=True)
    received = times(folder / "in.log", "received", with_credentials=False)
    assert len(sent) == len(received) == 400
    # Calls come 50 ms apart, so the order in is the order out.
    added = (np.array(received) - np.array(sent)) * 1000
    assert added.min() > 0
    return [
        Result("added post-dial delay p50, 20 calls a second", float(np.percentile(added, 50)), "ms"),
        Result("added post-dial delay p99, 20 calls a second", float(np.percentile(added, 99)), "ms", 10.0),
    ]


def times(log: Path, way: str, *, with_credentials: bool) -> list[float]:
    """When each INVITE (with credentials, or any) was sent or received, from sipp's message log."""
    found = []
    for block in log.read_text(errors="replace").split("-----------------------------------------------"):
        if f"message {way}" not in block or "\nINVITE " not in block:
            continue
        if with_credentials and "\nAuthorization:" not in block:
            continue
        stamp = re.search(r"(\d+\.\d{6})", block)
        assert stamp
        found.append(float(stamp.group(1)))
    return found
