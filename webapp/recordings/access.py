"""Who may see which recordings."""

from typing import Any

from django.db.models import Q, QuerySet

from webapp.calls.models import CallRecord
from webapp.organisations.access import visible_organisations, within
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role, at_least
from webapp.recordings.models import Access, Recording, Retention, Rule


def visible_recordings(viewer: Any) -> QuerySet[Recording]:
    """The personal ones of the own extensions. Supervisors see those by rule too, administrators all."""
    rows = within(viewer, Recording.objects.select_related("extension", "rule"))
    if at_least(viewer, Role.ADMIN):
        return rows
    if not at_least(viewer, Role.USER):
        return rows.none()
    own = Q(personal=True, extension__user=viewer.pk)
    return rows.filter(own | Q(personal=False) if at_least(viewer, Role.SUPERVISOR) else own)


def removable_recordings(viewer: Any) -> QuerySet[Recording]:
    """The own personal ones; for administrators all."""
    rows = visible_recordings(viewer)
    return rows if at_least(viewer, Role.ADMIN) else rows.filter(personal=True)


def visible_rules(viewer: Any) -> QuerySet[Rule]:
    """The rules of the organisation, for supervisors and up."""
    rows = within(viewer, Rule.objects.select_related("organisation"))
    return rows if at_least(viewer, Role.SUPERVISOR) else rows.none()


def visible_accesses(viewer: Any) -> QuerySet[Access]:
    """Who did what with recordings, for administrators."""
    rows = within(viewer, Access.objects.select_related("person", "recording"))
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def calls_of(call: Any, organisation: Any) -> QuerySet[CallRecord]:
    """The call of a recording that passed the gate: by its id, and of the recording's own organisation."""
    return CallRecord.objects.filter(call_id=call, organisation=organisation)


def visible_retention_rows(viewer: Any) -> QuerySet[Retention]:
    """What was set, for administrators."""
    rows = within(viewer, Retention.objects.select_related("organisation"))
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def visible_retentions(viewer: Any) -> QuerySet[Organisation]:
    """The organisations whose retention `viewer` may see, for administrators."""
    rows = visible_organisations(viewer)
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def retention_of(organisation: Organisation) -> Retention:
    """That of an organisation which passed the gate, also when nobody ever set it."""
    found = Retention.objects.filter(organisation=organisation).first()
    return found or Retention(organisation=organisation)
