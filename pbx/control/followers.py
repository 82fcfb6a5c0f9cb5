"""WebSocket `/v1/events`: Hello, then every event in order; each reads at its own pace from the journal."""

import asyncio
import contextlib

import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from pbx.control.messages import Hello, encode
from pbx.control.state import of_tenant
from pbx.control.target import ControlTarget, Forgotten, Refused

log = structlog.get_logger("pbx.control")

TOO_SLOW = 4008
FORGOTTEN = 4010
SETTLE_SECONDS = 10.0
CLOSE_SECONDS = 2.0
PING_SECONDS = 20.0


class Followers:
    """All who follow the events. Events are sent as the bytes that are on disk, encoded once for everyone."""

    def __init__(self, target: ControlTarget, slow_seconds: float) -> None:
        self._target = target
        self._slow = slow_seconds
        self._followers: set[Follower] = set()

    @property
    def count(self) -> int:
        return len(self._followers)

    async def close(self) -> None:
        """A close frame to everyone: the core goes away."""
        leaving = [f.drop(WSCloseCode.GOING_AWAY, "the core stops") for f in self._followers]
        await asyncio.gather(*leaving, return_exceptions=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Query: `since` (number of the last event seen) with `stream` it is from, `tenant`."""
        since = _since(request)
        if request.query.get("stream", self._target.journal.stream) != self._target.journal.stream:
            since = None
        follower = Follower(self._target, request, since, request.query.get("tenant"), self._slow)
        self._followers.add(follower)
        try:
            return await follower.run()
        finally:
            self._followers.discard(follower)


class Follower:
    """One WebSocket. `since` None asks for the live state first; `tenant` None for everything."""

    def __init__(
        self, target: ControlTarget, request: web.Request, since: int | None, tenant: str | None, slow: float
    ) -> None:
        self._target = target
        self._request = request
        self._since = since
        self._tenant = tenant
        self._slow = slow
        self._dropper: asyncio.Task[None] | None = None
        self._socket = web.WebSocketResponse(
            heartbeat=PING_SECONDS, compress=False, max_msg_size=4096, timeout=CLOSE_SECONDS
        )

    async def run(self) -> web.WebSocketResponse:
        """Until either side closes."""
        await self._socket.prepare(self._request)
        sending = asyncio.create_task(self._send())
        try:
            # Nothing is expected from the other side but pongs and the close; reading is what handles them.
            async for _ in self._socket:
                pass
        finally:
            if self._dropper is not sending:  # else it is closing with a code: let it
                sending.cancel()
            await asyncio.wait([sending], timeout=2 * CLOSE_SECONDS)
        return self._socket

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(SETTLE_SECONDS + self._slow) as patience:
                start = await self._hello()
                patience.reschedule(None)
                if start is None:
                    return
                async for entry in self._target.journal.follow(start):
                    if self._tenant is None or entry.tenant == self._tenant:
                        # Waits here while the peer does not read: its cursor falls behind, memory stays.
                        patience.reschedule(loop.time() + self._slow)
                        await self._socket.send_frame(entry.body, WSMsgType.TEXT)
                        patience.reschedule(None)
        except TimeoutError:
            log.warning("control.slow_follower", text=f"Took nothing for {self._slow:g} s, dropped.")
            await self.drop(TOO_SLOW, "too slow: come back with since")
        except Forgotten as error:
            await self.drop(FORGOTTEN, str(error))
        except ConnectionError:
            pass  # the reading side ends the request
        except Exception:
            log.exception("control.follower")
            await self.drop(WSCloseCode.INTERNAL_ERROR, "the core failed at this; its log says why")

    async def _hello(self) -> int | None:
        """Sends it and gives the number that events follow after; None when it could not be sent."""
        journal = self._target.journal
        since = self._since
        if since is not None and journal.oldest - 1 <= since <= journal.committed:
            await self._say(Hello(stream=journal.stream, number=since))
            return since
        state = self._target.live_state()
        # The state may tell of events not on disk yet; if the core died now they would never have been.
        if not await journal.settled(state.number, SETTLE_SECONDS):
            await self.drop(WSCloseCode.TRY_AGAIN_LATER, "the disk does not take the journal now")
            return None
        shown = state if self._tenant is None else of_tenant(state, self._tenant)
        await self._say(Hello(stream=journal.stream, number=state.number, state=shown))
        return state.number

    async def _say(self, hello: Hello) -> None:
        await self._socket.send_frame(encode(hello), WSMsgType.TEXT)

    async def drop(self, code: int, reason: str) -> None:
        """Closes with a code, and cuts the connection when the peer does not take even that."""
        self._dropper = asyncio.current_task()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._socket.close(code=code, message=reason.encode()[:120])
        except (TimeoutError, ConnectionError, RuntimeError):
            with contextlib.suppress(AttributeError):
                self._request.transport.abort()  # type: ignore[union-attr]


def _since(request: web.Request) -> int | None:
    text = request.query.get("since")
    if text is None or text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(400, "since is the number of the last event that you have.", "since")
    return int(text)
