"""Free ports for everything that listens in tests, and a certificate for phones.

All ports come from CENTRALE_TEST_PORTS ("first-last"); each worker of pytest-xdist has a part to itself.
The range lies below the ports that the kernel hands out for outgoing connections (32768 and up): none of
those can take one of ours between its choice and its use."""

import datetime
import fcntl
import ipaddress
import itertools
import os
import socket
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = "127.0.0.1"
DEFAULT_RANGE = "20000-31999"
SHARE = 3000  # ports of one process, if there are as many
RTP_BLOCK = 20
CORES = 3  # that run at once in one process
SIP_BLOCK = 2
LOCK_FOLDER = Path(tempfile.gettempdir()) / "centrale-test-ports"


def _share() -> tuple[int, int]:
    """First and last port of this process. Workers have equal parts; a process without any has the first."""
    first, last = (int(p) for p in os.environ.get("CENTRALE_TEST_PORTS", DEFAULT_RANGE).split("-"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    size = min(SHARE, (last - first + 1) // workers) // RTP_BLOCK * RTP_BLOCK
    # A worker that takes the place of one that died has a number of its own.
    begin = first + number % workers * size
    return begin, begin + size - 1


def own_range() -> str:
    """The ports of this process, in the form of CENTRALE_TEST_PORTS, for tests that it starts itself."""
    return f"{_first}-{_last}"


# A sixth is for signalling, a third for media of phones, half for media of cores.
_first, _last = _share()
_signalling_size = (_last - _first + 1) // 6 // SIP_BLOCK * SIP_BLOCK
_cores_size = (_last - _first + 1) // 2 // CORES
_cores_first = _last + 1 - CORES * _cores_size
# Several test processes may run at once: each starts somewhere else in the range.
_signalling = itertools.count((os.getpid() * 7) % _signalling_size)
_media = itertools.count(os.getpid() * 3)


def _bindable(port: int, kinds: tuple[socket.SocketKind, ...]) -> bool:
    for kind in kinds:
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:  # a connection that ended a moment ago (TIME_WAIT) is no obstacle
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


class _Locks:
    """Ports this process has taken lately, held against other test processes by locks on files.

    A bound probe alone is not enough: a phone binds a while after its port was chosen. The kernel drops the
    locks when the process ends; the oldest are given up after `keep` others.
    """

    def __init__(self, kind: str, keep: int) -> None:
        self._kind, self._keep = kind, keep
        self._held: dict[int, int] = {}

    def take(self, port: int) -> bool:
        """True when no other process holds `port`; it is ours then."""
        if port in self._held:
            return True
        LOCK_FOLDER.mkdir(exist_ok=True)
        descriptor = os.open(
            LOCK_FOLDER / f"{self._kind}-{port}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        self._held[port] = descriptor
        if len(self._held) > self._keep:
            oldest = next(iter(self._held))
            os.close(self._held.pop(oldest))
        return True


_signalling_locks = _Locks("sip", _signalling_size // 4)
_media_locks = _Locks("rtp", (_cores_first - _first - _signalling_size) // RTP_BLOCK // 3)


def free_port(span: int = 1) -> int:
    """First of `span` (1 or 2) free ports (UDP and TCP) on loopback, from the lowest sixth of the range.

    Raises RuntimeError when there is none.
    """
    kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    for _ in range(_signalling_size):
        port = _first + next(_signalling) * SIP_BLOCK % (_signalling_size - SIP_BLOCK)
        if _signalling_locks.take(port) and all(_bindable(port + i, kinds) for i in range(span)):
            return port
    raise RuntimeError(f"no free port in {_first}-{_first + _signalling_size}")


def free_rtp_block() -> int:
    """First port of RTP_BLOCK neighbouring UDP ports, even, for a phone. Raises as free_port."""
    start = _first + _signalling_size + (_first + _signalling_size) % 2
    blocks = (_cores_first - start) // RTP_BLOCK
    for _ in range(blocks):
        port = start + next(_media) % blocks * RTP_BLOCK
        if _media_locks.take(port) and all(
            _bindable(port + i, (socket.SOCK_DGRAM,)) for i in range(RTP_BLOCK)
        ):
            return port
    raise RuntimeError(f"no free block of RTP ports in {start}-{_cores_first - 1}")


# First port of each core's media ports, the one that was given back longest ago first.
_core_slots = [_cores_first + number * _cores_size for number in range(CORES)]


def core_ports() -> tuple[int, int]:
    """First and last media port for a core. No other core of this process has them until they are given
    back, unless more than CORES run at once: then they share, and each takes what is free."""
    first = _core_slots.pop(0) if _core_slots else _cores_first
    return first + first % 2, first + _cores_size - 1


def give_back(ports: tuple[int, int]) -> None:
    """The core with these ports has ended. Ports from elsewhere are ignored, and so is a second time."""
    first = ports[1] - _cores_size + 1
    if first not in _core_slots and _cores_first <= first <= _last:
        _core_slots.append(first)


def self_signed(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Write cert.pem (certificate followed by its key) and key.pem for `name` and 127.0.0.1; returns
    both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address(LOOPBACK))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    key_pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    key_path.write_bytes(key_pem)
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key_pem)
    return cert_path, key_path
