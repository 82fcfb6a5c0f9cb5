"""A core with its control plane, on SQLite or a private PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.running import RunningCore
from tests.services import postgres
from tests.survival.plane import Plane


@pytest.fixture
def sqlite(new_core: RunningCore) -> Iterator[Plane]:
    """A prepared control plane on SQLite; nothing of it runs yet."""
    plane = Plane(new_core, None)
    yield plane
    plane.close()


@pytest.fixture
def server() -> Iterator[postgres.Cluster]:
    """A PostgreSQL of this test's own."""
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as cluster:
        yield cluster


@pytest.fixture
def postgresql(new_core: RunningCore, server: postgres.Cluster) -> Iterator[Plane]:
    """A control plane on PostgreSQL; nothing of it runs yet."""
    plane = Plane(new_core, server.url)
    yield plane
    plane.close()
