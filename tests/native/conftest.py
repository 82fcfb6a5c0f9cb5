"""One endpoint process per test that asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.setup import certificate
from tests.native.harness import Agent, Phone


@pytest.fixture
def agent() -> Iterator[Agent]:
    process = Agent()
    yield process
    try:
        assert process.quit() == 0, "the endpoint did not end cleanly"
    finally:
        process.end()


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    certificate.ensure(folder / "certificate.pem", folder / "key.pem", "127.0.0.1")
    return folder / "certificate.pem", folder / "key.pem"


@pytest.fixture
def phone(agent: Agent) -> Iterator[Phone]:
    socket = Phone(agent)
    yield socket
    socket.close()


@pytest.fixture
def tcp_phone(agent: Agent) -> Iterator[Phone]:
    socket = Phone(agent, "tcp")
    yield socket
    socket.close()
