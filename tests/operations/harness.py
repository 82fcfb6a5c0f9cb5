"""A supervisor under test: started as people start it, watched through what it prints."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

from tests.phones import net

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0


def wait_until(true: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Asks again and again until `true()` is; fails with `what` after `seconds`."""
    limit = time.monotonic() + seconds
    while not true():
        if time.monotonic() > limit:
            raise AssertionError(f"after {seconds} s still not: {what}")
        time.sleep(0.02)


def environment(home: Path) -> dict[str, str]:
    """Settings of an installation of its own: its folder, loopback, ports of its own."""
    http, sip, rtp = net.free_port(), net.free_port(2), net.free_rtp_block()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTRALE_")}
    for name in ("DATABASE_URL", "REDIS_URL", "NOTIFY_SOCKET"):
        clean.pop(name, None)
    return {
        **clean,
        "CENTRALE_ENV_FILE": os.devnull,
        "CENTRALE_HOME": str(home),
        "CENTRALE_BIND": "127.0.0.1",
        "CENTRALE_HTTP_PORT": str(http),
        "CENTRALE_SIP_PORT": str(sip),
        "CENTRALE_SIP_TLS_PORT": str(sip + 1),
        "CENTRALE_RELAY_PORT": str(net.free_port()),
        "CENTRALE_RTP_PORTS": f"{rtp}-{rtp + net.RTP_BLOCK - 1}",
        # Everybody in a test comes from one address.
        "CENTRALE_SIGN_IN_RATE": "6000",
        "TEST_NOTES": str(home.parent / "notes"),
        "TEST_WELL": str(home.parent / "well"),
        "TEST_CODE": str(home.parent / "code"),
    }


class Running:
    """A supervisor and what it printed so far."""

    def __init__(self, command: Sequence[str], env: dict[str, str]) -> None:
        self.env = env
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, text: str, times: int = 1, seconds: float = PATIENCE) -> None:
        """Until `text` was printed `times` times; fails at once when the supervisor ended without it."""
        try:
            wait_until(
                lambda: self.output.count(text) >= times or self.process.poll() is not None, text, seconds
            )
            if self.process.poll() is not None:
                self._reader.join(5)
            assert self.output.count(text) >= times, f"ended without {text!r}"
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output}") from None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = PATIENCE) -> int:
        """Waits for its end; the exit code."""
        code = self.process.wait(seconds)
        self._reader.join(5)
        return code

    def stop(self) -> int:
        """Asks it to stop in order; the exit code."""
        self.signal(signal.SIGINT)
        return self.end()

    def children(self) -> list[psutil.Process]:
        """All processes below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """The part whose command line has `word` in it."""
        found = [process for process in psutil.Process(self.process.pid).children() if has(process, word)]
        assert len(found) == 1, f"{word}: {found}"
        return found[0]

    def clean_up(self) -> None:
        """After a test: nothing of it is left, whatever happened."""
        if self.process.poll() is None:
            left = self.children()
            self.process.kill()
            self.process.wait(10)
            for process in left:
                if process.is_running():
                    process.kill()
        self._reader.join(5)


def has(process: psutil.Process, word: str) -> bool:
    try:
        return word in process.cmdline()
    except psutil.Error:
        return False


def gone(processes: Sequence[psutil.Process]) -> bool:
    """True when none of them runs any more (one that only waits to be reaped does not run)."""
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        for process in processes
        if psutil.pid_exists(process.pid)
    )
