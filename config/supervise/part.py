"""A part of Centrale that is kept running: started again when it dies, later each time it dies soon."""

import asyncio
import enum
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.supervise.child import Child
from config.supervise.printer import Printer

FIRST_WAIT = 0.2
LONGEST_WAIT = 10.0
# A part that lived this long had started well: the next wait is the first one again.
WELL_AFTER = 10.0
BAD_CONFIGURATION = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What a part is: its name, its command, how many seconds it gets to stop, extra environment."""

    name: str
    argv: tuple[str, ...]
    stop_seconds: float = 10.0
    env: Mapping[str, str] = field(default_factory=dict)


class State(enum.Enum):
    NEW = "not started"
    RUNNING = "running"
    WAITING = "waiting to be started again"
    STOPPING = "stopping"
    STOPPED = "stopped"


ALLOWED = {
    State.NEW: {State.RUNNING, State.WAITING, State.STOPPED},
    State.RUNNING: {State.WAITING, State.STOPPING, State.STOPPED},
    State.WAITING: {State.RUNNING, State.WAITING, State.STOPPED},
    State.STOPPING: {State.STOPPED},
    State.STOPPED: set(),
}


class Part:
    """Keeps one program running until `stop`.

    `refuse` is called with the name and the last line of a program that finds its configuration bad; when it
    answers True the program is not started again."""

    def __init__(self, spec: Spec, printer: Printer, refuse: Callable[[str, str], bool]) -> None:
        self.spec = spec
        self.name = spec.name
        self.state = State.NEW
        self.starts = 0
        self._printer = printer
        self._refuse = refuse
        self._child: Child | None = None
        self._last_line = ""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_running(), name=f"part {self.name}")

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    async def stop(self) -> None:
        """Stops the program and returns when it is gone; kills it when it takes longer than it may."""
        child = self._child
        if self.state is not State.STOPPED:
            self._move(State.STOPPING if child else State.STOPPED)
        self._wake.set()
        if child and not await child.stop(self.spec.stop_seconds):
            self._printer.say(f"{self.name} did not stop in {self.spec.stop_seconds:.0f} s and was killed")
        if self._task:
            await self._task

    def kill(self) -> None:
        """Kills the program at once; a `stop` that waits for it then returns."""
        if self._child:
            self._child.kill()

    @property
    def _ending(self) -> bool:
        return self.state in (State.STOPPING, State.STOPPED)

    async def _keep_running(self) -> None:
        wait = FIRST_WAIT
        while not self._ending:
            started = time.monotonic()
            code, how = await self._once()
            if self._ending or (code == BAD_CONFIGURATION and self._refuse(self.name, self._last_line)):
                break
            self._move(State.WAITING)
            if time.monotonic() - started >= WELL_AFTER:
                wait = FIRST_WAIT
            self._printer.say(f"{self.name} {how}; starting it again in {wait:.1f} s")
            await self._pause(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        if self.state is not State.STOPPED:
            self._move(State.STOPPED)

    async def _once(self) -> tuple[int, str]:
        """Runs the program once; its exit code, and how it ended in words."""
        env = {**os.environ, "PYTHONUNBUFFERED": "1", **self.spec.env}
        try:
            child = Child(self.spec.argv, env, self._line)
        except OSError as error:
            self._move(State.RUNNING)
            return 1, f"could not be started ({error})"
        self._child = child
        self.starts += 1
        self._move(State.RUNNING)
        code = await child.exited
        self._child = None
        how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return code, how

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _line(self, text: str) -> None:
        if text.strip():
            self._last_line = text
        self._printer.line(self.name, text)

    def _move(self, new: State) -> None:
        """The one door for a change of state."""
        if new not in ALLOWED[self.state]:
            raise RuntimeError(f"{self.name}: {self.state.value} cannot become {new.value}")
        self.state = new
