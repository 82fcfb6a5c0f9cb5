"""Where the control API listens: `unix:/path`, `tcp://host:port` or `tls://host:port`."""

import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

MAX_UNIX_PATH = 107


class AddressError(ValueError):
    """The address cannot be used; one sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """`path` of a Unix socket, or `host` and `port` of TCP, with TLS or without."""

    path: Path | None = None
    host: str = ""
    port: int = 0
    tls: bool = False

    def __str__(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'tls' if self.tls else 'tcp'}://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether it cannot be reached from another machine."""
        return self.path is not None or self.host in ("localhost", "::1") or self.host.startswith("127.")


def parse(text: str) -> Address:
    """Raises AddressError."""
    if text.startswith("unix:"):
        path = Path(text.removeprefix("unix:"))
        if not path.is_absolute():
            raise AddressError(f"{text}: give a whole path, for example unix:/run/centrale/control.sock.")
        if len(os.fsencode(path)) > MAX_UNIX_PATH:
            raise AddressError(
                f"{text}: a socket path has at most {MAX_UNIX_PATH} bytes; shorten CENTRALE_CONTROL."
            )
        return Address(path=path)
    scheme, _, rest = text.partition("://")
    host, _, port = rest.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if scheme not in ("tcp", "tls") or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise AddressError(f"{text}: give unix:/path, tcp://host:port or tls://host:port.")
    return Address(host=host, port=int(port), tls=scheme == "tls")


def listen(path: Path) -> socket.socket:
    """A Unix socket that only this user can connect to, from its first moment. One that a dead core left is
    replaced. Raises AddressError when a core listens there already, or the folder cannot be used."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_stale(path)
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        before = os.umask(0o177)
        try:
            sock.bind(str(path))
        finally:
            os.umask(before)
    except OSError as error:
        raise AddressError(f"Cannot listen on unix:{path}: {error.strerror or error}.") from None
    sock.listen(128)
    sock.setblocking(False)
    return sock


def _remove_stale(path: Path) -> None:
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise AddressError(f"{path} is not a socket; remove it, or set CENTRALE_CONTROL.")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise AddressError(f"A core listens on unix:{path} already. Stop it first.")
