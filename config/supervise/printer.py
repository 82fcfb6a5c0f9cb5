"""One place that writes to the terminal, without ever making anyone wait for it."""

import contextlib
import queue
import sys
import threading
from typing import TextIO

COLOURS = ("36", "33", "35", "32", "34")
ROOM = 20_000


class Printer:
    """Lines in, terminal out, in a thread of its own.

    A terminal that stands still (Ctrl-S, a slow ssh) must not stop the pipes of the parts, or the core would
    wait for its log. So lines are dropped, and counted, when too many wait."""

    def __init__(self, out: TextIO | None = None, colour: bool | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = self._out.isatty() if colour is None else colour
        self._lines: queue.Queue[str | None] = queue.Queue(ROOM)
        self._dropped = 0
        self._names: dict[str, str] = {}
        self._thread = threading.Thread(target=self._write, name="printer", daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """A line of the supervisor itself."""
        self._put(f"==> {text}")

    def plain(self, text: str) -> None:
        """A line as it is."""
        self._put(text)

    def line(self, name: str, text: str) -> None:
        """A line that the part `name` wrote."""
        if name not in self._names:
            prefix = f"{name:<8}|"
            colour = COLOURS[len(self._names) % len(COLOURS)]
            self._names[name] = f"\x1b[{colour}m{prefix}\x1b[0m" if self._colour else prefix
        self._put(f"{self._names[name]} {text}")

    def close(self) -> None:
        """Writes what waits, for two seconds at most."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=1)
        self._thread.join(2)

    def _put(self, text: str) -> None:
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self._dropped += 1

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            dropped, self._dropped = self._dropped, 0
            note = f"==> {dropped} lines were dropped, the terminal was too slow\n" if dropped else ""
            try:
                self._out.write(f"{note}{text}\n")
                self._out.flush()
            except (OSError, ValueError):
                # The terminal is gone. The parts go on; what they say has no reader any more.
                self._out = _Nowhere()


class _Nowhere:
    """Takes the place of a terminal that is gone."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...
