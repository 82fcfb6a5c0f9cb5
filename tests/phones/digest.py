"""Digest credentials as a SIP client computes them (RFC 7616 and RFC 8760): MD5 and SHA-256, qop=auth or
none."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

_PARAM = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]+))')
_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True)
class Challenge:
    """One WWW-Authenticate or Proxy-Authenticate header."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: str = ""
    opaque: str = ""
    stale: bool = False
    params: dict[str, str] = field(default_factory=dict)


def parse_challenge(value: str) -> Challenge:
    """Read a challenge. Raises ValueError when it is not Digest with realm and nonce."""
    scheme, _, rest = value.strip().partition(" ")
    params = {name.lower(): quoted or plain for name, quoted, plain in _PARAM.findall(rest)}
    if scheme.lower() != "digest" or "nonce" not in params or "realm" not in params:
        raise ValueError(f"not a digest challenge: {value}")
    return Challenge(
        realm=params["realm"],
        nonce=params["nonce"],
        algorithm=params.get("algorithm", "MD5"),
        qop=params.get("qop", ""),
        opaque=params.get("opaque", ""),
        stale=params.get("stale", "").lower() == "true",
        params=params,
    )


def digest_response(
    challenge: Challenge, method: str, uri: str, username: str, password: str, nc: int, cnonce: str
) -> str:
    """The `response` value in hexadecimal. Raises KeyError for an algorithm other than MD5 and SHA-256."""
    name = challenge.algorithm.upper().removesuffix("-SESS")

    def hashed(text: str) -> str:
        return _HASHES[name](text.encode()).hexdigest()

    secret = hashed(f"{username}:{challenge.realm}:{password}")
    if challenge.algorithm.upper().endswith("-SESS"):
        secret = hashed(f"{secret}:{challenge.nonce}:{cnonce}")
    what = hashed(f"{method}:{uri}")
    if "auth" in [option.strip() for option in challenge.qop.split(",")]:
        return hashed(f"{secret}:{challenge.nonce}:{nc:08x}:{cnonce}:auth:{what}")
    return hashed(f"{secret}:{challenge.nonce}:{what}")


def credentials(
    challenge: Challenge,
    method: str,
    uri: str,
    username: str,
    password: str,
    nc: int = 1,
    cnonce: str | None = None,
) -> str:
    """Value of an Authorization or Proxy-Authorization header that answers `challenge`."""
    cnonce = cnonce if cnonce is not None else secrets.token_hex(8)
    response = digest_response(challenge, method, uri, username, password, nc, cnonce)
    parts = [
        f'Digest username="{username}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{uri}"',
        f'response="{response}"',
        f"algorithm={challenge.algorithm}",
    ]
    if "auth" in [option.strip() for option in challenge.qop.split(",")]:
        parts += ["qop=auth", f"nc={nc:08x}", f'cnonce="{cnonce}"']
    if challenge.opaque:
        parts.append(f'opaque="{challenge.opaque}"')
    return ", ".join(parts)


def choose_challenge(values: list[str], prefer: str = "SHA-256") -> Challenge:
    """The challenge of algorithm `prefer` if offered, else the first. Raises ValueError when there is
    none."""
    challenges = [parse_challenge(value) for value in values]
    if not challenges:
        raise ValueError("no challenge in the answer")
    return next((c for c in challenges if c.algorithm.upper() == prefer.upper()), challenges[0])
