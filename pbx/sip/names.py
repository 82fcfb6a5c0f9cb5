"""Reading the small texts of SIP headers that PJSIP leaves as text (RFC 3261 section 25). All of it is
hostile: sizes are bounded, and what is not understood is nothing."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

LONGEST = 2048  # characters of a header looked at
MOST = 128  # characters of a user part, a tag or a name; twice that for a Call-ID

_NAMED = re.compile(r'(?:"((?:[^"\\]|\\.)*)"\s*|([^<"]*))<([^<>]*)>')
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_CALL_ID = re.compile(r"[A-Za-z0-9.!%*_+`'~()<>:\\\"/\[\]?{}@-]+")


@dataclass(frozen=True, slots=True)
class Uri:
    """A sip:, sips: or tel: URI: the user part without its parameters, the parameters of the URI, its
    headers."""

    user: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog that a call is to take over (RFC 3891); with `early_only` only while it is not answered."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool


def named(value: str) -> tuple[str, str]:
    """Display name and URI of a name-addr, or of a bare URI."""
    value = value[:LONGEST].strip()
    found = _NAMED.match(value)
    if found is None:
        return "", value.partition(";")[0] if "<" not in value else ""
    quoted, plain, uri = found.groups()
    name = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain.strip()
    return name[:MOST], uri.strip()


def uri(text: str) -> Uri | None:
    """The parts of a URI; None for other schemes and for what is too long."""
    scheme, colon, rest = text.partition(":")
    if not colon or len(text) > LONGEST or scheme.lower() not in ("sip", "sips", "tel"):
        return None
    rest, _, tail = rest.partition("?")
    user, at, host = rest.rpartition("@")
    if scheme.lower() == "tel":
        user, _, host = rest.partition(";")
        host = ";" + host
    elif not at:
        user = ""
    user = unquote(user.partition(";")[0].partition(":")[0])
    if len(user) > MOST or not user.isprintable():
        return None
    return Uri(user, _pairs(host.split(";")[1:]), _pairs(tail.split("&")))


def replaces(value: str) -> Replaces | None:
    """The value of a Replaces header; None when it is malformed."""
    call_id, *rest = (part.strip() for part in value[:LONGEST].split(";"))
    params = _pairs(rest)
    tags = params.get("to-tag", ""), params.get("from-tag", "")
    if len(call_id) > 2 * MOST or not _CALL_ID.fullmatch(call_id):
        return None
    if any(len(tag) > MOST or not _TOKEN.fullmatch(tag) for tag in tags):
        return None
    return Replaces(call_id, *tags, early_only="early-only" in params)


def _pairs(parts: list[str]) -> dict[str, str]:
    found = {}
    for part in parts[:20]:
        name, _, value = part.partition("=")
        found[unquote(name.strip()).lower()] = unquote(value.strip())
    return found
