"""One product for this folder; phones and a Chromium for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.phones.browser import chromium
from tests.survival.plane import Plane
from tests.telephony.conftest import make_core
from tests.webrtc.house import Desks, House


@pytest.fixture(scope="session")
def house(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A core with its web and courier, and people who are signed in."""
    core = make_core(prepared, tmp_path_factory.mktemp("webrtc"))
    house = House(Plane(core, None))
    asyncio.run(core.start())
    try:
        house.prepare()
        house.plane.start("web", "courier")
        asyncio.run(house.up())
        yield house
    finally:
        house.plane.close()
        core.close()


@pytest.fixture
async def desks(house: House) -> AsyncIterator[Desks]:
    """Phones of both kinds; at the end no call is left."""
    async with chromium() as browser:
        desks = Desks(house, browser)
        try:
            yield desks
        finally:
            await desks.close()
        await desks.quiet()
