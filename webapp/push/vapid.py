"""The key by which push services know this installation (RFC 8292): in the data folder, from the set-up."""

import base64
import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

NAME = "push.pem"


def ensure(home: Path) -> None:
    """Makes the key unless it is there."""
    path = home / NAME
    if path.exists():
        return
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    draft.replace(path)


@lru_cache(maxsize=2)
def signer(home: Path) -> Vapid02:
    """Signs for push services. Raises OSError when the set-up has made no key."""
    return Vapid02.from_pem((home / NAME).read_bytes())


def public_key(home: Path) -> str:
    """What a browser subscribes with: the point, uncompressed, in base64url."""
    point = signer(home).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
