"""SIP URIs as far as the registrar has to look into them: reading and comparing (RFC 3261 section 19.1).

The stack has parsed every message before; here the text of one URI is taken apart, never a message.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

MAX_URI = 1024

_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@<>\"\s]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<params>(?:;[^;?@<>\"\s]+)*)(?:\?(?P<headers>[^<>\"\s]*))?",
    re.IGNORECASE | re.ASCII,
)
_PRINTABLE = re.compile(r"[!-~]*")
# Parameters that make two URIs different even when only one of them has it (RFC 3261 section 19.1.4).
_TELLING = ("transport", "user", "ttl", "method", "maddr")


@dataclass(frozen=True, slots=True)
class SipUri:
    """A sip or sips URI: host, parameter and header names in small letters, `port` 0 when absent, user
    unescaped (with its password, if any), host of IPv6 without brackets."""

    scheme: str
    user: str
    host: str
    port: int
    params: Mapping[str, str]
    headers: frozenset[str]


def parse(text: str) -> SipUri | None:
    """A SIP or SIPS URI, with or without angle brackets; None for anything else, of any length and
    content."""
    if len(text) > MAX_URI or not _PRINTABLE.fullmatch(text):
        return None
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    found = _URI.fullmatch(text)
    if found is None:
        return None
    port = int(found["port"] or 0)
    if port > 65535:
        return None
    params: dict[str, str] = {}
    for item in found["params"].split(";")[1:]:
        name, _, value = item.partition("=")
        params[unquote(name).lower()] = unquote(value).lower()
    headers = frozenset(unquote(item).lower() for item in (found["headers"] or "").split("&") if item)
    return SipUri(
        found["scheme"].lower(),
        unquote(found["user"] or ""),
        found["host"].lower().strip("[]"),
        port,
        params,
        headers,
    )


def scheme_of(text: str) -> str:
    """The scheme of any URI, in small letters; empty when there is none."""
    scheme, colon, _ = text.removeprefix("<").partition(":")
    return scheme.lower() if colon else ""


def same(a: str, b: str) -> bool:
    """Whether two SIP URIs are equivalent (RFC 3261 section 19.1.4). Texts that are no SIP URI equal only
    themselves. Hosts are compared as written, never resolved."""
    if a == b:
        return True
    left, right = parse(a), parse(b)
    if left is None or right is None:
        return False
    if (left.scheme, left.user, left.host, left.port, left.headers) != (
        right.scheme,
        right.user,
        right.host,
        right.port,
        right.headers,
    ):
        return False
    if any(left.params.get(name) != right.params.get(name) for name in _TELLING):
        return False
    return all(right.params.get(name, value) == value for name, value in left.params.items())


def same_user(a: str, b: str) -> bool:
    """Whether two user parts are the same, whichever way they are escaped. Case matters."""
    return a == b or unquote(a) == unquote(b)
