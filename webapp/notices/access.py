"""Who may see which notices."""

from typing import Any

from django.db.models import QuerySet

from webapp.notices.models import Notice
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least


def visible_notices(viewer: Any) -> QuerySet[Notice]:
    """The notices of the organisation, for administrators."""
    rows = within(viewer, Notice.objects.select_related("organisation", "seen_by"))
    return rows if at_least(viewer, Role.ADMIN) else rows.none()
