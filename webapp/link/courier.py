"""The courier: carries configuration to the core and call records back, for as long as it runs.

Two loops and a sign of life. Each loop connects by itself, and starts anew with growing pauses when the core
or the database is away; the cursor in the database and the versions at the core say what is left to do.
"""

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable

import structlog
from django.db import DatabaseError, InterfaceError

from pbx.control.client import ControlClient, ControlError, ControlUnreachable
from pbx.control.messages import Event, Hello, MessageError
from webapp.link import actions, audio, heartbeats, snapshot
from webapp.link.database import in_database
from webapp.push.telling import Teller

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.3  # how often the database is asked for changes
RECHECK_SECONDS = 5.0  # how often the core is asked what it has
REFUSED_SECONDS = 30.0  # pause before a snapshot that was refused is offered again
BEAT_SECONDS = 5.0
FIRST_PAUSE, LAST_PAUSE = 0.2, 1.0  # a core or database that comes back finds us within a second
BATCH = 200  # events in one transaction
RECORD_SECONDS = 0.02  # after a quiet time a record is written at once,
BUSY_SECONDS = 0.5  # but there is no more than one transaction in this time: each costs more than its records
CURSOR_SECONDS = 2.0  # other events move the cursor this often
PROMPT = {  # what people look at
    "call.ended",
    "extension.changed",
    "trunk.changed",
    "notice",
    "voicemail.changed",
    "voicemail.purged",
    "mailbox.changed",
    "recording.ended",
}

Expected = (ControlUnreachable, ControlError, MessageError, DatabaseError, InterfaceError, snapshot.Moving)


