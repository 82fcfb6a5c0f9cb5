"""The WebSocket `/ws/sip`: SIP between the page of a signed-in person and the core (RFC 7118).

One WebSocket is one connection to the core's relay port, claimed for the person's device before the first
message goes over it: the core needs no password, and the browser has none.
"""

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from pbx.control.client import ControlError, ControlUnreachable
from pbx.control.messages import Claim
from webapp.extensions.models import Device
from webapp.link import core as core_link
from webapp.link.database import in_database
from webapp.people.sockets import ENDED, FOREIGN, SignedIn, origin_allowed, session_key, sessions, signed_in
from webapp.phone import framing
from webapp.phone.access import browser_of_person

log = structlog.get_logger(__name__)

# Close codes of our own: Daphne sends no others but 1000.
NO_PHONE, BAD, TOO_LARGE, TOO_MANY, LATER = 4404, 4400, 4413, 4429, 4503
RELAY_HOST = "127.0.0.1"
CLAIM_SECONDS = 5.0  # until the core must know a device that has just been made
PER_SECOND, BURST = 20.0, 200.0  # messages of a browser
MOST_SOCKETS = 10  # of one person
WRITE_SECONDS = 15.0

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_open: dict[str, int] = {}  # sockets by person


class _Refused(Exception):
    """The socket is closed with this code."""

    def __init__(self, code: int) -> None:
        self.code = code


async def sip_socket(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application. Refusals are closes with a code after accepting, so that pages see which one."""
    await receive()
    offered = "sip" in scope.get("subprotocols", ())
    await send({"type": "websocket.accept", "subprotocol": "sip" if offered else None})
    try:
        who, device = await _enter(scope, offered=offered)
    except _Refused as refused:
        await send({"type": "websocket.close", "code": refused.code})
        return
    _open[who.person] = _open.get(who.person, 0) + 1
    try:
        code = await _Relay(who, device, receive, send).run()
    finally:
        _open[who.person] -= 1
        if not _open[who.person]:
            del _open[who.person]
    if code:
        log.info("sip.closed", user=who.person, tenant=who.organisation, code=code)
        await send({"type": "websocket.close", "code": code})


async def _enter(scope: Scope, *, offered: bool) -> tuple[SignedIn, Device]:
    """Who it is, and their device. Raises _Refused."""
    if not origin_allowed(scope):
        raise _Refused(FOREIGN)
    try:
        who = await in_database(signed_in, session_key(scope))
        device = await in_database(browser_of_person, who.person) if who is not None else None
    except (DatabaseError, InterfaceError):
        raise _Refused(LATER) from None
    if who is None:
        raise _Refused(ENDED)
    if device is None or str(device.organisation_id) != who.organisation:
        raise _Refused(NO_PHONE)
    if not offered or _open.get(who.person, 0) >= MOST_SOCKETS:
        raise _Refused(TOO_MANY)
    return who, device


class _Relay:
    """From the connection to the core until one of the two is gone."""

    def __init__(self, who: SignedIn, device: Device, receive: Receive, send: Send) -> None:
        self._who = who
        self._device = device
        self._receive = receive
        self._send = send
        self._allowed = BURST
        self._at = time.monotonic()

    async def run(self) -> int:
        """The close code; 0 when the browser has gone."""
        try:
            reader, writer = await asyncio.open_connection(
                RELAY_HOST, settings.CENTRALE.relay_port, limit=framing.MOST
            )
        except OSError:
            return LATER
        try:
            await self._claim(writer)
            return await self._carry(reader, writer)
        except _Refused as refused:
            return refused.code
        finally:
            writer.close()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> int:
        """Both ways, until the first of them ends, or the session."""
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        forget = sessions.add(self._who, lambda: ended.done() or ended.set_result(ENDED))
        # Of those that end at the same moment the first tells why: after ENDED a browser does not come back.
        tasks = [asyncio.ensure_future(work) for work in (ended, self._up(writer), self._down(reader))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(task for task in tasks if task in done).result()
        finally:
            forget()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _claim(self, writer: StreamWriter) -> None:
        """Tell the core who comes here. A device that was made a moment ago may not be there yet."""
        ip, port = writer.get_extra_info("sockname")[:2]
        claim = Claim(tenant=str(self._device.organisation_id), device=str(self._device.pk), ip=ip, port=port)
        deadline = time.monotonic() + CLAIM_SECONDS
        while True:
            try:
                async with core_link.client() as core:
                    await core.claim(claim)
                    return
            except ControlUnreachable:
                raise _Refused(LATER) from None
            except ControlError as error:
                if time.monotonic() > deadline:
                    log.warning("sip.unclaimed", device=claim.device, status=error.status)
                    raise _Refused(LATER) from None
            await asyncio.sleep(0.1)

    async def _up(self, writer: StreamWriter) -> int:
        """From the browser to the core."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return 0
            frame = message.get("text")
            if not self._take():
                return TOO_MANY
            if frame is None or len(frame) > framing.MOST:
                return TOO_LARGE if frame is not None else BAD
            if not frame.strip("\r\n"):
                await self._send({"type": "websocket.send", "text": framing.PONG})
                continue
            try:
                writer.write(framing.outgoing(frame))
                async with asyncio.timeout(WRITE_SECONDS):
                    await writer.drain()
            except framing.BadMessage as error:
                log.warning("sip.bad_message", user=self._who.person, text=str(error))
                return BAD
            except (OSError, TimeoutError):
                return LATER

    async def _down(self, reader: StreamReader) -> int:
        """From the core to the browser."""
        while True:
            try:
                text = await framing.incoming(reader)
            except (OSError, EOFError, asyncio.LimitOverrunError, framing.BadMessage):
                return LATER
            await self._send({"type": "websocket.send", "text": text})

    def _take(self) -> bool:
        """Whether the browser may send one more now."""
        now = time.monotonic()
        self._allowed = min(BURST, self._allowed + (now - self._at) * PER_SECOND)
        self._at = now
        self._allowed -= 1
        return self._allowed >= 0
