"""Progress lines and commands of the build. Standard library only."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

TAIL = 30  # lines of a failed command to show


class BuildError(Exception):
    """Says in words for a person why there is no wheel."""


def say(text: str) -> None:
    """One line of progress, at once."""
    print(text, flush=True)  # noqa: T201


@contextmanager
def step(what: str, how_long: str) -> Iterator[None]:
    """Tells what begins and how long it may take, then how long it took."""
    say(f"==> {what} ({how_long})")
    start = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - start:.0f} s")


def run(command: Sequence[str], name: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """Runs a command to its end; gives what it printed. BuildError with the last lines when it fails."""
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as problem:
        raise BuildError(f"{name} cannot be run: {problem}") from problem
    if done.returncode:
        tail = "\n".join("    " + line for line in done.stdout.splitlines()[-TAIL:])
        raise BuildError(f"{name} failed with code {done.returncode}; its last lines:\n{tail}")
    return done.stdout
