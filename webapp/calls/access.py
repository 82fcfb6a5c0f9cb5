"""Who may see which call records."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from webapp.calls.models import CallLeg, CallNote, CallRecord, HistoryLine, HistorySeen
from webapp.extensions.access import visible_extensions
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


def own_lines(viewer: Any) -> QuerySet[HistoryLine]:
    """The history of the viewer's own extensions; a call that came to several of them is there once."""
    mine = list(visible_extensions(viewer).filter(user=viewer.pk).values_list("pk", flat=True))
    rows = HistoryLine.objects.filter(extension__in=mine)
    if len(mine) < 2:
        return rows
    better = HistoryLine.objects.filter(call=OuterRef("call"), extension__in=mine, pk__lt=OuterRef("pk"))
    return rows.exclude(Exists(better))


def seen_up_to(viewer: Any) -> int:
    """The newest line of the viewer's own history that they have looked at; 0 for none."""
    return HistorySeen.objects.filter(person=viewer.pk).values_list("line", flat=True).first() or 0


def visible_notes(viewer: Any) -> QuerySet[CallNote]:
    """Notes of the organisation. Whether somebody may see the call is asked first."""
    return within(viewer, CallNote.objects.select_related("author"))


def writable_notes(viewer: Any) -> QuerySet[CallNote]:
    """The own ones."""
    return visible_notes(viewer).filter(author=viewer.pk)


def removable_notes(viewer: Any) -> QuerySet[CallNote]:
    """The own ones; for administrators all."""
    return visible_notes(viewer) if at_least(viewer, Role.ADMIN) else writable_notes(viewer)


def notes_about(viewer: Any, number: str) -> QuerySet[CallNote]:
    """Notes on the calls with a number that the viewer may see, newest first."""
    with_it = HistoryLine.objects.filter(number=number).values("call")
    calls = visible_calls(viewer).filter(pk__in=with_it).order_by().values("call_id")
    return visible_notes(viewer).filter(call__in=calls).order_by("-created_at", "-id")
