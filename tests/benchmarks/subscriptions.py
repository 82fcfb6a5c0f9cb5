"""What lamps cost: memory and idle CPU of 1,000 subscriptions, CPU per NOTIFY, CPU added to a call."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.load import CALLED, CALLER, Load, Shape
from tests.benchmarks.measure import Result, usage
from tests.phones.raw import RawSip
from tests.phones.sipp import Sipp
from tests.running import DOMAIN, RunningCore, organisation

WATCHERS = [str(number) for number in range(300, 350)]
WATCHED = [str(number) for number in range(400, 420)]  # each watcher watches all: 1,000 subscriptions
CLOSE = 10  # watchers of the extension that is called
CALLS, RATE = 300, 20
IDLE_S = 10.0

_COPIED = re.compile(rb"(?im)^(?:Via|From|To|Call-ID|CSeq):.*\r\n")


class Watcher(RawSip):
    """The phones of all who watch: answers every NOTIFY without looking at it, and counts them."""

    notifies = 0

    def _take(self, raw: bytes) -> None:
        if not raw.startswith(b"NOTIFY "):
            super()._take(raw)
            return
        self.notifies += 1
        assert self._udp is not None
        copied = b"".join(_COPIED.findall(raw))
        self._udp.sendto(b"SIP/2.0 200 OK\r\n" + copied + b"Content-Length: 0\r\n\r\n")

    async def watch(self, core: RunningCore, user: str, resource: str) -> None:
        account = core.account(user)
        headers = [("Event", "dialog"), ("Expires", "3600"), ("Contact", f"<{self.contact}>")]
        uri = f"sip:{resource}@{DOMAIN}"
        answer = await self.ask_with_digest(
            account, "SUBSCRIBE", uri, to=uri, headers=headers, algorithm="MD5"
        )
        assert answer.code == 200, answer


async def subscriptions_1000(core: RunningCore, folder: Path) -> list[Result]:
    """Calls alone, then with 1,000 subscriptions to others, then with ten watchers of who is called."""
    assert core.process is not None
    pid = core.process.pid
    numbers = {number: [number] for number in (CALLER, CALLED, *WATCHERS, *WATCHED)}
    office = organisation(numbers=numbers)
    await core.apply(replace(office, devices=[replace(each, max_calls=50) for each in office.devices]))
    load = Load(folder, core, DOMAIN)

    async def cost() -> float:
        """CPU seconds of CALLS calls. Registered anew each time: sipp does not answer keep-alives."""
        await Sipp.register(core.account(CALLED), local_port=core.port + 4)
        called = load.called(core.port + 4, media=False)
        try:
            before = usage(pid)
            callers = load.callers(core.port + 5, Shape(CALLS, RATE, 0.5))
            await load.ended(callers, core.port + 5, CALLS / RATE + 60)
            return usage(pid).cpu - before.cpu
        finally:
            called.kill()
            called.wait()

    await cost()  # warms up
    alone = await cost()
    idle = usage(pid)
    await asyncio.sleep(IDLE_S)
    quiet = (usage(pid).cpu - idle.cpu) / IDLE_S
    async with Watcher("127.0.0.1", core.port) as watcher:
        for user in WATCHERS:
            for resource in WATCHED:
                await watcher.watch(core, user, resource)
        await asyncio.sleep(2.0)
        full = usage(pid)
        await asyncio.sleep(IDLE_S)
        watched = (usage(pid).cpu - full.cpu) / IDLE_S
        others = await cost()
        for user in WATCHERS[:CLOSE]:
            await watcher.watch(core, user, CALLED)
        before = watcher.notifies
        close = await cost()
        await asyncio.sleep(1.0)
        sent = watcher.notifies - before
    assert sent > CALLS
    return [
        Result("memory per subscription, 1,000", (full.rss - idle.rss) / 1000 * 1024, "kB", 10.0),
        Result("CPU of 1,000 idle subscriptions, a second", (watched - quiet) * 1000, "ms", 2.0),
        Result("CPU per call, nobody subscribed, 20 a second", alone / CALLS * 1000, "ms"),
        Result("CPU per call, 1,000 subscriptions to others", others / CALLS * 1000, "ms"),
        Result("CPU per call, 10 watchers of who is called", close / CALLS * 1000, "ms"),
        Result("NOTIFYs per call, 10 watchers", sent / CALLS, ""),
        Result("CPU per NOTIFY", (close - others) / sent * 1000, "ms", 0.5),
    ]
