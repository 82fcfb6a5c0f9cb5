"""kill -9 while messages are left, read, deleted and purged: none is lost, none comes twice."""

import asyncio
import random
import sys
from pathlib import Path

from pbx.files import Files
from pbx.store import Store
from tests.store.audio import length
from tests.store.samples import read

ROUNDS = 12
ROOT = Path(__file__).resolve().parents[2]


async def run_and_kill(folder: Path, name: str, after: float) -> list[list[str]]:
    """Starts it, kills it `after` seconds after its first message; gives its whole lines as words."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.store.killed_files",
        str(folder),
        name,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    lines: list[bytes] = []
    try:
        async with asyncio.timeout(60):
            async for line in process.stdout:
                lines.append(line)
                if line.startswith(b"recording"):
                    break
            asyncio.get_running_loop().call_later(after, process.kill)
            lines += [line async for line in process.stdout]
    except BaseException:
        process.kill()
        raise
    finally:
        await process.wait()
    assert process.returncode == -9, b"".join(lines[-5:])
    return [line.decode().split() for line in lines if line.endswith(b"\n")]


async def test_no_message_is_lost_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20261121)
    left: dict[str, int] = {}
    heard: dict[str, int] = {}
    for number in range(ROUNDS):
        for word, *rest in await run_and_kill(tmp_path, f"run{number}", chance.random() * 0.4):
            if word == "left":
                left[rest[0]] = int(rest[1])
            elif word == "recording":
                heard[rest[0]] = heard.get(rest[0], 0) + 1

    store = await Store.open(tmp_path)
    store.recover()
    files = await Files.open(store, tmp_path)
    last = store.journal.last
    assert await store.journal.settled(last, 10)
    state: dict[str, str] = {}
    for entry in await read(store.journal, 0, last):
        event = entry.event()
        if event.voicemail is not None:
            assert state.get(event.voicemail.id) != "voicemail.purged", "a purged message came back"
            assert event.voicemail.caller_number == event.voicemail.id, "who left it is known"
            state[event.voicemail.id] = event.kind
    await store.close()

    there = {each.id: each for each in files.mailboxes.everything("demo")}
    # What the events say is what there is.
    assert {name for name, kind in state.items() if kind == "voicemail.changed"} == set(there)
    # Stored, or said so, or at least two seconds were recorded (the last one may still be on its way).
    must = set(left) | {name for name, seconds in heard.items() if seconds >= 3}
    assert must - set(state) == set()
    for name, each in there.items():
        audio = files.mailboxes.audio("demo", name)
        assert audio is not None and abs(length(Path(audio)) - each.seconds) < 0.01
        assert each.seconds >= max(1, left.get(name, heard.get(name, 1) - 1))
    on_disk = {path.stem for path in (tmp_path / "voicemail").rglob("*.*")}
    assert on_disk == set(there)
    assert len(left) > ROUNDS
    assert set(state) - set(left), "some were cut off and rescued"
