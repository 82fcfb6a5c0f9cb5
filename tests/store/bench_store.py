"""Throughput of the journal: CPU per event appended, encoded and synced. `python
tests/store/bench_store.py`."""

import asyncio
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pbx.control.messages import CallRecord, Event, EventKind, LegRecord, PathStep
from pbx.store import Store

CALLS_PER_SECOND = 50
KINDS: list[EventKind] = ["call.started", *["call.changed"] * 4, "call.ended"]  # type: ignore[list-item]


def record(number: int, step: int) -> CallRecord:
    """A call as the core writes it: two legs, two steps of its plan."""
    legs = [
        LegRecord(
            id=f"leg{number}-{side}",
            role="caller" if side == 0 else "callee",
            state="ringing" if step < 3 else "answered",
            extension=str(100 + side),
            device=f"device-{side}",
            number=str(100 + side),
            name="Someone of the Office",
            address="192.0.2.17:5060",
            offered_at=1.7e9 + number,
            ringing_at=1.7e9 + number + 0.2,
            codec="PCMA",
        )
        for side in range(2)
    ]
    return CallRecord(
        id=f"call-{number}",
        tenant="demo",
        caller_number="100",
        caller_name="Someone of the Office",
        dialled="101",
        started_at=1.7e9 + number,
        outcome="answered" if step == 5 else None,
        legs=legs,
        path=[PathStep(step="ring", at=1.7e9, result="answered")],
    )


def cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def run(calls: int, rate: float | None) -> dict[str, float]:
    """`calls` calls of six events each, as fast as it goes or at `rate` calls per second."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        store = await Store.open(Path(folder) / "core")
        start_cpu, start = cpu(), time.monotonic()
        for number in range(calls):
            for step, kind in enumerate(KINDS):
                store.journal.append(
                    Event(number=0, at=time.time(), kind=kind, tenant="demo", call=record(number, step))
                )
                if rate is None:
                    await asyncio.sleep(0)
                else:
                    await asyncio.sleep(max(0, start + (number + step / 6) / rate - time.monotonic()))
        await store.journal.settled(store.journal.last, 60)
        used, took = cpu() - start_cpu, time.monotonic() - start
        commits = store.metrics().commits
        await store.close()
    events = calls * len(KINDS)
    return {
        "events": events,
        "events_per_second": round(events / took),
        "cpu_us_per_event": round(used / events * 1e6, 1),
        "commits": commits,
    }


async def overhead(calls: int) -> float:
    """CPU in µs of making such records and going round the loop alone, to be taken off."""
    start = cpu()
    for number in range(calls):
        for step in range(len(KINDS)):
            Event(number=0, at=time.time(), kind="call.changed", tenant="demo", call=record(number, step))
            await asyncio.sleep(0)
    return (cpu() - start) / (calls * len(KINDS)) * 1e6


async def main() -> None:
    result = {
        "making_the_record_us": round(await overhead(2000), 1),
        "flat_out": await run(5000, None),
        "fifty_calls_per_second": await run(250, CALLS_PER_SECOND),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
