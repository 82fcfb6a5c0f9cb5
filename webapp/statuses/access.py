"""Who may see which statuses, forwards and plans."""

from typing import Any

from django.db.models import QuerySet

from webapp.extensions.access import acted_extensions
from webapp.organisations.access import within
from webapp.statuses.models import Forward, KnownState, Plan, Status


def visible_statuses(viewer: Any) -> QuerySet[Status]:
    """The statuses of the organisation: everyone picks out of them."""
    return within(viewer, Status.objects.select_related("organisation"))


def visible_forwards(viewer: Any) -> QuerySet[Forward]:
    """The forwards of the extensions that `viewer` may act for."""
    rows = within(viewer, Forward.objects.select_related("organisation", "extension", "status"))
    return rows.filter(extension__in=acted_extensions(viewer))


def visible_plans(viewer: Any) -> QuerySet[Plan]:
    """The plans of the extensions that `viewer` may act for."""
    rows = within(viewer, Plan.objects.select_related("organisation", "extension", "status"))
    return rows.filter(extension__in=acted_extensions(viewer))


def known_states(viewer: Any) -> QuerySet[KnownState]:
    """What the core last told of the organisation's extensions: colleagues see each other's status."""
    return within(viewer, KnownState.objects.all())
