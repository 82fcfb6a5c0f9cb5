"""Which browsers are signed in as whom, and how that ends."""

import datetime
from typing import Any

import structlog
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from webapp.common.middleware import client_address
from webapp.people.signals import shut_out
from webapp.signin.models import KnownSession

log = structlog.get_logger(__name__)

SEEN_SECONDS = 60  # how exact "last seen" is


def connect() -> None:
    """Follows Django's signals of sign-in and sign-out, and those who lose the right to be signed in."""
    user_logged_in.connect(_begun, dispatch_uid="signin.sessions")
    user_logged_out.connect(_ended, dispatch_uid="signin.sessions")
    shut_out.connect(_shut_out, dispatch_uid="signin.sessions")


def _begun(sender: Any, request: HttpRequest | None, user: Any, **_: Any) -> None:
    if request is None:
        return
    if request.session.session_key is None:
        request.session.save()
    how = getattr(request, "signed_in_by", {})
    KnownSession.objects.update_or_create(
        key=request.session.session_key,
        defaults={
            "user": user,
            "agent": request.META.get("HTTP_USER_AGENT", "").replace("\x00", "")[:300],
            "address": client_address(request),
            "last_seen_at": timezone.now(),
            **how,
        },
    )


def _ended(sender: Any, request: HttpRequest | None, **_: Any) -> None:
    if request is not None and request.session.session_key:
        KnownSession.objects.filter(key=request.session.session_key).delete()


def _shut_out(sender: Any, user: Any, **_: Any) -> None:
    end(KnownSession.objects.filter(user=user))


def renewed(request: HttpRequest, old: str | None) -> None:
    """The session got a new key (after a change of password); it is the same browser."""
    KnownSession.objects.filter(key=old).update(key=request.session.session_key)


def proved(request: HttpRequest) -> None:
    """In this session a second factor was proved after all: it was set up here."""
    KnownSession.objects.filter(key=request.session.session_key).update(second_factor=True)


def seen(request: HttpRequest) -> None:
    """Notes, at most once a minute, that this session is in use and from where."""
    key = request.session.session_key
    if key and cache.add(f"signin.seen.{key}", True, SEEN_SECONDS):
        KnownSession.objects.filter(key=key).update(
            last_seen_at=timezone.now(), address=client_address(request)
        )


def end(rows: QuerySet[KnownSession]) -> int:
    """Ends these sessions at once; gives how many."""
    keys = list(rows.values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    KnownSession.objects.filter(key__in=keys).delete()
    if keys:
        log.info("sessions.ended", count=len(keys))
    return len(keys)


def tidy(now: datetime.datetime) -> None:
    """Forgets sessions that are over."""
    living = Session.objects.filter(expire_date__gt=now).values("session_key")
    KnownSession.objects.exclude(key__in=living).delete()
