"""The tenant gate. Every look-up on behalf of a person goes through `within`; what it leaves out looks
missing."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from webapp.common.models import as_uuid
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role, at_least

M = TypeVar("M", bound=Model)


def within(viewer: Any, rows: QuerySet[M], path: str = "organisation") -> QuerySet[M]:
    """Those of `rows` that belong to the organisation of `viewer`; all for an operator, none for a stranger.

    `path` is the look-up from the row to its organisation.
    """
    if at_least(viewer, Role.OPERATOR):
        return rows
    if not at_least(viewer, Role.USER) or viewer.organisation_id is None:
        return rows.none()
    return rows.filter(**{path: viewer.organisation_id})


def tenant_visible(viewer: Any, tenant: str | None) -> bool:
    """The same gate for what does not come out of the database: live calls and bindings of the core."""
    if at_least(viewer, Role.OPERATOR):
        return True
    return at_least(viewer, Role.USER) and tenant is not None and tenant == str(viewer.organisation_id)


def visible_organisations(viewer: Any) -> QuerySet[Organisation]:
    """The organisations that `viewer` may see: the own one, or all for an operator."""
    return within(viewer, Organisation.objects.all(), "pk")


def known_tenants(tenants: Iterable[str]) -> set[str]:
    """Those of the core's words for organisations that are there (still)."""
    keys = [key for tenant in set(tenants) if (key := as_uuid(tenant))]
    rows = Organisation.objects.filter(pk__in=keys)
    return {str(key) for key in rows.values_list("pk", flat=True)}
