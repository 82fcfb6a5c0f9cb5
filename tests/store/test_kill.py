"""kill -9 of the writing process at random moments: what anyone saw is there, every call has one record."""

import asyncio
import hashlib
import random
import sys
from collections import Counter
from pathlib import Path

from pbx.store import Store
from tests.store.samples import read

ROUNDS = 20
ROOT = Path(__file__).resolve().parents[2]


async def run_and_kill(folder: Path, name: str, after: float) -> list[str]:
    """Starts the writer, kills it `after` seconds after the first event was seen; gives the whole lines."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.store.killed",
        str(folder),
        name,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    try:
        async with asyncio.timeout(30):
            async for line in process.stdout:
                lines.append(line)
                if line.startswith(b"seen"):
                    break
            asyncio.get_running_loop().call_later(after, process.kill)
            lines += [line async for line in process.stdout]
    except BaseException:
        process.kill()
        raise
    finally:
        await process.wait()
    assert process.returncode == -9, b"".join(lines[-5:])
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


async def test_nothing_that_was_seen_is_lost_and_no_call_has_two_records(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    seen: dict[int, str] = {}
    for number in range(ROUNDS):
        for line in await run_and_kill(tmp_path, f"run{number}", chance.random() * 0.4):
            word, *rest = line.split()
            assert line != "bindings differ"
            if word == "seen":
                assert seen.setdefault(int(rest[0]), rest[1]) == rest[1], "a number was given twice"

    store = await Store.open(tmp_path)
    store.recover()
    assert await store.journal.settled(store.journal.last, 10)
    entries = await read(store.journal, 0, store.journal.last)
    await store.close()

    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    digests = {entry.number: hashlib.sha256(entry.body).hexdigest() for entry in entries}
    assert seen.items() <= digests.items()
    started, ended = set(), Counter[str]()
    interrupted = 0
    for entry in entries:
        call = entry.event().call
        if call is not None:
            started.add(call.id)
            assert ended[call.id] == 0, "an event after the record"
            if call.ended_at is not None:
                ended[call.id] += 1
                interrupted += call.outcome == "interrupted"
    assert started == set(ended)
    assert set(ended.values()) == {1}
    assert interrupted > ROUNDS  # there were calls to interrupt
    assert len(seen) > 50 * ROUNDS
