"""The form of a request, before anything else is asked: sizes, characters, Max-Forwards, Require.

Everything is refused by what the request itself says, so the answers tell nothing about the configuration.
"""

import re
from collections.abc import Sequence

from pbx.ports import Digest, Reply, Request

MAX_CREDENTIALS = 8
MAX_TAGS = 32

_METHOD = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,32}")
_URI = re.compile(r"[!-~]{1,1024}")
_CALL_ID = re.compile(r"[!-~]{1,256}")
_USER = re.compile(r"[!#-;=?-\[\]-~]{0,64}")  # printable ASCII but for quotes, backslash, < and >
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
_ANY_HOST = re.compile(f"(?:{_HOST.pattern})?")  # a tel URI has none
_QUOTED = re.compile(r"[ !#-\[\]-~]{0,256}")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
_MAX_CSEQ = 2**31 - 1
_BAD = 400


def refusal(request: Request, supported: frozenset[str]) -> Reply | None:
    """Why a request is refused for its form alone, or None. `supported` are the option tags we understand."""
    wrong = _odd_part(request)
    if wrong is not None:
        return Reply(_BAD, f"Bad {wrong}")
    if not request.uri[:5].lower().startswith(("sip:", "sips:")):
        return Reply(416, "Unsupported URI Scheme")
    return _max_forwards(request) or _require(request, supported)


def _odd_part(request: Request) -> str | None:
    """The name of the first part with a size or with characters that no sound request has."""
    parts = (
        ("Method", _METHOD, request.method),
        ("Request-URI", _URI, request.uri),
        ("Call-ID", _CALL_ID, request.call_id),
        ("From", _USER, request.from_user),
        ("From", _HOST, request.from_host),
        ("To", _USER, request.to_user),
        ("To", _HOST if request.method == "REGISTER" else _ANY_HOST, request.to_host),
    )
    for name, form, text in parts:
        if not form.fullmatch(text):
            return name
    if not 0 <= request.cseq <= _MAX_CSEQ or not _of_this_method(request):
        return "CSeq"
    if not _whole(request):
        return "Content-Length"
    if not _sound_credentials(request.credentials):
        return "Authorization"
    return None


def _of_this_method(request: Request) -> bool:
    """Whether CSeq names the request's own method (RFC 3261 section 8.1.1.5)."""
    values = request.header("CSeq")
    return not values or values[0].rpartition(" ")[2] == request.method


def _whole(request: Request) -> bool:
    """Whether the body is as long as announced: a datagram may have been cut (RFC 3261 section 18.3)."""
    values = request.header("Content-Length")
    if not values or values[0] == "0":
        return True
    return values[0].isascii() and values[0].isdigit() and int(values[0][:10]) <= len(request.body)


def _sound_credentials(credentials: Sequence[Digest]) -> bool:
    if len(credentials) > MAX_CREDENTIALS:
        return False
    return all(
        _USER.fullmatch(given.username)
        and _QUOTED.fullmatch(given.realm)
        and _QUOTED.fullmatch(given.nonce)
        and _URI.fullmatch(given.uri)
        and _QUOTED.fullmatch(given.cnonce)
        and _TOKEN.fullmatch(given.response)
        and len(given.nc) <= 16
        and len(given.qop) <= 16
        and len(given.algorithm) <= 32
        for given in credentials
    )


def _max_forwards(request: Request) -> Reply | None:
    values = request.header("Max-Forwards")
    if not values:
        return None
    text = values[0].strip()
    if not text.isascii() or not text.isdigit() or len(text) > 10:
        return Reply(_BAD, "Bad Max-Forwards")
    return Reply(483, "Too Many Hops") if int(text) == 0 else None


def _require(request: Request, supported: frozenset[str]) -> Reply | None:
    values = request.header("Require")
    if not values:
        return None
    tags = [tag.strip().lower() for value in values for tag in value.split(",") if tag.strip()]
    if len(tags) > MAX_TAGS or not all(_TOKEN.fullmatch(tag) for tag in tags):
        return Reply(_BAD, "Bad Require")
    unknown = [tag for tag in tags if tag not in supported]
    return Reply(420, "Bad Extension", [("Unsupported", ", ".join(unknown))]) if unknown else None
