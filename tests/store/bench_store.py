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
from pbx.store import Journal, Store

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


async def run(calls: int, rate: float | None, followers: int = 0) -> dict[str, float]:
    """`calls` calls of six events each, as fast as it goes or at `rate` calls per second; read by
    `followers`."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        store = await Store.open(Path(folder) / "core")
        last = calls * len(KINDS)
        readers = [asyncio.create_task(read(store.journal, last)) for _ in range(followers)]
        start_cpu, start = cpu(), time.monotonic()
        for number in range(calls):
            for step, kind in enumerate(KINDS):
                store.journal.append(
                    Event(number=0, at=time.time(), kind=kind, tenant="demo", call=record(number, step))
                )
                await pause(rate, start + (number + step / 6) / (rate or 1))
        await store.journal.settled(last, 60)
        await asyncio.gather(*readers)
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


async def read(journal: Journal, last: int) -> None:
    async for entry in journal.follow(0):
        if entry.number == last:
            return


async def pause(rate: float | None, until: float) -> None:
    await asyncio.sleep(0 if rate is None else max(0, until - time.monotonic()))


async def overhead(calls: int, rate: float | None) -> float:
    """CPU in µs per event of making such records and pausing between them, which is not the journal's."""
    start_cpu, start = cpu(), time.monotonic()
    for number in range(calls):
        for step in range(len(KINDS)):
            Event(number=0, at=time.time(), kind="call.changed", tenant="demo", call=record(number, step))
            await pause(rate, start + (number + step / 6) / (rate or 1))
    return round((cpu() - start_cpu) / (calls * len(KINDS)) * 1e6, 1)


async def main() -> None:
    for name, calls, rate, followers in (
        ("flat out", 5000, None, 0),
        ("50 calls per second", 500, CALLS_PER_SECOND, 0),
        ("50 calls per second, 3 followers", 500, CALLS_PER_SECOND, 3),
    ):
        alone = await overhead(calls, rate)
        result = await run(calls, rate, followers)
        result["own_cpu_us_per_event"] = round(result["cpu_us_per_event"] - alone, 1)
        print(json.dumps({"load": name, **result}))


if __name__ == "__main__":
    asyncio.run(main())
