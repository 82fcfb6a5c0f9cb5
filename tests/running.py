"""A real core for tests: `python -m pbx.main` in a folder and on ports of its own, with organisations."""

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pbx.control.client import ControlClient, ControlUnreachable
from pbx.control.configuration import DeviceConfig, ExtensionConfig, Snapshot
from pbx.control.messages import (
    CallRecord,
)
from tests.phones import net
from tests.phones.base import Account, Transport

ROOT = Path(__file__).resolve().parent.parent
DOMAIN = "office.test"
START_S = 20.0


def ha1(username: str, domain: str, password: str) -> dict[str, str]:
    """The two digests that stand for a password in a snapshot (RFC 7616 section 3.4.2)."""
    text = f"{username}:{domain}:{password}".encode()
    return {
        "ha1_md5": hashlib.md5(text).hexdigest(),
        "ha1_sha256": hashlib.sha256(text).hexdigest(),
    }


def password(username: str) -> str:
    """The password of a test phone."""
    return f"secret-{username}"


def organisation(
    tenant: str = "office",
    domain: str = DOMAIN,
    numbers: dict[str, Sequence[str]] | None = None,
    ring_seconds: int = 20,
    version: int = 1,
    max_calls: int = 1000,
    **changes: Any,
) -> Snapshot:
    """An organisation in which each number rings its devices; `numbers` maps a number to device names, which
    are user names too. By default 101 to 110 with one device each, that takes many calls at once."""
    plan = numbers or {str(number): [str(number)] for number in range(101, 111)}
    fields: dict[str, Any] = {
        "tenant": tenant,
        "version": version,
        "name": tenant.title(),
        "domain": domain,
        "language": "en",
        "extensions": [
            ExtensionConfig(
                id=f"x{number}",
                number=number,
                name=f"Desk {number}",
                language="en",
                ring_seconds=ring_seconds,
            )
            for number in plan
        ],
        "devices": [
            DeviceConfig(
                id=f"d{name}",
                username=name,
                name=f"Phone {name}",
                extension=number,
                max_calls=max_calls,
                **ha1(name, domain, password(name)),
            )
            for number, names in plan.items()
            for name in names
        ],
    }
    return Snapshot(**(fields | changes))


class RunningCore:
    """One core process. `start`, `kill` and start again as often as a test likes; `close` in the end."""

    def __init__(self, home: Path, port: int, rtp: tuple[int, int], log: Path) -> None:
        self.home = home
        self.port = port
        self.tls_port = port + 1
        self.relay_port = net.free_port()
        self.rtp = rtp
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.extra_env: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "CENTRALE_HOME": str(self.home),
            "CENTRALE_BIND": "127.0.0.1",
            "CENTRALE_SIP_PORT": str(self.port),
            "CENTRALE_SIP_TLS_PORT": str(self.tls_port),
            "CENTRALE_RELAY_PORT": str(self.relay_port),
            "CENTRALE_RTP_PORTS": f"{self.rtp[0]}-{self.rtp[1]}",
            "CENTRALE_ENV_FILE": "/nonexistent",
            **self.extra_env,
        }

    @property
    def address(self) -> str:
        return f"unix:{self.home.resolve() / 'run' / 'control.sock'}"

    def client(self) -> ControlClient:
        return ControlClient(self.address)

    async def start(self) -> None:
        """Start the process and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pbx.main"], cwd=ROOT, env=self.environment, stderr=log, stdout=log
            )
        deadline = time.monotonic() + START_S
        while True:
            with contextlib.suppress(ControlUnreachable):
                async with self.client() as client:
                    if (await client.health()).ready:
                        return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the core did not start:\n{self.tail()}")
            await asyncio.sleep(0.05)

    async def apply(self, *snapshots: Snapshot) -> None:
        async with self.client() as client:
            for snapshot in snapshots:
                await client.snapshot(snapshot)

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def close(self) -> None:
        """End the process if it still runs; its ports are free for another."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        net.give_back(self.rtp)

    def tail(self, lines: int = 60) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def account(
        self, number: str, transport: Transport = "udp", username: str = "", **changes: Any
    ) -> Account:
        """How a phone registers here as `number` (user name: the number, unless given)."""
        user = username or number
        fields: dict[str, Any] = {
            "number": number,
            "username": user,
            "password": password(user),
            "domain": DOMAIN,
            "host": "127.0.0.1",
            "port": self.tls_port if transport == "tls" else self.port,
            "transport": transport,
        }
        return Account(**(fields | changes))

    async def records(self) -> list[CallRecord]:
        """The records of all calls that ended, from the journal, in order."""
        async with self.client() as client:
            health = await client.health()
            found: list[CallRecord] = []
            if not health.last_number:
                return found
            async for event in client.events(since=0):
                if getattr(event, "kind", None) == "call.ended" and event.call is not None:
                    found.append(event.call)
                if getattr(event, "kind", None) is not None and event.number >= health.last_number:
                    break
            return found


async def eventually(check: Callable[[], Any], seconds: float = 10.0, what: str = "") -> Any:
    """Poll `check` (a function, async or not) until it gives something true, and return that."""
    deadline = time.monotonic() + seconds
    while True:
        result = check()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return result
        assert time.monotonic() < deadline, f"not within {seconds} s: {what or check}"
        await asyncio.sleep(0.05)
