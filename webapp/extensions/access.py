"""Who may see which extensions and phones."""

from typing import Any

from django.db.models import QuerySet

from webapp.extensions.models import Device, Extension
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least


def visible_extensions(viewer: Any) -> QuerySet[Extension]:
    """All of the organisation for supervisors and up, the own ones for the others."""
    rows = within(viewer, Extension.objects.select_related("organisation", "user"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.filter(user=viewer.pk)


def visible_devices(viewer: Any) -> QuerySet[Device]:
    """The phones of the extensions that `viewer` may see."""
    rows = within(viewer, Device.objects.select_related("organisation", "extension"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.filter(extension__user=viewer.pk)
