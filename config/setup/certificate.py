"""The self-signed certificate for SIP over TLS, for as long as nobody gives a better one."""

import datetime
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.setup.steps import say

LIFE = datetime.timedelta(days=820)
RENEW_BEFORE = datetime.timedelta(days=30)


def ensure(certificate: Path, key: Path, host: str) -> bool:
    """Makes certificate and key (mode 0600) unless good ones are there; True when it made them.

    host: the IP address that phones connect to; it, 127.0.0.1 and localhost are named in the certificate. A
    new one is made when the old one ends within 30 days, does not fit its key or does not name `host`."""
    if good(certificate, key, host):
        return False
    say("==> Making a self-signed certificate for SIP over TLS")
    # RSA, because many desk phones cannot do elliptic curves.
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    replace(key, secret, 0o600)
    replace(certificate, signed(private, host).public_bytes(serialization.Encoding.PEM), 0o644)
    return True


def good(certificate: Path, key: Path, host: str) -> bool:
    """True when both files are there, belong together, last long enough and name `host`."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    left = found.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    named = ipaddress.ip_address(host) in names.get_values_for_type(x509.IPAddress)
    return left > RENEW_BEFORE and named and private.public_key() == found.public_key()


def signed(private: rsa.RSAPrivateKey, host: str) -> x509.Certificate:
    """A certificate for `private` that names `host`, valid from an hour ago (clocks of phones are off)."""
    addresses = {ipaddress.ip_address(host), ipaddress.ip_address("127.0.0.1")}
    names = [x509.IPAddress(address) for address in sorted(addresses, key=str)]
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + LIFE)
        .add_extension(x509.SubjectAlternativeName([*names, x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )


def replace(path: Path, content: bytes, mode: int) -> None:
    """Writes `content` in one step, with `mode` from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".part")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    temporary.replace(path)
