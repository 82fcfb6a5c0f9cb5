"""Free ports and a certificate for phones. The range comes from CENTRALE_TEST_PORTS ("first-last")."""

import datetime
import ipaddress
import itertools
import os
import socket
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK = "127.0.0.1"
DEFAULT_RANGE = "22000-22999"
RTP_BLOCK = 20

_first, _last = (int(p) for p in os.environ.get("CENTRALE_TEST_PORTS", DEFAULT_RANGE).split("-"))
_signalling_size = (_last - _first) // 4
# Several test processes may run at once: each starts somewhere else in the range.
_signalling = itertools.count((os.getpid() * 7) % _signalling_size)
_media = itertools.count(os.getpid() * 3)


def _bindable(port: int, kinds: tuple[socket.SocketKind, ...]) -> bool:
    for kind in kinds:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


def free_port(span: int = 1) -> int:
    """First of `span` neighbouring ports free for UDP and TCP on loopback, from the lower quarter of the
    range."""
    for _ in range(_signalling_size):
        port = _first + (next(_signalling) * span) % (_signalling_size - span)
        if all(_bindable(port + i, (socket.SOCK_DGRAM, socket.SOCK_STREAM)) for i in range(span)):
            return port
    raise RuntimeError(f"no free port in {_first}-{_first + _signalling_size}")


def free_rtp_block() -> int:
    """First port of RTP_BLOCK neighbouring UDP ports, even, from the upper part of the range."""
    start = _first + _signalling_size + (_first + _signalling_size) % 2
    blocks = (_last - start) // RTP_BLOCK
    for _ in range(blocks):
        port = start + next(_media) % blocks * RTP_BLOCK
        if all(_bindable(port + i, (socket.SOCK_DGRAM,)) for i in range(RTP_BLOCK)):
            return port
    raise RuntimeError(f"no free block of RTP ports in {start}-{_last}")


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
