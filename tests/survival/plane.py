"""The control plane's real processes beside a core: web, worker and courier, on a database of their own."""

import contextlib
import json
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.phones import net
from tests.phones.base import Account
from tests.running import ROOT, RunningCore

PARTS = ("courier", "web", "worker")


class Plane:
    """`prepare`, then `start` and `kill` parts as often as a test likes; `close` in the end.

    `database`: DATABASE_URL, or None for SQLite in the core's home folder."""

    def __init__(self, core: RunningCore, database: str | None) -> None:
        self.core = core
        self.database = database
        # Nothing listens on the core's ports yet, so they count as free.
        free = (net.free_port() for _ in range(10))
        self.http_port = next(
            port for port in free if port not in (core.port, core.tls_port, core.relay_port)
        )
        self.demo: dict[str, Any] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        # sipp as a called phone does not answer OPTIONS.
        core.extra_env["CENTRALE_KEEPALIVE_SECONDS"] = "3600"

    @property
    def environment(self) -> dict[str, str]:
        env = self.core.environment | {
            "CENTRALE_HTTP_PORT": str(self.http_port),
            "CENTRALE_LOG_LEVEL": "info",
        }
        env.pop("REDIS_URL", None)
        env.pop("DATABASE_URL", None)
        return env | ({"DATABASE_URL": self.database} if self.database else {})

    @property
    def log(self) -> Path:
        return self.core.home.parent / "plane.log"

    def prepare(self) -> None:
        """Tables and the demo organisation."""
        self.manage("migrate", "-v", "0")
        self.demo = json.loads(self.manage("demo", "--json"))

    def manage(self, *arguments: str) -> str:
        """Output of a management command, which has to succeed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *names: str) -> None:
        """Start parts, without waiting for them."""
        python = sys.executable
        commands = {
            "courier": [python, "manage.py", "courier"],
            "web": [python, "-m", "daphne", "-b", "127.0.0.1", "-p", str(self.http_port), "-v", "0"],
            "worker": [python, "-m", "config.worker", "--beat", "--pool", "threads", "--concurrency", "2"],
            "changes": [python, "-m", "tests.survival.changes"],
        }
        commands["web"].append("config.asgi:application")
        for name in names:
            piped = subprocess.PIPE if name == "changes" else None
            with self.log.open("ab") as log:
                self._running[name] = subprocess.Popen(
                    commands[name],
                    cwd=ROOT,
                    env=self.environment,
                    stdin=piped,
                    stdout=piped or log,
                    stderr=log,
                )

    def process(self, name: str) -> subprocess.Popen[bytes]:
        return self._running[name]

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self._running.pop(name)
        assert process.poll() is None, f"{name} had ended by itself:\n{self.tail()}"
        process.kill()
        process.wait(10)

    def close(self) -> None:
        """End whatever runs."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        self._running.clear()

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    # --- what is in there ---

    def account(self, number: str) -> Account:
        """The demo's phone of that extension."""
        (phone,) = (each for each in self.demo["extensions"] if each["number"] == number)
        fields = {key: phone[key] for key in ("username", "password")}
        return self.core.account(number, domain=self.demo["sip"]["domain"], **fields)

    @contextlib.contextmanager
    def connection(self) -> Iterator[Any]:
        """A connection of the test's own to the database."""
        if self.database:
            with psycopg.connect(self.database) as database:
                yield database
        else:
            path = self.core.home / "centrale.sqlite3"
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
                yield database

    def ids(self) -> list[str]:
        """The core's call ids of all records in the database."""
        with self.connection() as database:
            return [row[0] for row in database.execute("SELECT call_id FROM calls_callrecord").fetchall()]

    def legs(self) -> int:
        with self.connection() as database:
            return int(database.execute("SELECT count(*) FROM calls_callleg").fetchone()[0])

    def ask(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a GET with the demo's token; status 0 when nobody answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.http_port}{path}",
            headers={"Authorization": f"Bearer {self.demo['api_token']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")
        except (OSError, ValueError):
            return 0, None


async def all_taken(core: RunningCore) -> bool:
    """The courier has acknowledged everything that the core has."""
    async with core.client() as client:
        health = await client.health()
    return health.acknowledged == health.last_number > 0


def same(plane: Plane, ids: list[str]) -> bool:
    """The database has exactly these records."""
    found = plane.ids()
    assert len(found) == len(set(found))
    return sorted(found) == sorted(ids)
