"""An installation of its own for each test, and nothing left of it afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.operations.harness import Running, environment

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
