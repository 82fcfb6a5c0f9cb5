"""One core for all tests of a module that leave nothing behind."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.registration.client import new_core
from tests.running import RunningCore, organisation

BOTH = "both.test"
STRICT = "strict.test"


@pytest.fixture(scope="module")
def office(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A running core with three organisations that have the same numbers: `office.test` (MD5), `both.test`
    (SHA-256, then MD5) and `strict.test` (SHA-256 only)."""
    core = new_core(prepared, tmp_path_factory.mktemp("office"))
    asyncio.run(core.start())
    asyncio.run(
        core.apply(
            organisation(),
            organisation("both", BOTH, digests=["SHA-256", "MD5"]),
            organisation("strict", STRICT, digests=["SHA-256"]),
        )
    )
    yield core
    core.close()
