"""A steady flow of short calls between two phones of the demo, with sipp on both sides."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from tests.phones.sipp import Sipp, SippResult, require_ok
from tests.survival.plane import Plane

CALLER, CALLED = "101", "102"
TALK_MS = 300


@dataclass
class Flow:
    """`calls` calls, `rate` a second; wait for `result`."""

    caller: Sipp
    calls: int

    async def result(self) -> SippResult:
        """When all calls are over; each of them has to have gone well."""
        result = require_ok(await self.caller.wait())
        assert result.successful == self.calls
        return result


@contextlib.asynccontextmanager
async def flow(plane: Plane, calls: int, rate: float) -> AsyncIterator[Flow]:
    """Begins at once; the called phone registers before."""
    account = plane.account(CALLED)
    port = await Sipp.register(account)
    # More than there will be: sipp takes the core's OPTIONS for a call that went wrong.
    called = Sipp("uas", account, calls=2 * calls, pause_ms=20, local_port=port, trace=False, timeout_s=110)
    caller = Sipp(
        "uac",
        plane.account(CALLER),
        number=CALLED,
        calls=calls,
        rate=rate,
        pause_ms=TALK_MS,
        trace=False,
        timeout_s=int(calls / rate) + 30,
    )
    async with called, caller:
        yield Flow(caller, calls)


async def demo_known(plane: Plane) -> bool:
    """The core has the demo organisation."""
    async with plane.core.client() as client:
        return bool(await client.tenants())


async def ready(plane: Plane, *parts: str) -> None:
    """Prepare the database, start the core and those parts, and wait until the configuration is there."""
    await asyncio.to_thread(plane.prepare)
    await plane.core.start()
    plane.start(*parts)
    async with asyncio.timeout(30):
        while not await demo_known(plane):
            await asyncio.sleep(0.05)
