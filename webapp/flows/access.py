"""Who may see which flows, calendars, groups and internal numbers."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from webapp.flows.models import Calendar, Flow, FlowVersion, Group, InternalNumber
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least

M = TypeVar("M", bound=Model)


def _for_supervisors(viewer: Any, rows: QuerySet[M]) -> QuerySet[M]:
    rows = within(viewer, rows.select_related("organisation"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.none()


def visible_flows(viewer: Any) -> QuerySet[Flow]:
    """The flows of the organisation, for supervisors and up."""
    return _for_supervisors(viewer, Flow.objects.all())


def visible_versions(viewer: Any) -> QuerySet[FlowVersion]:
    """What was published of them."""
    return _for_supervisors(viewer, FlowVersion.objects.select_related("flow", "published_by"))


def visible_calendars(viewer: Any) -> QuerySet[Calendar]:
    """The calendars of the organisation, for supervisors and up."""
    return _for_supervisors(viewer, Calendar.objects.all())


def visible_groups(viewer: Any) -> QuerySet[Group]:
    """The ring groups of the organisation, for supervisors and up."""
    return _for_supervisors(viewer, Group.objects.all())


def visible_internal_numbers(viewer: Any) -> QuerySet[InternalNumber]:
    """The internal numbers of the organisation, for supervisors and up."""
    return _for_supervisors(viewer, InternalNumber.objects.all())
