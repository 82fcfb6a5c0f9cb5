"""One SIP edge for this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.sip.edge import Edge, RunningEdge


@pytest.fixture(scope="session")
def running_edge(prepared: Path) -> Iterator[RunningEdge]:
    """PJSIP in this process; once, because it keeps much for the life of a process."""
    with RunningEdge(prepared / "certificate.pem", prepared / "key.pem") as running:
        yield running


@pytest.fixture
async def edge(running_edge: RunningEdge) -> AsyncIterator[Edge]:
    """The edge; at the end no leg may be left."""
    yield running_edge.edge
    await running_edge.edge.close()
