"""A private coturn on loopback: `with server() as turn:`."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.phones import net

START_SECONDS = 20.0
SECRET = "shared-with-coturn"


@dataclass(frozen=True)
class Turn:
    """What CENTRALE_TURN and CENTRALE_TURN_SECRET have to say."""

    url: str
    secret: str = SECRET


def installed() -> bool:
    """Whether Debian's coturn is here."""
    return shutil.which("turnserver") is not None


@contextlib.contextmanager
def server() -> Iterator[Turn]:
    """A running TURN server with passwords that end; it relays to loopback."""
    folder = Path(tempfile.mkdtemp(prefix="coturn-"))
    port, first = net.free_port(), net.free_rtp_block()
    log = folder / "coturn.log"
    options = {
        "listening-ip": net.LOOPBACK,
        "relay-ip": net.LOOPBACK,
        "listening-port": str(port),
        "min-port": str(first),
        "max-port": str(first + net.RTP_BLOCK - 1),
        "static-auth-secret": SECRET,
        "realm": "centrale.test",
        "userdb": str(folder / "users"),
        "pidfile": str(folder / "pid"),
        "log-file": "stdout",
    }
    switches = ("-n", "--use-auth-secret", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers")
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["turnserver", *switches, *(f"--{name}={value}" for name, value in options.items())],
            stdout=out,
            stderr=out,
            cwd=folder,
        )
    try:
        _wait(port, process, log)
        yield Turn(f"turn:{net.LOOPBACK}:{port}")
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection((net.LOOPBACK, port), 1):
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"coturn did not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.05)
