"""The same tests on a real PostgreSQL, and what only a real server can show."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import ROOT
from tests.phones.net import own_range
from tests.services import postgres

needed = pytest.mark.skipif(postgres.binaries() is None, reason="PostgreSQL is not installed")


HERE = Path(__file__).parent
PARTS = 3


def part(number: int) -> list[Path]:
    """Every third file of tests in this folder, from that one on; not this one."""
    files = sorted(set(HERE.rglob("test_*.py")) - {Path(__file__)})
    return files[number::PARTS]


@needed
@pytest.mark.slow
@pytest.mark.first
@pytest.mark.flaky(reruns=0)  # in there each failed test runs once more, and says so
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("number", range(PARTS))
def test_everything_on_postgresql(number: int, tmp_path: Path) -> None:
    """The tests of this folder in processes of their own whose DATABASE_URL is a private cluster."""
    with postgres.cluster() as server:
        env = {**os.environ, "DATABASE_URL": server.url, "CENTRALE_HOME": str(tmp_path)}
        env["CENTRALE_TEST_PORTS"] = own_range()
        command = [sys.executable, "-m", "pytest", *map(str, part(number)), "-m", "not slow"]
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider"],
            check=False,
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-8000:]
        assert "database: postgresql" in done.stdout and " passed" in done.stdout
