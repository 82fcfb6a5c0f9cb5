"""Who may see which sounds."""

from typing import Any

from django.db.models import QuerySet

from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least
from webapp.sounds.models import Sound


def visible_sounds(viewer: Any) -> QuerySet[Sound]:
    """The sounds of the organisation, for supervisors and up. Greetings are seen with their mailbox only."""
    rows = within(viewer, Sound.objects.exclude(kind=Sound.Kind.GREETING))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.none()
