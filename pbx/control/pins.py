"""PINs of mailboxes and rooms: `salt$hex`, PBKDF2-HMAC-SHA256 over the digits.

A PIN of a few digits is soon guessed by whoever holds the hash; what protects it is that attempts are
counted. The hash only keeps it from being read by chance.
"""

import hashlib
import hmac
import itertools
import re
import secrets

from pbx.control.configuration import PIN_ROUNDS

_PIN = re.compile(r"[0-9]{4,10}")


def well_formed(pin: str) -> bool:
    """Whether it can be one: 4 to 10 digits."""
    return _PIN.fullmatch(pin) is not None


def easy(pin: str, number: str) -> bool:
    """Whether it is one that everybody tries first: rows of digits (7777, 1234, 9876), the mailbox's own
    number."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(pin)}
    return (len(steps) == 1 and steps <= {0, 1, 9}) or pin == number


def hashed(pin: str, salt: str | None = None) -> str:
    """The form in which a PIN is kept; `salt` is a fresh one unless given."""
    salt = secrets.token_hex(8) if salt is None else salt
    digest = hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), PIN_ROUNDS)
    return f"{salt}${digest.hex()}"


def right(pin: str, kept: str) -> bool:
    """Whether `pin` is the one kept. Takes a few milliseconds."""
    salt, _, _ = kept.partition("$")
    return hmac.compare_digest(hashed(pin, salt), kept)
