"""A browser's connection to /ws/live, over a real network."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.running import eventually
from tests.webapp.live.client import Store

PATIENCE = 30.0


class Browser(Store):
    """`async with Browser(root, session)`: connected with that session cookie. What comes is kept."""

    def __init__(self, root: str, session: str, **headers: str) -> None:
        super().__init__()
        self.root = root
        self.headers = {"Origin": root, "Cookie": f"centrale_session={session}", **headers}
        self.close_code: int | None = None
        self.pongs = 0
        self._client: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Browser":
        await self.connect()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.disconnect()

    async def connect(self) -> None:
        """Also again, from where it was."""
        self.close_code = None
        self._client = aiohttp.ClientSession()
        query = {"since": str(self.number), "stream": self.stream} if self.stream else {}
        url = f"{self.root.replace('http', 'ws', 1)}/ws/live"
        self._socket = await self._client.ws_connect(url, params=query, headers=self.headers, max_msg_size=0)
        self._reading = asyncio.create_task(self._read())

    async def disconnect(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        if self._client is not None:
            await self._client.close()

    async def _read(self) -> None:
        assert self._socket is not None
        while (message := await self._socket.receive()).type is aiohttp.WSMsgType.TEXT:
            if self.take(message.data)["type"] == "pong":
                self.pongs += 1
        # The code of the frame, as a page is told: aiohttp has 1006 when it answered a hung up server.
        closed = message.type is aiohttp.WSMsgType.CLOSE
        self.close_code = message.data if closed else self._socket.close_code

    async def say(self, text: str) -> None:
        assert self._socket is not None
        await self._socket.send_str(text)

    async def ping(self) -> None:
        await self.say(f'{{"type":"ping","number":{self.number}}}')

    async def sees(self, what: Callable[[], Any], words: str) -> Any:
        """Waits until `what` is true of the state, and gives it."""
        try:
            return await eventually(what, PATIENCE, words)
        except AssertionError as error:
            raise AssertionError(f"{error}; it sees {self.state}") from None

    async def sees_call(self, **wanted: Any) -> dict[str, Any]:
        """A call of its own with these values."""

        def there() -> Any:
            calls = self.of("call").values()
            return next((each for each in calls if wanted.items() <= each.items()), None)

        found: dict[str, Any] = await self.sees(there, f"a call with {wanted}")
        return found

    async def sees_colleague(self, number: str, **wanted: Any) -> dict[str, Any]:
        def there() -> Any:
            rows = self.of("colleague").values()
            return next((r for r in rows if r["number"] == number and wanted.items() <= r.items()), None)

        found: dict[str, Any] = await self.sees(there, f"{number} with {wanted}")
        return found

    async def is_closed_with(self, code: int) -> None:
        found = await eventually(lambda: self.close_code, PATIENCE, f"a close with {code}")
        assert found == code, f"closed with {found}, not {code}"
