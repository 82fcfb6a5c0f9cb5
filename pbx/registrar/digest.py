"""Digest authentication of requests (RFC 7616 and RFC 8760): challenges, nonces, checking an answer.

A nonce carries its own proof: time, random bytes, and a keyed hash over both and the address it was given
to. So a challenge costs no memory, and only nonces that a phone used correctly are remembered (with the
highest count seen) until they are too old. The secret is new with each start: phones then get one `stale`
challenge, which they answer without asking anybody for a password."""

import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pbx.ports import Digest, Headers

Algorithm = Literal["SHA-256", "MD5"]
Check = Literal["good", "stale", "wrong", "forged"]
"""good: known secret, fresh nonce. stale: known secret, but the nonce is old, used up or not ours:
challenge again with stale=true. wrong: the secret is not known. forged: wrong too, over a nonce that this
address never got."""

NONCE_SECONDS = 300.0
MAX_NONCES = 100_000

# For a realm that is no organisation's: what most of them use, so that nobody learns which exist.
USUAL: tuple[Algorithm, ...] = ("MD5",)

_NC = re.compile(r"[0-9A-Fa-f]{8}")
_BODY = struct.Struct(">Q8s")
_MAC_BYTES = 16


@dataclass(frozen=True, slots=True)
class Secret:
    """H(user:realm:password) in hex, for both algorithms: all that we keep of a password."""

    md5: str
    sha256: str


def response(secret: Secret, method: str, given: Digest) -> str | None:
    """The response that proves knowledge of `secret`, for qop=auth; None for an algorithm that we do not
    know."""
    algorithm = _algorithm(given.algorithm)
    if algorithm is None:
        return None
    ha1 = secret.sha256 if algorithm == "SHA-256" else secret.md5
    a2 = _hash(algorithm, f"{method}:{given.uri}")
    return _hash(algorithm, f"{ha1}:{given.nonce}:{given.nc}:{given.cnonce}:auth:{a2}")


def _algorithm(name: str) -> Algorithm | None:
    name = name.upper()
    if name == "SHA-256":
        return "SHA-256"
    return "MD5" if name in ("MD5", "") else None


def _hash(algorithm: Algorithm, text: str) -> str:
    data = text.encode(errors="replace")
    if algorithm == "SHA-256":
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class Nonces:
    """Nonces that we gave out and how far each has been counted. `capacity` bounds the memory: when a nonce
    has to be forgotten before its time, everything as old as it becomes stale, so that nothing can ever be
    replayed."""

    def __init__(
        self, secret: bytes, *, lifetime: float, capacity: int, random: Callable[[int], bytes]
    ) -> None:
        self._secret = secret
        self._lifetime = int(lifetime * 1000)
        self._capacity = capacity
        self._random = random
        self._used: dict[bytes, tuple[int, int]] = {}
        self._forgotten = -1

    def issue(self, source: str, now: float) -> str:
        """A new nonce for `source` (an address), as 64 hex digits."""
        body = _BODY.pack(int(now * 1000), self._random(8))
        return (body + self._mac(body, source)).hex()

    def open(self, nonce: str, source: str) -> bytes | None:
        """The nonce's body when we gave it to `source` since our start, else None."""
        if len(nonce) != 2 * (_BODY.size + _MAC_BYTES):
            return None
        try:
            data = bytes.fromhex(nonce)
        except ValueError:
            return None
        body, mac = data[: _BODY.size], data[_BODY.size :]
        return body if hmac.compare_digest(mac, self._mac(body, source)) else None

    def use(self, body: bytes, count: int, now: float) -> bool:
        """Take `count` (nc) of a nonce; False when the nonce is too old or the count does not grow."""
        issued: int = _BODY.unpack(body)[0]
        moment = int(now * 1000)
        if not 0 <= moment - issued <= self._lifetime:
            return False
        seen = self._used.get(body)
        if seen is None and issued <= self._forgotten:
            return False
        if count < 1 or (seen is not None and count <= seen[0]):
            return False
        self._used[body] = (count, issued)
        if seen is None:
            self._trim(moment)
        return True

    def __len__(self) -> int:
        return len(self._used)

    def _trim(self, moment: int) -> None:
        # The order is that of first use, close enough to that of age: leftovers go a little later.
        while self._used:
            oldest = next(iter(self._used))
            issued = self._used[oldest][1]
            expired = moment - issued > self._lifetime
            if not expired and len(self._used) <= self._capacity:
                return
            del self._used[oldest]
            if not expired:
                self._forgotten = max(self._forgotten, issued)

    def _mac(self, body: bytes, source: str) -> bytes:
        text = body + source.encode(errors="replace")
        return hashlib.blake2b(text, key=self._secret, digest_size=_MAC_BYTES).digest()


class Digests:
    """Challenges, and checks of the answers. `algorithms` are an organisation's, best first (RFC 8760
    section 2.4)."""

    def __init__(
        self,
        *,
        secret: bytes | None = None,
        lifetime: float = NONCE_SECONDS,
        capacity: int = MAX_NONCES,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._secret = secret if secret is not None else random(32)
        self.nonces = Nonces(self._secret, lifetime=lifetime, capacity=capacity, random=random)

    def challenge(
        self, realm: str, source: str, now: float, algorithms: Sequence[Algorithm], *, stale: bool = False
    ) -> Headers:
        """WWW-Authenticate headers for `realm`, which must be free of quotes, for the address `source`."""
        nonce = self.nonces.issue(source, now)
        end = ", stale=true" if stale else ""
        return [
            (
                "WWW-Authenticate",
                f'Digest realm="{realm}", nonce="{nonce}", algorithm={name}, qop="auth"{end}',
            )
            for name in algorithms
        ]

    def nobody(self, username: str) -> Secret:
        """A secret that no password has, so that an unknown user takes the path and the time of a known
        one."""
        name = username.encode(errors="replace")
        sha256 = hashlib.blake2b(name, key=self._secret, digest_size=32).hexdigest()
        return Secret(sha256[:32], sha256)

    def check(
        self,
        given: Digest,
        method: str,
        secret: Secret,
        source: str,
        now: float,
        *,
        algorithms: Sequence[Algorithm],
    ) -> Check:
        """Check credentials against a secret; a `good` answer uses its count up (RFC 7616 section 3.4)."""
        expected = response(secret, method, given)
        right = expected is not None and hmac.compare_digest(
            expected.encode(), given.response.lower().encode(errors="replace")
        )
        body = self.nonces.open(given.nonce, source)
        usable = (
            _algorithm(given.algorithm) in algorithms
            and given.qop.lower() == "auth"
            and given.cnonce != ""
            and _NC.fullmatch(given.nc) is not None
        )
        if not right or not usable:
            return "wrong" if body is not None else "forged"
        if body is None or not self.nonces.use(body, int(given.nc, 16), now):
            return "stale"
        return "good"
