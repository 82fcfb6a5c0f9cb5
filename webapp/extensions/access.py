"""Who may see which extensions and phones."""

from typing import Any

from django.db.models import Q, QuerySet

from webapp.extensions.models import Device, Extension, PickupGroup, Supervision
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least


def visible_extensions(viewer: Any) -> QuerySet[Extension]:
    """All of the organisation for supervisors and up, the own ones for the others."""
    rows = within(viewer, Extension.objects.select_related("organisation", "user"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.filter(user=viewer.pk)


def acted_extensions(viewer: Any) -> QuerySet[Extension]:
    """The extensions that `viewer` may act for: the own ones and those they supervise, all for
    administrators."""
    rows = within(viewer, Extension.objects.select_related("organisation"))
    if at_least(viewer, Role.ADMIN):
        return rows
    if not at_least(viewer, Role.USER):
        return rows.none()
    own = Q(user=viewer.pk)
    if at_least(viewer, Role.SUPERVISOR):
        supervised = Supervision.objects.filter(extension__user=viewer.pk).values("supervised")
        own |= Q(pk__in=supervised)
    return rows.filter(own)


def colleagues(viewer: Any) -> QuerySet[Extension]:
    """All extensions of the organisation, for what everyone in it may know: number, name, status."""
    return within(viewer, Extension.objects.all())


def group_mates(viewer: Any) -> QuerySet[Extension]:
    """Extensions that share a pickup group with an own one."""
    own = Extension.objects.filter(user=viewer.pk, pickup_group__isnull=False).values("pickup_group")
    return within(viewer, Extension.objects.filter(pickup_group__in=own))


def visible_pickup_groups(viewer: Any) -> QuerySet[PickupGroup]:
    """The pickup groups of the organisation, for supervisors and up."""
    rows = within(viewer, PickupGroup.objects.select_related("organisation"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.none()


def visible_devices(viewer: Any) -> QuerySet[Device]:
    """The phones of the extensions that `viewer` may see."""
    rows = within(viewer, Device.objects.select_related("organisation", "extension"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.filter(extension__user=viewer.pk)
