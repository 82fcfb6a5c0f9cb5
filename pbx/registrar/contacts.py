"""What a REGISTER says, taken apart and checked: contacts, lifetimes, path (RFC 3261 section 10.3, RFC
3327)."""

import re
from dataclasses import dataclass

from pbx.ports import Contact, Headers, Reply, Request
from pbx.registrar import uri

MAX_CONTACTS = 20
MAX_CONTACT = 512
MAX_PATHS = 4
MAX_TEXT = 200

_CONTACT = re.compile(rf"[!#-;=?-~]{{1,{MAX_CONTACT}}}")  # printable, without quotes, < and >
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class RegistrarSettings:
    """Lifetimes of bindings in seconds. A shorter wish than `shortest` is refused with 423, none at all means
    `default`, a longer one than `longest` is cut."""

    shortest: int = 60
    default: int = 600
    longest: int = 3600


@dataclass(frozen=True, slots=True)
class Wish:
    """One contact of a REGISTER, checked: its URI, the seconds granted (0 removes), q (-1 when absent), the
    device's +sip.instance (empty when absent)."""

    contact: str
    seconds: int
    q: float
    instance: str


class Refused(Exception):
    """The REGISTER is answered with `reply`, and nothing of it is done."""

    def __init__(self, code: int, reason: str, headers: Headers | None = None) -> None:
        super().__init__(f"{code} {reason}")
        self.reply = Reply(code, reason, headers or [])


def wishes(request: Request, settings: RegistrarSettings) -> list[Wish]:
    """The contacts to add, refresh or remove. Raises Refused.

    Contacts that are no SIP URIs (tel, mailto, http) are passed over, since nothing could ever be sent
    there; it is an error when no other is left."""
    contacts = request.contacts
    if len(contacts) > MAX_CONTACTS:
        raise Refused(400, "Too Many Contacts")
    found: list[Wish] = []
    for contact in contacts:
        if uri.scheme_of(contact.uri) not in ("sip", "sips"):
            continue
        wish = _wish(contact, request, settings)
        if any(uri.same(wish.contact, other.contact) for other in found):
            raise Refused(400, "Same Contact Twice")
        found.append(wish)
    if contacts and not found:
        raise Refused(400, "Contact Must Be a SIP URI")
    return found


def _wish(contact: Contact, request: Request, settings: RegistrarSettings) -> Wish:
    if not _CONTACT.fullmatch(contact.uri) or uri.parse(contact.uri) is None:
        raise Refused(400, "Bad Contact")
    seconds = contact.expires if contact.expires >= 0 else request.expires
    if seconds < 0:
        seconds = settings.default
    if 0 < seconds < settings.shortest:
        raise Refused(423, "Interval Too Brief", [("Min-Expires", str(settings.shortest))])
    q = contact.q if 0.0 <= contact.q <= 1.0 else -1.0
    instance = contact.params.get("+sip.instance", "").strip('"')
    return Wish(contact.uri, min(seconds, settings.longest), q, clean(instance))


def path_of(request: Request) -> tuple[str, ...]:
    """The Path of a REGISTER, next hop first. Raises Refused unless that hop is who sent us the packet:
    otherwise a phone could have its calls, and so our packets, sent to anybody (RFC 3327 section 6)."""
    paths = tuple(request.paths)
    if not paths:
        return ()
    if len(paths) > MAX_PATHS:
        raise Refused(400, "Too Many Path Values")
    hops = [uri.parse(path) for path in paths]
    if any(hop is None or len(path) > MAX_CONTACT for hop, path in zip(hops, paths, strict=True)):
        raise Refused(400, "Bad Path")
    nearest = hops[0]
    if nearest is None or nearest.host != request.source_ip.lower():
        raise Refused(403, "Path Is Not From Here")
    return paths


def clean(text: str) -> str:
    """Free text of a phone (User-Agent, instance), without control characters and of a bounded length."""
    return _ODD.sub("", text)[:MAX_TEXT]
