"""PINs of mailboxes and rooms: `salt$hex`, PBKDF2-HMAC-SHA256 over the digits.

A PIN of a few digits is soon guessed by whoever holds the hash; what protects it is that attempts are
counted. The hash only keeps it from being read by chance.
"""

import hashlib
import hmac
import secrets

from pbx.control.configuration import PIN_ROUNDS


def hashed(pin: str, salt: str | None = None) -> str:
    """The form in which a PIN is kept; `salt` is a fresh one unless given."""
    salt = secrets.token_hex(8) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), PIN_ROUNDS)
    return f"{salt}${digest.hex()}"


def right(pin: str, kept: str) -> bool:
    """Whether `pin` is the one kept. Takes a few milliseconds."""
    salt, _, _ = kept.partition("$")
    return hmac.compare_digest(hashed(pin, salt), kept)
