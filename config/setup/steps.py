"""What every step of the set-up shares: where things are, how it talks, how it runs commands."""

import fcntl
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BUILD = ROOT / "build"
LOG = BUILD / "setup.log"


class SetupError(Exception):
    """Set-up cannot go on. The text is one sentence that says what to do; `code` is the exit code."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


def cache() -> Path:
    """Folder for downloads and built wheels, shared by all clones of this user."""
    given = os.environ.get("CENTRALE_CACHE")
    return Path(given).expanduser().resolve() if given else Path.home() / ".cache" / "centrale"


def say(text: str) -> None:
    """One line for the person who waits."""
    print(text, flush=True)


@contextmanager
def step(what: str, estimate: str) -> Iterator[None]:
    """Announces a piece of work that takes a while, and says afterwards how long it took."""
    say(f"==> {what} ({estimate})")
    started = time.monotonic()
    yield
    say(f"    done in {time.monotonic() - started:.0f} s")


def run(argv: Sequence[str | Path], env: Mapping[str, str] | None = None, folder: Path = ROOT) -> None:
    """Runs a command in `folder` with its output in build/setup.log. When it fails: shows the last lines,
    SetupError."""
    command = [str(part) for part in argv]
    BUILD.mkdir(exist_ok=True)
    with LOG.open("ab") as log:
        log.write(f"\n$ {shlex.join(command)}\n".encode())
        log.flush()
        start = log.tell()
        try:
            code = subprocess.call(
                command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        except FileNotFoundError as error:
            raise SetupError(f"The command {command[0]} is missing: {error}.") from error
    if code:
        with LOG.open("rb") as log:
            log.seek(start)
            tail = log.read().decode(errors="replace").splitlines()[-30:]
        say("\n".join(f"    | {line}" for line in tail))
        raise SetupError(f"`{shlex.join(command)}` failed with code {code}; all of its output is in {LOG}.")


def show(argv: Sequence[str | Path], env: Mapping[str, str] | None = None, folder: Path = ROOT) -> int:
    """Runs a command that talks to the person itself; the answer is its exit code."""
    sys.stdout.flush()
    return subprocess.call([str(part) for part in argv], cwd=folder, env=env)


def below(folder: Path, pattern: str) -> Iterator[Path]:
    """What `folder.rglob(pattern)` finds, except in the libraries of the browser client (40,000 files)."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.match(pattern):
            yield path
        if path.is_dir() and not path.is_symlink() and path.name != "node_modules":
            yield from below(path, pattern)


@contextmanager
def only_one(name: str = "setup") -> Iterator[None]:
    """Two set-ups of the same clone do not run at once: the second one waits."""
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("==> Waiting for another set-up of this clone to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
