"""Fixtures that every test may use."""

import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from config.setup import certificate, prompts
from tests.phones import net
from tests.running import RunningCore, organisation

# How long one example takes says nothing on a machine that is busy with other tests.
hypothesis.settings.register_profile("centrale", deadline=None)
hypothesis.settings.load_profile("centrale")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes begins first, so that nobody waits for it alone in the end."""
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """At the end, name each test that failed and then passed when it was run once more. What was not in order
    is added to the file in CENTRALE_TEST_REPORT, if set: `make test` runs pytest twice."""
    yield
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist; the process above it sees all
        return
    stats = terminalreporter.stats
    failed = {report.nodeid for kind in ("failed", "error") for report in stats.get(kind, [])}
    passed = {report.nodeid for report in stats.get("passed", [])} - failed
    second = {report.nodeid for report in stats.get("rerun", [])} & passed
    report = [f"FAILED {name}" for name in sorted(failed)] + [f"SECOND TRY {name}" for name in sorted(second)]
    if second:
        terminalreporter.section("passed only at their second try", sep="=", yellow=True, bold=True)
        for first in stats["rerun"]:
            if first.nodeid in second:
                terminalreporter.section(first.nodeid, sep="_")
                lines = first.longreprtext.splitlines()
                # What went wrong; it may end with long logs.
                said = [line for line in lines[:-45] if line.startswith("E ")][:15]
                terminalreporter.line("\n".join([*said, *lines[-45:]]))
        terminalreporter.section("bugs of test or product: mend them", sep="-", yellow=True)
        for line in report[len(failed) :]:
            terminalreporter.line(line)
    if path := os.environ.get("CENTRALE_TEST_REPORT"):
        with Path(path).open("a") as file:
            file.writelines(f"{line}\n" for line in report)


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
    core = RunningCore(tmp_path / "core", port, net.core_ports(), tmp_path / "core.log")
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