def _cancelled() -> bool:
    """Whether the task that runs was cancelled: another exception may have taken its place on the way."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Courier:
    """`await Courier(connect).run()` until cancelled. `connect` gives a new client of the control API."""

    def __init__(self, connect: Callable[[], ControlClient]) -> None:
        self._connect = connect
        self._problems: dict[str, str] = {}
        self._beat_now = asyncio.Event()
        self._core_came = asyncio.Event()
        self._refused: dict[str, tuple[int, float]] = {}
        self._sounds = audio.SoundCourier()
        self._teller = Teller()

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again("configuration", self._deliver))
            tasks.create_task(self._again("records", self._collect))
            tasks.create_task(self._again("sign of life", self._beat))
            tasks.create_task(self._again("push", self._teller.run))

    async def _again(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Start `work` over and over; it never returns while all is well."""
        pause = FIRST_PAUSE
        while True:
            started = time.monotonic()
            try:
                await work()
            except Expected as error:
                self._trouble(name, error)
            except Exception:
                # A bug must not end the other loops; it is told, and tried again at the slowest pace.
                log.exception("courier.failed", work=name)
                self._say(name, "The courier failed; its log says why.")
                pause = LAST_PAUSE
            if _cancelled():
                raise asyncio.CancelledError
            if time.monotonic() - started > LAST_PAUSE:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)

    # --- what is wrong, told once ---

    def _trouble(self, name: str, error: Exception) -> None:
        if isinstance(error, DatabaseError | InterfaceError):
            sentence = "The database cannot be reached."
        elif isinstance(error, ControlUnreachable):
            sentence = "The core cannot be reached."
        elif isinstance(error, ControlError):
            sentence = f"The core refused ({error.status}): {error.problem.error}"
        else:
            sentence = f"The core and the control plane do not understand each other: {error}"
        if self._problems.get(name) != sentence:
            log.warning("courier.waiting", work=name, problem=sentence, error=str(error).strip())
        self._say(name, sentence)

    def _say(self, name: str, sentence: str) -> None:
        """Note a problem, or that there is none (empty); a change shows in /healthz at once."""
        if self._problems.get(name, "") == sentence:
            return
        if sentence:
            self._problems[name] = sentence
        else:
            del self._problems[name]
            log.info("courier.working", work=name)
        self._beat_now.set()

    async def _beat(self) -> None:
        while True:
            self._beat_now.clear()
            await in_database(heartbeats.beat, "courier", " ".join(sorted(set(self._problems.values()))))
            self._say("sign of life", "")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._beat_now.wait()

    # --- configuration to the core ---

    async def _deliver(self) -> None:
        async with self._connect() as core:
            known: dict[str, int] = {}
            checked = float("-inf")
            while True:
                wanted = await in_database(actions.versions)
                if self._core_came.is_set() or time.monotonic() - checked > RECHECK_SECONDS:
                    self._core_came.clear()
                    known = await core.tenants()
                    checked = time.monotonic()
                await self._remove(core, known, wanted)
                for tenant, version in wanted.items():
                    changed = known.get(tenant) != version
                    if (changed and self._worth_trying(tenant, version)) or self._sounds.late(tenant):
                        await self._push(core, tenant, known)
                self._say("configuration", "")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._core_came.wait()

    async def _remove(self, core: ControlClient, known: dict[str, int], wanted: dict[str, int]) -> None:
        """Before anything is pushed: a new organisation may have the domain of one that is gone."""
        gone = sorted(known.keys() - wanted.keys())
        if not gone:
            self._say("removal", "")
        elif not wanted:
            # More likely a new or wrong database than someone who removed them all: phones must go on
            # working.
            self._say(
                "removal", "The database has no organisation, but the core has: nothing is removed there."
            )
        else:
            for tenant in gone:
                await core.remove_tenant(tenant)
                del known[tenant]
                self._settle(tenant)
                log.info("tenant.removed", tenant=tenant)

    def _worth_trying(self, tenant: str, version: int) -> bool:
        refused, until = self._refused.get(tenant, (0, 0.0))
        return refused != version or time.monotonic() > until

    async def _push(self, core: ControlClient, tenant: str, known: dict[str, int]) -> None:
        """Hand over one organisation. One that the core refuses does not stop the others."""
        message = await in_database(snapshot.load, uuid.UUID(tenant))
        if message is None:
            return
        try:
            self._say(f"sounds {tenant}", await self._sounds.bring(core, message))
            await core.snapshot(message)
        except ControlError as error:
            if error.status in (401, 403) or error.status >= 500:
                raise
            if error.status == 409:
                known.update(await core.tenants())
                await in_database(actions.outrun, tenant, known.get(tenant, message.version))
                return
            self._refused[tenant] = (message.version, time.monotonic() + REFUSED_SECONDS)
            self._say(f"tenant {tenant}", f"The core refused the configuration of {message.name}.")
            log.error("tenant.refused", tenant=tenant, version=message.version, problem=error.problem.error)
            return
        known[tenant] = message.version
        self._settle(tenant)
        log.info("tenant.pushed", tenant=tenant, version=message.version)

    def _settle(self, tenant: str) -> None:
        self._refused.pop(tenant, None)
        self._say(f"tenant {tenant}", "")

    # --- records from the core ---

    async def _collect(self) -> None:
        async with self._connect() as core:
            stream, number = await in_database(actions.position)
            acknowledged = (await core.health()).acknowledged
            # Where we were; else all that this journal has; else all that nobody has taken yet.
            starts: list[tuple[int, str | None]] = [(number, stream)] if stream else []
            starts += [(0, None), (acknowledged, None)]
            for attempt, (since, of) in enumerate(starts):
                async with contextlib.aclosing(core.events(since, stream=of)) as messages:
                    hello = await anext(messages)
                    assert isinstance(hello, Hello)
                    if hello.state is not None and attempt + 1 < len(starts):
                        continue
                    if attempt or not stream:
                        await self._new_start(hello, stream, number)
                        await audio.catch_up(core)
                    self._core_came.set()
                    self._say("records", "")
                    await self._take_all(core, hello.stream, messages)

    async def _new_start(self, hello: Hello, stream: str, number: int) -> None:
        if stream:
            log.error(
                "records.gap",
                text="The core's journal is another one, or no longer has what comes after our cursor.",
                had=(stream, number),
                now=(hello.stream, hello.number),
            )
        await in_database(actions.start_at, hello.stream, hello.number, hello.state)

    async def _take_all(
        self, core: ControlClient, stream: str, messages: AsyncGenerator[Hello | Event, None]
    ) -> None:
        """Events to the database in batches; acknowledged to the core only after the commit."""
        batch: list[Event] = []
        due = float("inf")
        written = float("-inf")
        coming = asyncio.ensure_future(anext(messages))
        try:
            while True:
                wait = None if not batch else max(0.0, due - time.monotonic())
                await asyncio.wait({coming}, timeout=wait)
                if coming.done():
                    event = coming.result()
                    coming = asyncio.ensure_future(anext(messages))
                    assert isinstance(event, Event)
                    self._teller.heard(event)
                    batch.append(event)
                    now = time.monotonic()
                    record = max(now + RECORD_SECONDS, written + BUSY_SECONDS)
                    due = min(due, record if event.kind in PROMPT else now + CURSOR_SECONDS)
                if batch and (len(batch) >= BATCH or time.monotonic() >= due):
                    await core.acknowledge(await in_database(actions.take_in, stream, batch))
                    self._teller.stored(batch)
                    batch, due, written = [], float("inf"), time.monotonic()
        finally:
            coming.cancel()
            await asyncio.wait({coming})  # unlike `await coming`, this ends when we are cancelled ourselves
            if not coming.cancelled():
                coming.exception()
