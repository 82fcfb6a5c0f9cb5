"""Starts Centrale's parts and keeps them running: `python -m config.supervisor`.

Checks first, then the data folder, then core, web, worker and courier; a card when all are well. SIGINT or
SIGTERM stops them in order, a second one at once. Exit codes: 0 stopped as asked, 2 a setting or a port is
not in order.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

from config.settings import Settings, SettingsError, load
from config.supervise import card, checks, health
from config.supervise.child import Child
from config.supervise.part import BAD_CONFIGURATION, FIRST_WAIT, LONGEST_WAIT, Part, Spec
from config.supervise.printer import Printer

PREPARE = (sys.executable, "-m", "config.setup.prepare")
DATABASE_AWAY = 75
HEALTH_SECONDS = 0.25
REMIND_SECONDS = 15.0
# The order of stopping: calls first, then those who carry their records on, then the rest together.
STOP_ORDER = (("core",), ("courier",), ("worker", "web"))


def parts(settings: Settings) -> tuple[Spec, ...]:
    """Every part of Centrale on one machine. The core gets time for BYE to every phone and its records."""
    python = sys.executable
    web = ["-b", settings.http_address, "-p", str(settings.http_port), "--no-server-name", "-v", "0"]
    if settings.proxy:
        web.append("--proxy-headers")
    worker = ("--beat", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING")
    return (
        Spec(name="core", argv=(python, "-m", "pbx.main"), stop_seconds=12),
        Spec(name="web", argv=(python, "-m", "daphne", *web, "config.asgi:application")),
        Spec(name="courier", argv=(python, "manage.py", "courier"), stop_seconds=8),
        Spec(name="worker", argv=(python, "-m", "config.worker", *worker)),
    )


class Supervisor:
    """One run of Centrale: from the first part that starts until the last one is gone."""

    def __init__(
        self, settings: Settings, specs: Sequence[Spec], prepare: Sequence[str], printer: Printer
    ) -> None:
        self._settings = settings
        self._prepare = prepare
        self._printer = printer
        self._parts = {spec.name: Part(spec, printer, self._refuse) for spec in specs}
        self._refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._stop = asyncio.Event()
        self._force = False
        self._ready = False
        self._child: Child | None = None
        self._started = time.monotonic()

    async def run(self) -> int:
        """Runs until asked to stop, or until a part refuses its configuration at the start; the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked)
        start = asyncio.create_task(self._start())
        stop = asyncio.create_task(self._stop.wait())
        waited: set[asyncio.Future[Any]] = {start, stop, self._refused}
        done, _ = await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        code = 0
        if self._refused in done:
            self._printer.say(self._refused.result())
            code = BAD_CONFIGURATION
        elif start in done and stop not in done:
            code = start.result()
        if not code:
            await stop
        start.cancel()
        await asyncio.wait({start})
        await self._stop_all()
        stop.cancel()
        return code

    def _refuse(self, name: str, words: str) -> bool:
        """A part finds its configuration bad: True when that ends the start, False once all was well."""
        if not self._ready and not self._refused.done():
            self._refused.set_result(f"{name} cannot start: {words}")
        return not self._ready

    def _asked(self) -> None:
        """A signal: the first one stops in order, the next one at once."""
        if not self._stop.is_set():
            self._stop.set()
            return
        self._force = True
        for part in self._parts.values():
            part.kill()

    async def _start(self) -> int:
        """Prepares, starts every part, waits until all are well and shows the card. Not 0 when it cannot."""
        code = await self._make_ready()
        if code:
            return code
        for part in self._parts.values():
            if not part.starts:
                part.start()
        await self._until_well()
        self._ready = True
        found = card.demo(self._settings.home.resolve() / "demo.json") if self._settings.demo else None
        for line in card.lines(self._settings, found):
            self._printer.plain(line)
        self._printer.say(f"ready after {time.monotonic() - self._started:.1f} s")
        notify("READY=1")
        return 0

    async def _make_ready(self) -> int:
        """Prepares the data folder. With the database away the core starts alone, from what it has on disk:
        phones must work. The others follow when the database is back."""
        done = self._settings.home.resolve() / "run" / "prepared"
        wait = FIRST_WAIT
        while code := await self._prepare_once():
            if code != DATABASE_AWAY or not done.exists():
                return BAD_CONFIGURATION if code in (BAD_CONFIGURATION, DATABASE_AWAY) else 1
            core = self._parts.get("core")
            if core and not core.starts:
                self._printer.say("starting the core alone; the rest follows when the database is back")
                core.start()
                notify("READY=1")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
        done.touch()
        return 0

    async def _prepare_once(self) -> int:
        self._child = Child(self._prepare, os.environ, self._printer.plain)
        try:
            return await asyncio.shield(self._child.exited)
        finally:
            self._child.kill()
            with contextlib.suppress(asyncio.CancelledError):
                await self._child.exited

    async def _until_well(self) -> None:
        """Asks for health until all is well; says whom it waits for, when that changes and now and then."""
        host = health.reachable(self._settings.http_address)
        said: set[str] = set()
        when = 0.0
        while not (answer := await asyncio.to_thread(health.ask, host, self._settings.http_port)).well:
            if set(answer.waiting) != said or time.monotonic() - when > REMIND_SECONDS:
                reasons = "; ".join(f"{name}: {reason}" for name, reason in answer.waiting.items())
                self._printer.say(f"waiting for {reasons}")
                said, when = set(answer.waiting), time.monotonic()
            await asyncio.sleep(HEALTH_SECONDS)

    async def _stop_all(self) -> None:
        """Stops every part in order and returns when the last one is gone."""
        notify("STOPPING=1")
        started = time.monotonic()
        if any(part.starts for part in self._parts.values()):
            self._printer.say("stopping in order; Ctrl-C again stops at once")
        named = {name for group in STOP_ORDER for name in group}
        rest = tuple(name for name in self._parts if name not in named)
        for group in (*STOP_ORDER, rest):
            chosen = [self._parts[name] for name in group if name in self._parts]
            stopping = [asyncio.create_task(part.stop()) for part in chosen]
            if self._force:
                await asyncio.sleep(0)
                for part in chosen:
                    part.kill()
            await asyncio.gather(*stopping)
            for part in chosen:
                if part.starts:
                    self._printer.say(f"{part.name} stopped")
        self._printer.say(f"all stopped after {time.monotonic() - started:.1f} s")


