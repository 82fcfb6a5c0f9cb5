"""A core's writing, to be killed: `python -m tests.store.killed FOLDER RUN`. Prints what a follower sees, one
line each: `seen NUMBER DIGEST`, and `recovered CALL` at its start, both only once they are on disk."""

import asyncio
import hashlib
import os
import random
import sys
from pathlib import Path

from pbx.store import Store
from tests.store.samples import binding, binding_event, call_event


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())  # at once: a buffer would die with us


async def watch(store: Store) -> None:
    async for entry in store.journal.follow(0):
        say(f"seen {entry.number} {hashlib.sha256(entry.body).hexdigest()}")


async def act(store: Store, run: str, seed: int) -> None:
    """Calls that start, change and end at random, and bindings saved together with their events."""
    chance = random.Random(seed)
    going: list[str] = []
    count = 0
    while True:
        for _ in range(chance.randint(1, 12)):
            count += 1
            if going and chance.random() < 0.4:
                name = going.pop(chance.randrange(len(going)))
                store.journal.append(call_event("call.ended", name))
            elif going and chance.random() < 0.5:
                store.journal.append(call_event("call.changed", chance.choice(going)))
            else:
                going.append(f"{run}-{count}")
                store.journal.append(call_event("call.started", going[-1]))
            device = f"d{chance.randrange(20)}"
            expires = float(store.journal.last)
            store.bindings.save([binding(device, expires=expires)])
            store.journal.append(binding_event(device, expires=expires))
        await asyncio.sleep(chance.random() * 0.01)


async def main() -> None:
    folder, run = sys.argv[1:]
    store = await Store.open(Path(folder), reserve=2**16)
    # What the last one left must be whole: the binding rows are those of the last binding events.
    rows = {row.device: row.expires_at for row in store.bindings.load()}
    events: dict[str, float] = {}
    ended = store.recover()
    await store.journal.settled(store.journal.last, 10)
    if store.journal.last:
        async for entry in store.journal.follow(0):
            event = entry.event()
            if event.binding is not None:
                events[event.binding.device] = event.binding.expires_at
            if entry.number == store.journal.last:
                break
    say(f"bindings {'match' if rows == events else 'differ'}")
    for event in ended:
        assert event.call is not None
        say(f"recovered {event.call.id}")
    await asyncio.gather(watch(store), act(store, run, seed=len(run) + store.journal.last))


if __name__ == "__main__":
    asyncio.run(main())
