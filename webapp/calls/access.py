"""Who may see which call records."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from webapp.calls.models import CallLeg, CallRecord
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least


def visible_calls(viewer: Any) -> QuerySet[CallRecord]:
    """All of the organisation for supervisors and up; for the others, calls in which an own extension was."""
    rows = within(viewer, CallRecord.objects.select_related("organisation"))
    return rows if at_least(viewer, Role.SUPERVISOR) else own_of(viewer, rows)


def own_calls(viewer: Any) -> QuerySet[CallRecord]:
    """The calls of the viewer's own extensions, whatever the role: for the start page."""
    return own_of(viewer, within(viewer, CallRecord.objects.select_related("organisation")))


def own_of(viewer: Any, rows: QuerySet[CallRecord]) -> QuerySet[CallRecord]:
    """Those of `rows` that have a leg with an extension of `viewer`."""
    return rows.filter(Exists(CallLeg.objects.filter(call=OuterRef("pk"), extension__user=viewer.pk)))
