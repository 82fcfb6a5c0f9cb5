"""Who may see whom."""

from typing import Any

from django.db.models import QuerySet

from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least
from webapp.people.models import ApiToken, User


def visible_people(viewer: Any) -> QuerySet[User]:
    """Everyone of the organisation for supervisors and up, oneself for the others."""
    rows = within(viewer, User.objects.select_related("organisation"))
    if at_least(viewer, Role.SUPERVISOR):
        return rows
    return rows.filter(pk=viewer.pk) if at_least(viewer, Role.USER) else rows.none()


def own_tokens(viewer: Any) -> QuerySet[ApiToken]:
    """The viewer's own API tokens; nobody sees those of others through the API."""
    if not at_least(viewer, Role.USER):
        return ApiToken.objects.none()
    return ApiToken.objects.filter(user=viewer)


def visible_tokens(viewer: Any) -> QuerySet[ApiToken]:
    """For administrators: the tokens of everyone in the organisation, to take them away."""
    rows = within(viewer, ApiToken.objects.select_related("user"), "user__organisation")
    return rows if at_least(viewer, Role.ADMIN) else own_tokens(viewer)
