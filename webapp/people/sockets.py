"""Who is on a WebSocket: the origin it may come from, its session, and whether that still holds.

A socket outlives the request that opened it, so all that are open are looked at every few seconds, with two
queries for all of them together.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, parse_cookie
from django.utils import timezone

from webapp.common.middleware import host_allowed
from webapp.link.database import in_database
from webapp.organisations.roles import Role
from webapp.people.models import User

log = structlog.get_logger(__name__)

ENDED, FOREIGN = 4401, 4403  # close codes: no session (any more), another origin
CHECK_SECONDS = 2.0
_CHUNK = 500  # keys in one query
_PORTS = {"http": "80", "https": "443"}
_ROW = ("password", "is_active", "role", "organisation_id")

Scope = Mapping[str, Any]


def header(scope: Scope, name: bytes) -> str:
    """The value of a header of the handshake, "" without it."""
    found = next((value for key, value in scope["headers"] if key == name), b"")
    return found.decode("latin-1")


def origin_allowed(scope: Scope) -> bool:
    """Whether a page of our own opened the socket: browsers say which (RFC 6455 section 10.2), and send
    cookies along whoever asks."""
    host = header(scope, b"host")
    try:
        origin = urlsplit(header(scope, b"origin"))
        wanted = urlsplit(f"{origin.scheme}://{host}")
        port = _PORTS[origin.scheme]
        same = (origin.hostname, str(origin.port or port)) == (wanted.hostname, str(wanted.port or port))
    except (ValueError, KeyError):
        return False
    return same and host_allowed(host)


def session_key(scope: Scope) -> str:
    """What the session cookie of the handshake says; "" without one."""
    return parse_cookie(header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME, "")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person by a session. `organisation` is None for operators."""

    session: str
    person: str
    role: Role
    organisation: str | None


def signed_in(key: str) -> SignedIn | None:
    """Whose session that is; None when it is nobody's (any more). Asks the database."""
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    person = get_user(request)
    if not isinstance(person, User) or not person.is_active:
        return None
    organisation = str(person.organisation_id) if person.organisation_id else None
    return SignedIn(key, str(person.pk), Role(person.role), organisation)


class Checker:
    """Tells which sessions hold. What the rows were like when a session was last found good is remembered,
    so that it is read again only when one of them changed."""

    def __init__(self) -> None:
        self._good: dict[str, tuple[object, ...]] = {}

    def holding(self, sessions: Iterable[SignedIn]) -> set[SignedIn]:
        """Those of `sessions` that still are as they were: the same person, active, in the same role and
        organisation, signed in by the same password."""
        wanted = set(sessions)
        rows, people = _session_rows({each.session for each in wanted}), _people({e.person for e in wanted})
        good: dict[str, tuple[object, ...]] = {}
        found = set()
        for each in wanted:
            if each.session not in rows or each.person not in people:
                continue
            print_ = (rows[each.session], people[each.person], each)
            if self._good.get(each.session) == print_ or signed_in(each.session) == each:
                good[each.session] = print_
                found.add(each)
        self._good = good
        return found


def _session_rows(keys: set[str]) -> dict[str, str]:
    table = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class().objects
    valid = table.filter(expire_date__gt=timezone.now())
    return {
        key: data
        for part in _parts(keys)
        for key, data in valid.filter(session_key__in=part).values_list("session_key", "session_data")
    }


def _people(keys: set[str]) -> dict[str, tuple[object, ...]]:
    return {
        str(pk): tuple(row)
        for part in _parts(keys)
        for pk, *row in User.objects.filter(pk__in=part).values_list("pk", *_ROW)
    }


def _parts(keys: set[str]) -> Iterable[list[str]]:
    ordered = sorted(keys)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


class Sessions:
    """All open sockets of this process. `add` one; `ended` is called, on the event loop, when its session
    does not hold any more. While the database is away nobody is put out."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[SignedIn, Callable[[], None]]] = {}
        self._checker = Checker()
        self._task: asyncio.Task[None] | None = None
        self._next = 0

    def add(self, who: SignedIn, ended: Callable[[], None]) -> Callable[[], None]:
        """Watch; call what it gives when the socket is closed."""
        self._next += 1
        number = self._next
        self._open[number] = (who, ended)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())

        def remove() -> None:
            self._open.pop(number, None)

        return remove

    async def _watch(self) -> None:
        """As long as there is anything to watch."""
        while self._open:
            await asyncio.sleep(CHECK_SECONDS)
            asked = dict(self._open)
            try:
                holding = await in_database(self._checker.holding, [who for who, _ in asked.values()])
            except (DatabaseError, InterfaceError) as error:
                log.warning("sessions.unchecked", error=str(error).strip())
                continue
            for number, (who, ended) in asked.items():
                if who not in holding and self._open.pop(number, None):
                    log.info("session.ended", user=who.person, tenant=who.organisation)
                    ended()


sessions = Sessions()
