"""What of the snapshot is made here: whose calls each extension declines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pbx.control.configuration import MOST_BLOCKED
from webapp.contacts.models import BlockedNumber, Mark
from webapp.extensions.models import Extension


def blocked(tenant: UUID) -> Mapping[UUID, list[str]]:
    """Numbers by extension: those that its user blocked, of the contacts they blocked, of colleagues."""
    people: dict[Any, set[str]] = {}
    marks = Mark.objects.filter(organisation=tenant, blocked=True)
    for rows in (
        BlockedNumber.objects.filter(organisation=tenant).values_list("person", "number"),
        marks.filter(contact__organisation=tenant).values_list("person", "contact__numbers__number"),
        marks.filter(extension__organisation=tenant).values_list("person", "extension__number"),
    ):
        for person, number in rows:
            if number:
                people.setdefault(person, set()).add(number)
    owners = Extension.objects.filter(organisation=tenant, user__isnull=False).values_list("pk", "user")
    return {pk: sorted(people[user])[:MOST_BLOCKED] for pk, user in owners if user in people}
