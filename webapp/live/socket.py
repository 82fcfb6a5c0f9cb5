"""The WebSocket `/ws/live`: one per browser tab. Plain ASGI: each frame costs, and there are many."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

import msgspec
import structlog
from django.db import DatabaseError, InterfaceError

from webapp.link.database import in_database
from webapp.live.feed import feed
from webapp.live.hub import Viewer
from webapp.live.messages import Ping, Pong
from webapp.people.sockets import ENDED, FOREIGN, SignedIn, origin_allowed, session_key, sessions, signed_in

log = structlog.get_logger(__name__)

# Close codes. Daphne sends none of the registered ones.
TOO_SLOW, UNWANTED, TOO_MUCH, LATER = 4008, 4400, 4429, 4503
CHECK_SECONDS = 10.0  # how often it is looked whether the browser keeps up
MOST_MESSAGES, IN_SECONDS = 20, 10.0
MOST_CHARACTERS = 1000
MOST_SOCKETS = 50  # of one person

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_ping = msgspec.json.Decoder(Ping)
_open: dict[str, int] = {}  # sockets by person


async def live_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application. Refusals are closes with a code after accepting, so that pages see which one."""
    await receive()
    await send({"type": "websocket.accept"})
    if not origin_allowed(scope):
        await _close(send, FOREIGN)
        return
    try:
        who = await in_database(signed_in, session_key(scope))
    except (DatabaseError, InterfaceError):
        await _close(send, LATER)
        return
    if who is None:
        await _close(send, ENDED)
    elif _open.get(who.person, 0) >= MOST_SOCKETS:
        log.warning("live.too_many", user=who.person)
        await _close(send, TOO_MUCH)
    else:
        _open[who.person] = _open.get(who.person, 0) + 1
        try:
            await _Socket(who, receive, send).run(*_start(scope))
        finally:
            _open[who.person] -= 1
            if not _open[who.person]:
                del _open[who.person]


async def _close(send: Send, code: int) -> None:
    await send({"type": "websocket.close", "code": code})


def _start(scope: Scope) -> tuple[int | None, str]:
    """`since` and `stream` of the query."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    since, stream = query.get("since", [""])[0], query.get("stream", [""])[0]
    number = since.isascii() and since.isdigit() and len(since) < 19
    return (int(since) if number else None), stream


class _Socket:
    """From hello to the close."""

    def __init__(self, who: SignedIn, receive: Receive, send: Send) -> None:
        self._who = who
        self._receive = receive
        self._send = send
        self._times: deque[float] = deque(maxlen=MOST_MESSAGES)

    async def run(self, since: int | None, stream: str) -> None:
        loop = asyncio.get_running_loop()
        ends: list[asyncio.Task[None]] = []
        forget = sessions.add(self._who, lambda: ends.append(loop.create_task(_close(self._send, ENDED))))
        try:
            code = await self._live(since, stream)
        finally:
            forget()
        if code:
            log.info("live.closed", user=self._who.person, code=code)
            await _close(self._send, code)

    async def _live(self, since: int | None, stream: str) -> int:
        """The close code; 0 when the browser is gone."""
        live = feed()
        try:
            viewer = await live.watch(self._who, self._give, since, stream)
        except (DatabaseError, InterfaceError):
            return LATER
        try:
            return await self._listen(viewer)
        finally:
            live.leave(viewer)

    async def _give(self, frame: str) -> None:
        await self._send({"type": "websocket.send", "text": frame})

    async def _listen(self, viewer: Viewer) -> int:
        """Until the browser is gone (0), or has to go (a close code)."""
        while True:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    message = await self._receive()
            except TimeoutError:
                message = None
            now = time.monotonic()
            if message is None:
                pass
            elif message["type"] == "websocket.disconnect":
                return 0
            elif code := await self._take(viewer, message.get("text") or "", now):
                return code
            if viewer.outbox.behind(now):
                return TOO_SLOW

    async def _take(self, viewer: Viewer, text: str, now: float) -> int:
        """What the browser says; a close code when it should not have."""
        if len(text) > MOST_CHARACTERS:
            return UNWANTED
        if len(self._times) == MOST_MESSAGES and now - self._times[0] < IN_SECONDS:
            return TOO_MUCH
        self._times.append(now)
        try:
            ping = _ping.decode(text)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return UNWANTED
        viewer.outbox.ping(ping.number, now)
        await self._give(msgspec.json.encode(Pong(time=time.time())).decode())
        return 0
