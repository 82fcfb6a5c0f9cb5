"""Who may see which lines to the outside."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from webapp.extensions.access import acted_extensions
from webapp.extensions.models import Extension
from webapp.lines.models import CallerId, EmergencyPlace, Outside, PublicNumber, Route, Trunk
from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least

M = TypeVar("M", bound=Model)


def _for(viewer: Any, role: Role, rows: QuerySet[M]) -> QuerySet[M]:
    rows = within(viewer, rows.select_related("organisation"))
    return rows if at_least(viewer, role) else rows.none()


def visible_caller_ids(viewer: Any) -> QuerySet[CallerId]:
    """All of the organisation for supervisors and up, those that an own extension may show for the others."""
    rows = within(viewer, CallerId.objects.select_related("organisation"))
    if at_least(viewer, Role.SUPERVISOR):
        return rows
    own = Q(everyone=True) | Q(uses__extension__in=acted_extensions(viewer))
    return rows.filter(own).distinct()


def visible_trunks(viewer: Any) -> QuerySet[Trunk]:
    """The trunks of the organisation, for administrators."""
    return _for(viewer, Role.ADMIN, Trunk.objects.select_related("known"))


def visible_routes(viewer: Any) -> QuerySet[Route]:
    """The outbound routes of the organisation, for administrators."""
    return _for(viewer, Role.ADMIN, Route.objects.all())


def visible_numbers(viewer: Any) -> QuerySet[PublicNumber]:
    """The public numbers of the organisation, for supervisors and up."""
    return _for(viewer, Role.SUPERVISOR, PublicNumber.objects.select_related("flow", "extension"))


def visible_outside(viewer: Any) -> QuerySet[Outside]:
    """Emergency calls and limits of the organisation, for administrators."""
    return _for(viewer, Role.ADMIN, Outside.objects.all())


def visible_places(viewer: Any) -> QuerySet[EmergencyPlace]:
    """The places of extensions for emergency services, for administrators."""
    return _for(viewer, Role.ADMIN, EmergencyPlace.objects.select_related("extension"))


def may_show(extension: Extension, caller_id: CallerId) -> bool:
    """Whether that number may be shown when this extension calls."""
    if caller_id.organisation_id != extension.organisation_id:
        return False
    return caller_id.everyone or caller_id.uses.filter(extension=extension).exists()
