"""A running control server over a real store, and a client of it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from pbx.control.client import ControlClient
from pbx.control.server import ControlServer
from pbx.files import Files
from pbx.store import Store
from tests.control.target import Core

Running = AbstractAsyncContextManager[tuple[Core, str]]


@contextlib.asynccontextmanager
async def running(
    folder: Path, address: str | None = None, slow_seconds: float = 15.0
) -> AsyncIterator[tuple[Core, str]]:
    """A core on `folder`, and the address of its control API (a socket in the folder)."""
    store = await Store.open(folder / "core", reserve=2**16)
    store.recover()
    core = Core(store)
    core.files = files = await Files.open(store, folder / "core")
    where = address or f"unix:{folder / 'control.sock'}"
    server = ControlServer(core, where, slow_seconds=slow_seconds, files=files)
    await server.start()
    try:
        yield core, where
    finally:
        await server.close()
        await store.close()


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Running]:
    """`async with start() as (core, address)`; again on the same folder for a restart."""
    return lambda **options: running(tmp_path, **options)


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Core]:
    async with running(tmp_path) as (core, _):
        yield core


@pytest.fixture
async def client(core: Core, tmp_path: Path) -> AsyncIterator[ControlClient]:
    async with ControlClient(f"unix:{tmp_path / 'control.sock'}") as client:
        yield client
