"""An installation of its own for each test, and nothing left of it afterwards."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.harness import Running, environment
from tests.operations.house import House, Phones, opened

Start = Callable[..., Running]


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation below the test's own folder."""
    return environment(tmp_path / "home")


@pytest.fixture
def start(env: dict[str, str]) -> Iterator[Start]:
    """start("name=habit", …) starts the supervisor with stand-ins; start() the real one."""
    running: list[Running] = []

    def begin(*parts: str, **more: str) -> Running:
        stand_ins = ("tests.operations.standins", "supervisor", *parts)
        command = stand_ins if parts else ("config.supervisor",)
        running.append(Running(command, {**env, **more}))
        return running[-1]

    yield begin
    for one in running:
        one.clean_up()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole product, for all tests that meet it over REST."""
    with opened(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture
async def phones(house: House) -> AsyncIterator[Phones]:
    """Phones in that house, until the end of the test."""
    found = Phones(house)
    yield found
    await found.close()
