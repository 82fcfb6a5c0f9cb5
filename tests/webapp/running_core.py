"""A core for the web to talk to: the real store and control server, on a loop in a thread of its own."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from pbx.control.messages import BanState, BindingState, CallRecord, Event, LegRecord
from pbx.control.server import ControlServer
from pbx.files import Files
from pbx.store import Store
from tests.control.target import Core

T = TypeVar("T")


class RunningCore:
    """`start`, `stop` (also again and again: the store stays on disk), and ways to make things happen in
    it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"unix:{folder / 'core.sock'}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.core: Core | None = None
        self._server: ControlServer | None = None

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run on the core's loop."""

        async def on_loop() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(20)

    def start(self, name: str = "store") -> None:
        """Open the store of that name and serve it."""

        async def start() -> None:
            store = await Store.open(self.folder / name, reserve=65536)
            store.recover()
            self.core = Core(store)
            self.core.files = await Files.open(store, self.folder / name)
            for snapshot in store.snapshots.load():
                self.core.view.tenants[snapshot.tenant] = snapshot.version
            self._server = ControlServer(self.core, self.address, files=self.core.files)
            await self._server.start()

        self.run(start)

    def stop(self) -> None:
        """Close server and store; clients lose it."""

        async def stop() -> None:
            assert self._server is not None and self.core is not None
            await self._server.close()
            await self.core.store.close()
            self._server = self.core = None

        if self.core is not None:
            self.run(stop)

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # --- what happens in it ---

    def emit(self, *events: Event) -> int:
        """Events as the core writes them; gives the last number."""

        async def emit() -> int:
            assert self.core is not None
            return [self.core.emit(event) for event in events][-1].number

        return self.run(emit)

    def call_ended(self, *calls: CallRecord) -> int:
        return self.emit(
            *[Event(number=0, at=time.time(), kind="call.ended", tenant=c.tenant, call=c) for c in calls]
        )

    def call_started(self, call: CallRecord) -> int:
        return self.emit(Event(number=0, at=time.time(), kind="call.started", tenant=call.tenant, call=call))

    def registered(self, binding: BindingState) -> int:
        return self.emit(
            Event(number=0, at=time.time(), kind="binding.changed", tenant=binding.tenant, binding=binding)
        )

    def banned(self, ban: BanState) -> int:
        return self.emit(Event(number=0, at=time.time(), kind="ban.added", ban=ban))

    @property
    def acknowledged(self) -> int:
        assert self.core is not None
        return self.core.journal.acknowledged

    @property
    def tenants(self) -> dict[str, int]:
        assert self.core is not None
        return dict(self.core.view.tenants)


def call(
    call_id: str,
    tenant: str,
    caller: str = "201",
    dialled: str = "202",
    *,
    ended: bool = True,
    started_at: float = 1_790_000_000.0,
    **fields: object,
) -> CallRecord:
    """A call of a minute from one extension to another, as the core tells it."""
    late = started_at + 65 if ended else None
    leg = {"offered_at": started_at, "answered_at": started_at + 5, "ended_at": late, "codec": "opus"}
    legs = [
        _leg(f"{call_id}-a", "caller", caller, ended, leg),
        _leg(f"{call_id}-b", "callee", dialled, ended, leg),
    ]
    values: dict[str, object] = {
        "answered_at": started_at + 5,
        "ended_at": late,
        "ended_by": "caller" if ended else None,
        "outcome": "answered" if ended else None,
        "legs": legs,
        **fields,
    }
    return CallRecord(
        id=call_id,
        tenant=tenant,
        caller_number=caller,
        caller_name=f"Name of {caller}",
        dialled=dialled,
        started_at=started_at,
        **values,  # type: ignore[arg-type]
    )


def _leg(leg_id: str, role: str, number: str, ended: bool, times: dict[str, object]) -> LegRecord:
    return LegRecord(
        id=leg_id,
        role=role,  # type: ignore[arg-type]
        state="ended" if ended else "answered",
        extension=number,
        device=None,
        number=number,
        name=f"Name of {number}",
        address="192.0.2.7:5060",
        **times,  # type: ignore[arg-type]
    )