def notify(state: str) -> None:
    """Tells systemd about us when it asked for it (sd_notify(3)); does nothing elsewhere."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.send(state.encode())


def main(
    arguments: Sequence[str] | None = None,
    specs: Sequence[Spec] | None = None,
    prepare: Sequence[str] = PREPARE,
) -> int:
    """Runs Centrale; the exit code. specs, prepare: other programs than the real ones, for tests."""
    parser = argparse.ArgumentParser(prog="python -m config.supervisor", description=__doc__)
    parser.add_argument("--only", help="names of the parts to run on this machine, with commas between")
    options = parser.parse_args(arguments)
    try:
        settings = load()
        held = checks.everything(settings)
    except (SettingsError, checks.Refusal) as error:
        print(f"centrale: {error}", file=sys.stderr)
        return BAD_CONFIGURATION
    with held:
        chosen = list(specs or parts(settings))
        if options.only:
            names = set(options.only.split(","))
            chosen = [spec for spec in chosen if spec.name in names]
        printer = Printer()
        try:
            return asyncio.run(begin(settings, chosen, prepare, printer))
        finally:
            printer.close()


async def begin(settings: Settings, specs: Sequence[Spec], prepare: Sequence[str], printer: Printer) -> int:
    """A Supervisor inside the loop that runs it."""
    return await Supervisor(settings, specs, prepare, printer).run()


if __name__ == "__main__":
    sys.exit(main())
