"""One core for this folder; an organisation of its own for each test."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.phones import net
from tests.running import RunningCore
from tests.telephony.office import Office

_names = itertools.count(1)


def make_core(prepared: Path, folder: Path) -> RunningCore:
    """A core that is not started yet, with prompts and certificate in place."""
    core = RunningCore(folder / "core", net.free_port(2), net.core_ports(), folder / "core.log")
    core.home.mkdir()
    (core.home / "prompts").symlink_to(prepared / "prompts")
    core.extra_env = {
        "CENTRALE_TLS_CERTIFICATE": str(prepared / "certificate.pem"),
        "CENTRALE_TLS_KEY": str(prepared / "key.pem"),
    }
    return core


@pytest.fixture(scope="session")
def exchange(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A running core for all tests of this folder."""
    core = make_core(prepared, tmp_path_factory.mktemp("telephony"))
    asyncio.run(core.start())
    yield core
    core.close()


@pytest.fixture
async def office(exchange: RunningCore) -> AsyncIterator[Office]:
    """An organisation; `open` it first. At the end nothing may be left of its calls."""
    office = Office(exchange, f"office{next(_names)}")
    yield office
    await office.close()


@pytest.fixture
async def other_office(exchange: RunningCore) -> AsyncIterator[Office]:
    """A second organisation in the same core."""
    office = Office(exchange, f"office{next(_names)}")
    yield office
    await office.close()
