"""`make test`: which processes it starts, and what it tells at the end."""

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from config.setup import __main__ as commands
from config.setup.steps import ROOT

FLAKY = """
from pathlib import Path
def test_second_try():
    seen = Path(__file__).with_name("seen")
    if not seen.exists():
        seen.touch()
        raise AssertionError
def test_never():
    raise AssertionError
def test_well():
    pass
"""
NOT_IN_ORDER = ["FAILED test_it.py::test_never", "SECOND TRY test_it.py::test_second_try"]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Command lines that would have been run; the set-up is left out."""
    lines: list[str] = []

    def show(command: list[object], environment: dict[str, str]) -> int:
        lines.append(" ".join(str(word) for word in command))
        if report := environment.get("CENTRALE_TEST_REPORT"):
            with Path(report).open("a") as file:
                file.write(f"{NOT_IN_ORDER[len(lines) - 1]}\n")
        return 1 if "not alone" in lines[-1] else 0

    monkeypatch.setattr(commands, "BUILD", tmp_path)
    monkeypatch.setattr(commands, "show", show)
    monkeypatch.setattr(commands, "only_one", nullcontext)
    monkeypatch.setattr(commands, "tools", lambda *_: None)
    monkeypatch.setattr(commands, "translate", lambda: None)
    monkeypatch.setattr(commands, "client", lambda _what: 0)
    return lines


def test_all_tests_in_two_parts(started: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What fails in the first part fails the whole, and is told at the end of the second."""
    assert commands.test([]) == 1
    first, second = started
    assert " tests -m not alone -n " in first
    assert second.endswith(" tests -m alone")
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if not line.startswith("==>")] == NOT_IN_ORDER


def test_some_tests_in_one_process(started: list[str]) -> None:
    assert commands.test(["tests/config/test_setup.py::test_x", "-x"]) == 0
    assert commands.test(["-k", "settings"]) == 0
    assert started[0].endswith("--ignore=tests/benchmarks tests/config/test_setup.py::test_x -x")
    assert started[1].endswith("--ignore=tests/benchmarks tests -k settings")


@pytest.mark.parametrize("options", [[], ["-n", "2"]])
def test_second_tries_are_told(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "test_it.py").write_text(FLAKY)
    report = tmp_path / "report"
    environment = commands.test_environment() | {"CENTRALE_TEST_REPORT": str(report), "PYTHONPATH": str(ROOT)}
    environment = {name: value for name, value in environment.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:django", "--reruns", "1"]
    done = subprocess.run(
        [*command, *options, "test_it.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "passed only at their second try" in done.stdout
    assert "raise AssertionError" in done.stdout.partition("passed only at")[2], "how it failed"
    assert done.stdout.splitlines()[-2] == NOT_IN_ORDER[1]
    assert report.read_text().splitlines() == NOT_IN_ORDER
