"""What all sockets of this process live on: one stream from the core, one picture per organisation."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError

from pbx.control.client import ControlError, ControlUnreachable
from pbx.control.messages import Event, Hello, MessageError
from pbx.control.state import View
from webapp.link import core
from webapp.link.database import in_database
from webapp.live import directory, storage
from webapp.live.hub import Hub, Viewer
from webapp.live.picture import Picture
from webapp.live.post import Post
from webapp.people.sockets import SignedIn

log = structlog.get_logger(__name__)

FIRST_PAUSE, LAST_PAUSE = 0.2, 2.0  # before the core is asked again
FIRST_STATE_SECONDS = 3.0  # the first viewer waits so long for the core
TEND_SECONDS = 1.0  # how often the database is asked for a new configuration,
PEOPLE_SECONDS = 5.0  # and for people's names and photos
KEEP_SECONDS = 300.0  # an organisation that nobody watches is forgotten after
LATE_SECONDS = 0.2  # how often it is asked whether something is stored


class Feed:
    """`watch` with a viewer, `leave` when the socket is closed. Its tasks begin with the first viewer."""

    def __init__(self) -> None:
        self._view = View()
        self._up = False
        self._heard = asyncio.Event()
        self._hubs: dict[str, Hub] = {}
        self._left: dict[str, float] = {}
        self._people: dict[str, tuple[directory.Person, ...]] = {}
        self._versions: dict[str, int] = {}
        self._making: dict[str, asyncio.Lock] = {}
        self._process = secrets.token_hex(6)
        self._post = Post()
        self._late = storage.Late()
        self._dirty: dict[bool, set[str]] = {True: set(), False: set()}
        self._due: dict[bool, asyncio.Handle] = {}
        self._tasks = [
            asyncio.create_task(self._again(work))
            for work in (self._post.run, self._follow, self._tend, self._look_for_stored)
        ]

    async def close(self) -> None:
        """End its tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        """A bug in one of the tasks is told, and must not end the live view of everybody."""
        while True:
            try:
                await work()
            except (DatabaseError, InterfaceError) as error:
                log.warning(
                    "live.waiting", problem="The database cannot be reached.", error=str(error).strip()
                )
            except Exception:
                log.exception("live.failed")
            await asyncio.sleep(LAST_PAUSE)

    # --- viewers ---

    async def watch(
        self, who: SignedIn, send: Callable[[str], Awaitable[None]], since: int | None, stream: str
    ) -> Viewer:
        """Give `send` all that `who` may see, from now on. Raises DatabaseError."""
        viewer = Viewer(who, send, time.monotonic())
        hub = await self._hub(who.organisation or "")
        hub.add(viewer, time.time(), since, stream)
        self._left.pop(who.organisation or "", None)
        self._post.bring([viewer], urgent=True)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """The socket is closed."""
        key = viewer.who.organisation or ""
        hub = self._hubs.get(key)
        if hub is not None:
            hub.remove(viewer)
            if not hub.viewers:
                self._left[key] = time.monotonic()

    async def _hub(self, tenant: str) -> Hub:
        async with self._making.setdefault(tenant, asyncio.Lock()):
            if tenant not in self._hubs:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FIRST_STATE_SECONDS):
                        await self._heard.wait()
                found, row_version = await in_database(_read, tenant)
                picture = Picture(found, self._view)
                picture.core(up=self._up)
                stream = f"{self._process}{secrets.token_hex(4)}"
                self._hubs[tenant] = Hub(picture, stream, lambda urgent: self._wake(tenant, urgent))
                self._left[tenant] = time.monotonic()
                self._know(found, row_version)
            return self._hubs[tenant]

    def _know(self, found: directory.Directory, row_version: int) -> None:
        self._versions[found.tenant] = row_version
        self._people[found.tenant] = found.everybody
        self._late.count(found.tenant, found.mailboxes, self._view.number)

    # --- publishing ---

    def _wake(self, tenant: str, urgent: bool) -> None:
        """Something waits in a hub: publish it at once, or after a moment together with more."""
        self._dirty[urgent].add(tenant)
        if urgent in self._due:
            return
        loop = asyncio.get_running_loop()
        self._due[urgent] = (
            loop.call_soon(self._publish, True)
            if urgent
            else loop.call_later(self._post.pause, self._publish, False)
        )

    def _publish(self, urgent: bool) -> None:
        self._due.pop(urgent, None)
        tenants, self._dirty[urgent] = self._dirty[urgent], set()
        for tenant in tenants:
            hub = self._hubs.get(tenant)
            if hub is not None:
                self._post.bring(hub.publish(urgent=urgent), urgent=urgent)

    # --- the core ---

    async def _follow(self) -> None:
        """Its events, for ever. When it is away everybody is told, and it is asked again and again."""
        pause, since, stream = FIRST_PAUSE, None, None
        while True:
            try:
                async with (
                    core.client() as client,
                    contextlib.aclosing(client.events(since, stream=stream)) as messages,
                ):
                    async for message in messages:
                        pause, since = FIRST_PAUSE, message.number
                        if isinstance(message, Hello):
                            stream = message.stream
                        self._take(message)
            except (ControlUnreachable, ControlError, MessageError) as error:
                if self._up:
                    log.warning("live.core_away", problem=str(error))
                self._core(up=False)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_PAUSE)

    def _take(self, message: Hello | Event) -> None:
        if isinstance(message, Hello):
            self._late.stream = message.stream
            if message.state is not None:
                self._view = View.of(message.state)
                for hub in self._hubs.values():
                    hub.change(hub.picture.replace(hub.picture.directory, self._view))
                    self._late.count(
                        hub.picture.directory.tenant, hub.picture.directory.mailboxes, message.number
                    )
            self._core(up=True)
            self._heard.set()
            return
        self._view.apply(message)
        hub = self._hubs.get(message.tenant or "")
        if hub is not None:
            hub.change(hub.picture.apply(message))
            self._late.take(message)

    def _core(self, *, up: bool) -> None:
        self._up = up
        for hub in self._hubs.values():
            hub.change(hub.picture.core(up=up))

    # --- the database ---

    async def _tend(self) -> None:
        """Look for new configurations and names, and forget organisations that nobody watches."""
        next_people = time.monotonic()
        while True:
            await asyncio.sleep(TEND_SECONDS)
            self._forget()
            watched = [tenant for tenant in self._hubs if tenant]
            if not watched:
                continue
            versions = await in_database(directory.version, watched)
            changed = {tenant for tenant in watched if versions.get(tenant) != self._versions.get(tenant)}
            if time.monotonic() >= next_people:
                next_people = time.monotonic() + PEOPLE_SECONDS
                for tenant in watched:
                    found = await in_database(directory.people, tenant)
                    if self._people[tenant] != found:
                        changed.add(tenant)
            for tenant in changed:
                await self._refresh(tenant)

    async def _refresh(self, tenant: str) -> None:
        found, row_version = await in_database(_read, tenant)
        hub = self._hubs.get(tenant)
        if hub is not None:
            hub.change(hub.picture.replace(found, self._view))
            self._know(found, row_version)
            self._publish(True)
            self._publish(False)
            self._post.bring(hub.moved(time.time()), urgent=True)

    def _forget(self) -> None:
        limit = time.monotonic() - KEEP_SECONDS
        for tenant in [tenant for tenant, left in self._left.items() if left < limit]:
            for table in (self._left, self._hubs, self._people, self._versions, self._making):
                table.pop(tenant, None)

    async def _look_for_stored(self) -> None:
        """What the courier has written meanwhile: records, and how many messages there are."""
        pause = LATE_SECONDS
        while True:
            if not self._late.waiting.is_set():
                pause = LATE_SECONDS
            await self._late.waiting.wait()
            await asyncio.sleep(pause)
            pause = min(1.2 * pause, LAST_PAUSE)
            calls, boxes = self._late.stored(*await in_database(storage.position))
            for call in calls:
                hub = self._hubs.get(call.tenant)
                if hub is not None:
                    hub.change(hub.picture.stored(call))
            for tenant, keys in boxes.items():
                await self._count(tenant, keys)

    async def _count(self, tenant: str, mailboxes: set[str]) -> None:
        try:
            found = await in_database(storage.counts, mailboxes)
        except (DatabaseError, InterfaceError):
            self._late.count(tenant, mailboxes, 0)
            raise
        hub = self._hubs.get(tenant)
        if hub is not None:
            hub.change(hub.picture.mailbox(found))


def _read(tenant: str) -> tuple[directory.Directory, int]:
    """The directory, and a version that it is at least as new as."""
    if not tenant:
        return directory.Directory(tenant=""), 0
    row_version = directory.version([tenant]).get(tenant, 0)
    return directory.read(tenant), row_version


_feeds: dict[Any, Feed] = {}


def feed() -> Feed:
    """The one of this process, on the loop that runs."""
    loop = asyncio.get_running_loop()
    if loop not in _feeds:
        _feeds.clear()
        _feeds[loop] = Feed()
    return _feeds[loop]
