"""Everything that writes profiles, photos and preferences."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from webapp.common import phone_numbers
from webapp.people.models import User
from webapp.profile import pictures
from webapp.profile.access import profile_of
from webapp.profile.models import Photo, Profile

log = structlog.get_logger(__name__)


@transaction.atomic
def save_profile(person: User, numbers: Iterable[Mapping[str, str]] | None = None, **texts: str) -> Profile:
    """What a person tells of oneself; what is not given stays. Raises ValidationError by field."""
    profile = _locked(person)
    for name, value in texts.items():
        setattr(profile, name, " ".join(value.split()))
    if numbers is not None:
        profile.numbers = _numbers(person, numbers)
    profile.full_clean()
    profile.save()
    return profile


def _numbers(person: User, numbers: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    country = person.organisation.country if person.organisation is not None else ""
    try:
        found = {phone_numbers.checked(each["number"], country): each["type"] for each in numbers}
    except ValidationError as error:
        raise ValidationError({"numbers": error.messages}) from error
    return [{"number": number, "type": kind} for number, kind in found.items()]


@transaction.atomic
def save_preferences(person: User, changes: Mapping[str, Any]) -> Profile:
    """Checked changes into what is there: of an object only the keys given, a null takes a key away."""
    profile = _locked(person)
    kept = dict(profile.preferences)
    for name, value in changes.items():
        if isinstance(value, Mapping) and isinstance(kept.get(name), dict):
            kept[name] = {**kept[name], **value}
        else:
            kept[name] = value
    profile.preferences = kept
    profile.save()
    return profile


@transaction.atomic
def save_photo(person: User, data: bytes) -> Profile:
    """A new photo, made anew from what was uploaded. Raises ValidationError for what is no picture."""
    images = pictures.squares(data)
    profile = _locked(person)
    profile.photo = uuid.uuid4()
    profile.save()
    profile.photos.all().delete()
    Photo.objects.bulk_create(
        [Photo(profile=profile, size=size, image=image) for size, image in images.items()]
    )
    log.info("photo.saved", person=str(person.pk))
    return profile


@transaction.atomic
def delete_photo(person: User) -> Profile:
    """Without photo."""
    profile = _locked(person)
    profile.photo = None
    profile.save()
    profile.photos.all().delete()
    return profile


def _locked(person: User) -> Profile:
    User.objects.select_for_update().get(pk=person.pk)
    return profile_of(person)
