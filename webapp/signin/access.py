"""Who may see which sessions, providers, rules and policies."""

from typing import Any

from django.db.models import QuerySet

from webapp.organisations.access import visible_organisations, within
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role, at_least
from webapp.people.access import visible_people
from webapp.people.models import User
from webapp.signin.models import Acceptance, KnownSession, Policy, Provider, SignInRules


def own_sessions(viewer: Any) -> QuerySet[KnownSession]:
    """The browsers in which the viewer is signed in."""
    return KnownSession.objects.filter(user=viewer.pk)


def managed_people(viewer: Any) -> QuerySet[User]:
    """Whose sign-in the viewer manages: everyone of the organisation, for administrators."""
    rows = visible_people(viewer)
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def managed_sessions(viewer: Any) -> QuerySet[KnownSession]:
    """The sessions of the people whom the viewer manages."""
    return KnownSession.objects.filter(user__in=managed_people(viewer))


def managed_organisations(viewer: Any) -> QuerySet[Organisation]:
    """The organisations whose rules the viewer sets."""
    rows = visible_organisations(viewer)
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def visible_providers(viewer: Any) -> QuerySet[Provider]:
    """Single sign-on of the organisation, for administrators."""
    rows = within(viewer, Provider.objects.select_related("organisation"))
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def visible_rules(viewer: Any) -> QuerySet[SignInRules]:
    """The rules of the organisation, for administrators."""
    rows = within(viewer, SignInRules.objects.select_related("organisation"))
    return rows if at_least(viewer, Role.ADMIN) else rows.none()


def offered_providers(address: str) -> QuerySet[Provider]:
    """What a visitor with this e-mail address can sign in with: by its domain alone, so that nobody learns
    who has an account."""
    domain = address.strip().lower().rpartition("@")[2]
    rows = Provider.objects.filter(enabled=True)
    if not domain:
        return rows.none()
    matching = [row.pk for row in rows.only("pk", "domains") if domain in row.domains]
    return rows.filter(pk__in=matching)


def all_policies(viewer: Any) -> QuerySet[Policy]:
    """Every version of every policy, for operators, whose texts they are."""
    rows = Policy.objects.all()
    return rows if at_least(viewer, Role.OPERATOR) else rows.none()


def visible_acceptances(viewer: Any) -> QuerySet[Acceptance]:
    """Who accepted what, for administrators."""
    rows = within(viewer, Acceptance.objects.select_related("user", "policy"), "user__organisation")
    return rows if at_least(viewer, Role.ADMIN) else rows.none()
