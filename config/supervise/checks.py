"""What must be in order before anything is started. Each check raises Refusal with one clear sentence."""

import errno
import fcntl
import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from config.settings import Settings

# Linux takes no longer name for a Unix socket (unix(7): sun_path of 108 bytes with a closing zero).
LONGEST_SOCKET = 107


class Refusal(Exception):
    """Centrale cannot start; the text says why and what to change."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A port that a part will listen on, and the setting that names it."""

    setting: str
    address: str
    port: int
    kind: socket.SocketKind


def folder(home: Path) -> None:
    """The data folder is there, or can be made, and can be written."""
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        (home / "run").mkdir(exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"centrale")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise Refusal(f"CENTRALE_HOME: the folder {home} cannot be written ({error.strerror}).") from None


def lock(home: Path) -> TextIO:
    """Takes the folder for this process; the lock goes when the file is closed or the process ends somehow.

    Raises Refusal when another Centrale runs on the same folder."""
    file = (home / "run" / "supervisor.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip()
        file.close()
        raise Refusal(f"Centrale already runs on {home} (process {owner or 'unknown'}).") from None
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file


def listeners(settings: Settings) -> list[Listener]:
    """Every port of fixed number. Media ports are not among them: the core takes free ones of its range."""
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    return [
        Listener("CENTRALE_SIP_PORT", settings.bind, settings.sip_port, datagram),
        Listener("CENTRALE_SIP_PORT", settings.bind, settings.sip_port, stream),
        Listener("CENTRALE_SIP_TLS_PORT", settings.bind, settings.sip_tls_port, stream),
        Listener("CENTRALE_RELAY_PORT", "127.0.0.1", settings.relay_port, stream),
        Listener("CENTRALE_HTTP_PORT", settings.http_address, settings.http_port, stream),
    ]


def port(listener: Listener) -> None:
    """The port can be opened now."""
    family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
    name = "UDP" if listener.kind is socket.SOCK_DGRAM else "TCP"
    with socket.socket(family, listener.kind) as probe:
        if listener.kind is socket.SOCK_STREAM:
            # As the parts do it: connections of a former run that fade out are no obstacle.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listener.address, listener.port))
            if listener.kind is socket.SOCK_STREAM:
                probe.listen(1)
        except OSError as error:
            raise Refusal(explain(listener, name, error)) from None


def explain(listener: Listener, name: str, error: OSError) -> str:
    """Why a port could not be opened, in words."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"{listener.setting}: {name} port {listener.port} on {listener.address} is in use by another "
            "program; stop that one or choose another port."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f"CENTRALE_BIND: {listener.address} is not an address of this machine."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{listener.setting}: this user may not open port {listener.port}; choose one above 1023."
    return f"{listener.setting}: {name} port {listener.port} cannot be opened ({error.strerror})."


def control(address: str) -> None:
    """The core's control socket has a name that the kernel takes, and no other core answers there."""
    if not address.startswith("unix:"):
        return
    path = address.removeprefix("unix:")
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise Refusal(f"CENTRALE_HOME: {path} is too long for a socket; choose a shorter folder.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except OSError:
            return
    raise Refusal(f"CENTRALE_CONTROL: another core already answers on {path}; stop that one first.")


def everything(settings: Settings) -> TextIO:
    """All checks; the open lock file, to be kept open for as long as Centrale runs. Raises Refusal."""
    home = settings.home.resolve()
    folder(home)
    held = lock(home)
    try:
        for listener in listeners(settings):
            port(listener)
        control(settings.control_address)
    except Refusal:
        held.close()
        raise
    return held
