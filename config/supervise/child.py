"""One child process: started in a session of its own, its output as lines, its end as a future."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LIFELINE = Path(__file__).with_name("lifeline.py")
LONGEST_LINE = 16_384


class Child:
    """A running program. Its session of its own keeps the terminal's Ctrl-C away: we decide the order.

    `exited` becomes the exit code, negative for a signal, as in subprocess. What the program started itself
    and left behind in its session is killed when it ends."""

    def __init__(self, argv: Sequence[str], env: Mapping[str, str], on_line: Callable[[str], None]) -> None:
        """Starts `argv` in the project's folder; `on_line` gets each line of its output without the line end.

        Raises OSError when it cannot be started."""
        loop = asyncio.get_running_loop()
        self.exited: asyncio.Future[int] = loop.create_future()
        self._loop = loop
        self._on_line = on_line
        self._rest = b""
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LIFELINE), str(os.getpid()), *argv],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        self._pipe = self._process.stdout.fileno()
        os.set_blocking(self._pipe, False)
        self._watch = os.pidfd_open(self.pid)
        loop.add_reader(self._pipe, self._read)
        loop.add_reader(self._watch, self._end)

    def signal(self, number: int) -> None:
        """Sends a signal to the program (not to what it started)."""
        if not self.exited.done():
            self._process.send_signal(number)

    def kill(self) -> None:
        """Kills the program and everything in its session's group."""
        if not self.exited.done():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    async def stop(self, seconds: float) -> bool:
        """SIGTERM, and SIGKILL when it is still there after `seconds`; True when it ended by itself."""
        self.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.shield(self.exited)
        except TimeoutError:
            self.kill()
            await self.exited
            return False
        return True

    def _read(self) -> None:
        try:
            data = os.read(self._pipe, 65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._pipe)
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._give(line)

    def _give(self, line: bytes) -> None:
        self._on_line(line[:LONGEST_LINE].decode(errors="replace").rstrip("\r"))

    def _end(self) -> None:
        """The program ended: clear its session, read what is left in the pipe, tell the code."""
        # Before the wait: until then the number cannot belong to anyone else.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        code = self._process.wait()
        self._loop.remove_reader(self._watch)
        os.close(self._watch)
        with contextlib.suppress(OSError):
            while rest := os.read(self._pipe, 65_536):
                self._rest += rest
        self._loop.remove_reader(self._pipe)
        for line in self._rest.splitlines():
            self._give(line)
        assert self._process.stdout is not None
        self._process.stdout.close()
        if not self.exited.done():
            self.exited.set_result(code)
