"""Fixtures that every test may use."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from config.setup import certificate, prompts
from tests.phones import net
from tests.running import RunningCore, organisation

# RTP ports of cores, 1000 each, away from those of the phones.
_media = itertools.count()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prompts and a certificate, made once for all cores of this run."""
    folder = tmp_path_factory.mktemp("prepared")
    prompts.ensure(folder / "prompts")
    certificate.ensure(folder / "certificate.pem", folder / "key.pem", "127.0.0.1")
    return folder


@pytest.fixture
def new_core(prepared: Path, tmp_path: Path) -> Iterator[RunningCore]:
    """A core that has not been started yet, in a folder of its own."""
    port = net.free_port(2)
    first = 30000 + 1000 * (next(_media) % 28)
    core = RunningCore(tmp_path / "core", port, (first, first + 998), tmp_path / "core.log")
    core.home.mkdir()
    (core.home / "prompts").symlink_to(prepared / "prompts")
    core.extra_env = {
        "CENTRALE_TLS_CERTIFICATE": str(prepared / "certificate.pem"),
        "CENTRALE_TLS_KEY": str(prepared / "key.pem"),
    }
    yield core
    core.close()


@pytest.fixture
async def core(new_core: RunningCore) -> AsyncIterator[RunningCore]:
    """A running core with one organisation of ten extensions; nothing may be left of a call at the end."""
    await new_core.start()
    await new_core.apply(organisation())
    yield new_core
