"""What the operating system says about a process: CPU seconds, memory, threads."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """CPU seconds (user and system) of a process so far, its resident memory in MB, and when (monotonic)."""

    cpu: float
    rss: float
    at: float


def usage(pid: int) -> Usage:
    """Read /proc. CPU is counted for all threads, with microsecond precision where schedstat has it."""
    cpu = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            cpu += int((task / "schedstat").read_text().split()[0]) / 1e9
        except (OSError, IndexError):
            continue
    if not cpu:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        cpu = (int(fields[11]) + int(fields[12])) / _TICK
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return Usage(cpu, pages * os.sysconf("SC_PAGE_SIZE") / 2**20, time.monotonic())


@dataclass(frozen=True)
class Result:
    """One figure: what, how much, in which unit, and what it should be at most (None: no target)."""

    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.value <= self.target
