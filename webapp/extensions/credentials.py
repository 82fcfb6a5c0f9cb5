"""SIP credentials: how a secret is made and what is kept of it."""

import hashlib
import secrets
from dataclasses import dataclass

# Without look-alikes (0 O, 1 l I): people type these into desk phones.
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
SECRET_LENGTH = 24  # about 139 bits


@dataclass(frozen=True, slots=True)
class Digests:
    """A1 digests in hex (RFC 3261 section 22.4, RFC 8760): hash of user ":" realm ":" secret."""

    md5: str
    sha256: str


def new_secret() -> str:
    """A fresh SIP secret of 24 letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))


def digests(username: str, domain: str, secret: str) -> Digests:
    """Both A1 digests; the realm is the SIP domain."""
    a1 = f"{username}:{domain}:{secret}".encode()
    return Digests(
        md5=hashlib.md5(a1, usedforsecurity=False).hexdigest(), sha256=hashlib.sha256(a1).hexdigest()
    )
