"""Who may see which statuses, forwards and plans."""

from typing import Any

from django.db.models import QuerySet

from pbx.control.messages import ExtensionState
from webapp.common.models import as_uuid
from webapp.extensions.access import acted_extensions
from webapp.extensions.models import Extension
from webapp.organisations.access import within
from webapp.statuses.models import Forward, KnownState, Plan, Series, Status


def visible_statuses(viewer: Any) -> QuerySet[Status]:
    """The statuses of the organisation: everyone picks out of them."""
    return within(viewer, Status.objects.select_related("organisation"))


def visible_forwards(viewer: Any) -> QuerySet[Forward]:
    """The forwards of the extensions that `viewer` may act for."""
    rows = within(viewer, Forward.objects.select_related("organisation", "extension", "status"))
    return rows.filter(extension__in=acted_extensions(viewer))


def visible_series(viewer: Any) -> QuerySet[Series]:
    """The calendars of the extensions that `viewer` may act for."""
    rows = within(viewer, Series.objects.select_related("organisation", "extension", "status"))
    return rows.filter(extension__in=acted_extensions(viewer))


def visible_plans(viewer: Any) -> QuerySet[Plan]:
    """What is carried out of them."""
    rows = within(viewer, Plan.objects.select_related("organisation", "extension", "status"))
    return rows.filter(extension__in=acted_extensions(viewer))


def forward_now(extension: Extension, state: ExtensionState) -> dict[str, str] | None:
    """Where all calls of an extension that passed the gate go; None when they ring."""
    if state.forward_all:
        return {"target": state.forward_all, "because": "all"}
    rows = Forward.objects.filter(extension=extension)
    if state.status is not None:
        found = rows.filter(status=as_uuid(state.status)).first()
    else:
        found = rows.filter(status__default=True).first()
    return {"target": found.target, "because": "status"} if found is not None else None


def known_states(viewer: Any) -> QuerySet[KnownState]:
    """What the core last told of the organisation's extensions: colleagues see each other's status."""
    return within(viewer, KnownState.objects.all())
