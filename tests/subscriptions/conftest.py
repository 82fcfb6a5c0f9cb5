"""One core with two organisations for all tests of a module that leave nothing behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registration.client import new_core
from tests.running import RunningCore, organisation

OTHER = "other.test"


@pytest.fixture(scope="module")
def office(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A running core with `office.test` (101 to 110) and `other.test` (101, 201)."""
    core = new_core(prepared, tmp_path_factory.mktemp("lamps"))
    asyncio.run(core.start())
    asyncio.run(core.apply(organisation(), organisation("other", OTHER, {"101": ["101"], "201": ["201"]})))
    yield core
    core.close()
