"""Browsers come and go."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from webapp.push.access import own_session
from webapp.push.hosts import allowed
from webapp.push.models import Subscription


def subscribe(viewer: Any, key: str | None, endpoint: str, p256dh: str, auth: str) -> None:
    """From now on this session's browser is told. Raises ValidationError for an address that is of no push
    service."""
    centrale = settings.CENTRALE
    if not allowed(endpoint, centrale.push_hosts, private=centrale.private_hooks):
        raise ValidationError({"endpoint": [_("This push service is not known here.")]})
    session = own_session(viewer, key)
    if session is None:
        raise ValidationError({"detail": _("Only a browser that is signed in can be told.")})
    # A browser has one address: whoever was signed in there before is not told there any more.
    Subscription.objects.filter(endpoint=endpoint).exclude(session=session).delete()
    Subscription.objects.update_or_create(
        session=session, defaults={"endpoint": endpoint, "p256dh": p256dh, "auth": auth}
    )


def unsubscribe(viewer: Any, key: str | None) -> None:
    """This session's browser is not told any more."""
    Subscription.objects.filter(session=own_session(viewer, key)).delete()


def forget(ids: list[Any]) -> None:
    """The push service says that these are gone."""
    Subscription.objects.filter(pk__in=ids).delete()
