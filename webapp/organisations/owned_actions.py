"""Writes rows of organisations: the way of every feature that has no rules of its own."""

from collections.abc import Iterable
from typing import Any, TypeVar

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from webapp.organisations.owned import Owned

log = structlog.get_logger(__name__)

O = TypeVar("O", bound=Owned)  # noqa: E741

MAX_LIST = 1000


@transaction.atomic
def save_owned(row: O, **lists: Iterable[Any]) -> O:
    """Check and write a row, and those of its lists that are given. Raises ValidationError by field."""
    row.full_clean()
    row.save()
    for name, items in lists.items():
        _replace(row, name, list(items))
    kind = row._meta.label_lower
    log.info("row.saved", tenant=str(row.organisation_id), kind=kind, id=str(row.pk))
    return row


def _replace(row: Owned, name: str, items: list[Any]) -> None:
    if len({item.pk for item in items}) < len(items):
        raise ValidationError({name: _("The same thing is in this list twice.")})
    if len(items) > MAX_LIST:
        raise ValidationError({name: _("This list is too long.")})
    if any(item.organisation_id != row.organisation_id for item in items):
        raise ValidationError({name: _("Choose one of this organisation.")})
    part = row.LISTS[name]
    rows = part._default_manager.filter(**{part.OWNER: row.pk})
    if [getattr(each, f"{part.ITEM}_id") for each in rows.order_by(*part.ORDER)] == [i.pk for i in items]:
        return
    rows.delete()
    places = enumerate(items)
    part._default_manager.bulk_create(
        [
            part(organisation_id=row.organisation_id, position=place, **{part.OWNER: row, part.ITEM: item})
            for place, item in places
        ]
    )


def delete_owned(row: Owned) -> None:
    """Remove a row. Raises RestrictedError when something still uses it."""
    kind, key = row._meta.label_lower, str(row.pk)
    row.delete()
    log.info("row.deleted", tenant=str(row.organisation_id), kind=kind, id=key)
