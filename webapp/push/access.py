"""Which browsers are told what."""

from collections.abc import Iterable
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from webapp.extensions.models import Extension
from webapp.push.models import Subscription
from webapp.signin.models import KnownSession


def own_session(viewer: Any, key: str | None) -> KnownSession | None:
    """The session with that key, if it is the viewer's."""
    return KnownSession.objects.filter(user=viewer.pk, key=key).first() if key else None


def of_extensions(tenant: str, numbers: Iterable[str]) -> QuerySet[Subscription]:
    """The browsers of the people with these extensions, in sessions that hold."""
    theirs = Extension.objects.filter(
        organisation=tenant, number__in=numbers, user=OuterRef("session__user"), user__is_active=True
    )
    return _holding().filter(Exists(theirs))


def _holding() -> QuerySet[Subscription]:
    held = Session.objects.filter(session_key=OuterRef("session__key"), expire_date__gt=timezone.now())
    return Subscription.objects.filter(Exists(held)).select_related(
        "session__user__organisation", "session__user__profile"
    )
