"""Who may see whose profile."""

from typing import Any

from django.db.models import QuerySet

from webapp.organisations.access import within
from webapp.organisations.roles import Role, at_least
from webapp.people.models import User
from webapp.profile.models import Photo, Profile


def colleagues(viewer: Any) -> QuerySet[User]:
    """Everyone of the organisation, for what all in it may know of each other."""
    return within(viewer, User.objects.filter(is_active=True))


def visible_photos(viewer: Any) -> QuerySet[Photo]:
    """Photos of the people of the organisation."""
    return within(viewer, Photo.objects.select_related("profile"), "profile__person__organisation")


def visible_profiles(viewer: Any) -> QuerySet[Profile]:
    """For administrators: the profiles of everyone in the organisation."""
    rows = within(viewer, Profile.objects.select_related("person"), "person__organisation")
    return rows if at_least(viewer, Role.ADMIN) else rows.filter(person=viewer.pk)


def profile_of(person: User) -> Profile:
    """The own one, also before anything was told."""
    return Profile.objects.filter(person=person).first() or Profile(person=person)
