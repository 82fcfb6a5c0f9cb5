"""A private PostgreSQL cluster out of Debian's package: `with cluster(folder) as server: server.url`."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

START_SECONDS = 30.0


def binaries() -> Path | None:
    """The folder with initdb and postgres of the newest version here; None when PostgreSQL is not
    installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """One server without TCP. `stop` and `start` let tests take the database away for a while."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self._tools = tools
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """DATABASE_URL of its database."""
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def create(self) -> None:
        """Make the cluster's files. Durability off: it lives for one test run."""
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(f"listen_addresses=''\nunix_socket_directories='{self.folder}'\nfsync=off\n")
            file.write("shared_buffers=16MB\nmax_connections=40\nlog_min_messages=warning\n")

    def start(self) -> None:
        """Start and wait until it takes connections. Raises TimeoutError."""
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [str(self._tools / "postgres"), "-D", str(self._data)],
            stdout=log,
            stderr=log,
            user=self._user,
            cwd=self.folder,
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while self._run("pg_isready", "-q", "-h", str(self.folder), check=False):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise TimeoutError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        """Take it away at once, as a crash does to its clients."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(20)
            self._process = None

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, tool: str, *arguments: str, check: bool = True) -> int:
        done = subprocess.run(
            [str(self._tools / tool), *arguments],
            check=False,
            capture_output=True,
            user=self._user,
            cwd=self.folder,
        )
        if check and done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        return done.returncode


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """A running cluster in a short path of its own (socket paths are limited to 107 bytes)."""
    tools = binaries()
    if tools is None:
        raise FileNotFoundError("PostgreSQL is not installed (package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    server = Cluster(folder, tools)
    try:
        server.create()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
