"""Who a number belongs to."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from webapp.common import phone_numbers
from webapp.contacts import colleagues
from webapp.contacts.access import own_blocked, visible_contacts
from webapp.contacts.entries import Entry, Marks, of_colleague, of_contacts
from webapp.contacts.models import ContactNumber, Kind
from webapp.contacts.searching import country_of
from webapp.extensions.access import colleagues as visible_colleagues

MOST = 20  # of one number
# Whose name wins: a colleague's own number, then what somebody wrote down, then what all see.
_ORDER = {Kind.INTERNAL: 0, Kind.PERSONAL: 1, Kind.EXTERNAL: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Everybody who has a number, best first, and whether the viewer wants to hear of it."""

    number: str
    display: str
    entries: list[Entry]
    vip: bool
    blocked: bool


def caller(viewer: Any, text: str) -> Caller:
    """Who a number belongs to, in whatever form it comes."""
    country = country_of(viewer)
    number = phone_numbers.normalised(text, country)
    entries = who(viewer, [number]).get(number, [])
    return Caller(
        number=number,
        display=phone_numbers.display(number, country),
        entries=entries,
        vip=any(entry.vip for entry in entries),
        blocked=any(entry.blocked for entry in entries) or own_blocked(viewer).filter(number=number).exists(),
    )


def who(viewer: Any, numbers: Iterable[str]) -> dict[str, list[Entry]]:
    """Everybody who has one of these normalised numbers, best first. A fixed number of queries."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    marks = Marks(viewer)
    found: dict[str, list[Entry]] = {}
    for number, entry in [*_inside(viewer, wanted, marks), *_outside(viewer, wanted, marks)]:
        found.setdefault(number, []).append(entry)
    for entries in found.values():
        entries.sort(key=lambda entry: (_ORDER[Kind(entry.kind)], entry.name))
    return found


def _inside(viewer: Any, wanted: set[str], marks: Marks) -> Iterable[tuple[str, Entry]]:
    rows = visible_colleagues(viewer)
    # Other numbers of colleagues stand in their profiles: only those who have any are read.
    near = rows.filter(Q(number__in=wanted) | ~Q(user__profile__numbers=[]) & Q(user__profile__isnull=False))
    for each in colleagues.read(viewer, near):
        own = {each.number, *(known["number"] for known in each.numbers)}
        for number in own & wanted:
            yield number, of_colleague(each, marks)


def _outside(viewer: Any, wanted: set[str], marks: Marks) -> Iterable[tuple[str, Entry]]:
    rows = ContactNumber.objects.filter(number__in=wanted, contact__in=visible_contacts(viewer))
    ordered = rows.order_by("contact__sort", "contact").values_list("number", "contact")
    pairs: list[tuple[str, uuid.UUID]] = list(ordered.distinct()[: MOST * len(wanted)])
    entries = of_contacts(viewer, {contact for _number, contact in pairs}, marks)
    return [(number, entries[contact]) for number, contact in pairs if contact in entries]
