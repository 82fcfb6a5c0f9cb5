"""A door before the product that can be closed, so that the server is away for a browser alone."""

import asyncio
import contextlib
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator


class Door:
    """`root` is the address to use; `close` cuts all that is open and refuses, `open` lets through again."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._server: asyncio.Server | None = None
        self._open: set[StreamWriter] = set()
        self.root, self._port = "", 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self.root = f"http://127.0.0.1:{self._port}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._open.copy():
            writer.transport.abort()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        behind, forward = await asyncio.open_connection("127.0.0.1", self._behind)
        ends = {writer, forward}
        self._open |= ends
        try:
            await asyncio.gather(_pour(reader, forward), _pour(behind, writer))
        finally:
            self._open -= ends
            for each in ends:
                each.close()


async def _pour(reader: StreamReader, writer: StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@contextlib.asynccontextmanager
async def door(root: str) -> AsyncIterator[Door]:
    """Before the web at `root`."""
    found = Door(int(root.rsplit(":", 1)[1]))
    await found.open()
    yield found
    await found.close()
