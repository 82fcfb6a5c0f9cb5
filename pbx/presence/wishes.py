"""What a SUBSCRIBE says, taken apart and checked (RFC 6665 section 4.2.1)."""

import re
from dataclasses import dataclass

from pbx.ports import Headers, Package, Reply, Request
from pbx.presence.documents import CONTENT
from pbx.registrar import uri

SHORTEST, DEFAULT, LONGEST = 60, 3600, 7200  # seconds
MAX_BODY = 4096
MAX_ROUTES = 4
MAX_TEXT = 512
ALLOW_EVENTS = ("Allow-Events", ", ".join(CONTENT))

_EVENT = re.compile(r"([A-Za-z0-9.!%*_+`'~-]{1,64})((?:\s*;[!-~ ]{0,200})?)")
_ID = re.compile(r";\s*id\s*=\s*([A-Za-z0-9.!%*_+`'~-]{1,64})\s*(?:;|$)", re.IGNORECASE)
_TAG = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,128}")
_BRANCH = re.compile(r";\s*branch\s*=\s*([A-Za-z0-9.!%*_+`'~-]{1,128})", re.IGNORECASE)
_URI = re.compile(r"[!#-;=?-~]{1,512}")  # printable, without quotes, < and >


@dataclass(frozen=True, slots=True)
class Wish:
    """One SUBSCRIBE, checked. `seconds` are those granted, 0 ends it (or asks once). `local_tag` is the tag
    that our answer to a first one carries."""

    package: Package
    event_id: str
    seconds: int
    local_tag: str
    remote_tag: str
    contact: str
    path: tuple[str, ...]


class Refused(Exception):
    """The SUBSCRIBE is answered with `reply`, and nothing of it is done."""

    def __init__(self, code: int, reason: str, headers: Headers | None = None) -> None:
        super().__init__(f"{code} {reason}")
        self.reply = Reply(code, reason, headers or [])


def wish_of(request: Request) -> Wish:
    """What the SUBSCRIBE asks for. Raises Refused."""
    package, event_id = _event(request)
    if len(request.body) > MAX_BODY:
        raise Refused(413, "Request Entity Too Large")
    _check_accept(request, package)
    if not _TAG.fullmatch(request.from_tag):
        raise Refused(400, "Bad From")
    for text in (request.from_uri, request.to_uri):
        if not _URI.fullmatch(text):
            raise Refused(400, "Bad URI")
    local_tag = request.to_tag or _branch(request)
    if not _TAG.fullmatch(local_tag):
        raise Refused(400, "Bad To")
    return Wish(
        package, event_id, _seconds(request), local_tag, request.from_tag, _contact(request), _path(request)
    )


def _event(request: Request) -> tuple[Package, str]:
    values = request.header("Event")
    found = _EVENT.fullmatch(values[0].strip()) if len(values) == 1 else None
    name = found.group(1).lower() if found else ""
    given = _ID.search(found.group(2)) if found else None
    for package in ("dialog", "presence", "message-summary"):
        if name == package:
            return package, given.group(1) if given else ""
    raise Refused(489, "Bad Event", [ALLOW_EVENTS])


def _check_accept(request: Request, package: Package) -> None:
    """Whether the phone takes the only form that the package has."""
    kinds = [kind for value in request.header("Accept") for kind in value.lower().split(",")]
    offered = {kind.partition(";")[0].strip() for kind in kinds}
    if offered and not offered & {CONTENT[package], "application/*", "*/*"}:
        raise Refused(406, "Not Acceptable", [("Accept", CONTENT[package])])


def _seconds(request: Request) -> int:
    seconds = request.expires
    if 0 < seconds < SHORTEST:
        raise Refused(423, "Interval Too Brief", [("Min-Expires", str(SHORTEST))])
    return DEFAULT if seconds < 0 else min(seconds, LONGEST)


def _branch(request: Request) -> str:
    """PJSIP makes the branch of the topmost Via the tag of our answers."""
    vias = request.header("Via")
    found = _BRANCH.search(vias[0]) if vias else None
    return found.group(1) if found else ""


def _contact(request: Request) -> str:
    contacts = request.contacts
    if len(contacts) != 1 or len(contacts[0].uri) > MAX_TEXT or uri.parse(contacts[0].uri) is None:
        raise Refused(400, "Bad Contact")
    return contacts[0].uri


def _path(request: Request) -> tuple[str, ...]:
    """The route back, nearest hop first. Refused unless that hop is who sent us the packet: otherwise a phone
    could have our NOTIFYs sent to anybody."""
    routes = tuple(request.header("Record-Route"))
    if not routes:
        return ()
    hops = [uri.parse(route) for route in routes[:MAX_ROUTES]]
    if len(routes) > MAX_ROUTES or any(hop is None for hop in hops) or max(map(len, routes)) > MAX_TEXT:
        raise Refused(400, "Bad Record-Route")
    if hops[0] is None or hops[0].host != request.source_ip.lower():
        raise Refused(403, "Route Is Not From Here")
    return routes
