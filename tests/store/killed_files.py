"""A core that takes messages, to be killed: `python -m tests.store.killed_files FOLDER RUN`.

Messages are recorded bit by bit as the media thread does it, finished, read, deleted and purged at random.
Prints `recording MESSAGE` for each second on disk, `left MESSAGE SECONDS` when the message is stored, and
each event as `seen NUMBER KIND MESSAGE DELETED`."""

import asyncio
import os
import random
import struct
import sys
from pathlib import Path

from pbx.files import Files
from pbx.store import Store
from tests.store.audio import message, tone

# A header that knows of no audio yet: 16 kHz, mono.
FORM = struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
HEADER = b"RIFF\x24\x00\x00\x00WAVEfmt " + FORM + b"data\x00\x00\x00\x00"
SECOND = tone(1.0)


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())  # at once: a buffer would die with us


async def watch(store: Store) -> None:
    async for entry in store.journal.follow(0):
        event = entry.event()
        if event.voicemail is not None:
            deleted = event.voicemail.deleted_at is not None
            say(f"seen {entry.number} {event.kind} {event.voicemail.id} {deleted}")


async def leave(store: Store, files: Files, name: str, chance: random.Random) -> None:
    path = files.mailboxes.begin(message(name, mailbox=f"box{chance.randrange(3)}", caller=name))
    assert path is not None
    await store.begun.save()  # a second of speech takes a second: by then the row of `begin` is on disk
    seconds = chance.choice([2, 5, 9])
    with Path(path).open("wb") as file:
        file.write(HEADER)
        for _ in range(seconds):
            file.write(SECOND)
            file.flush()
            say(f"recording {name}")
            await asyncio.sleep(chance.random() * 0.01)
    done = await files.mailboxes.finish("demo", name)
    assert done is not None
    say(f"left {name} {round(done.seconds)}")
    if chance.random() < 0.5:
        await files.mailboxes.change("demo", name, read=True)
    if chance.random() < 0.3:
        await files.mailboxes.change("demo", name, deleted=True)
        if chance.random() < 0.5:
            await files.mailboxes.remove("demo", name)


async def main() -> None:
    folder, run = sys.argv[1:]
    store = await Store.open(Path(folder), reserve=2**16)
    store.recover()
    files = await Files.open(store, Path(folder))
    chance = random.Random(run)
    watching = asyncio.create_task(watch(store))
    count = 0
    while not watching.done():
        names = [f"{run}-{count + n}" for n in range(5)]
        count += 5
        await asyncio.gather(*[leave(store, files, name, chance) for name in names])


if __name__ == "__main__":
    asyncio.run(main())
