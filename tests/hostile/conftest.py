"""One core for all hostile tests of a module: that it is still the same one afterwards is the point."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registration.client import new_core
from tests.running import RunningCore, organisation


@pytest.fixture(scope="module")
def fort(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A running core with one organisation of ten extensions."""
    core = new_core(prepared, tmp_path_factory.mktemp("fort"))
    asyncio.run(core.start())
    asyncio.run(core.apply(organisation()))
    yield core
    core.close()
