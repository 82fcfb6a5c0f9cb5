"""One form for everybody whom one may call: colleagues, contacts of the organisation, own contacts."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from webapp.common import phone_numbers
from webapp.contacts.access import may_write_external, own_marks, visible_contacts
from webapp.contacts.colleagues import Colleague
from webapp.contacts.models import Contact, Kind, Mark


@dataclass(frozen=True, slots=True)
class Number:
    """A number, its type, and how people read it."""

    number: str
    type: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a phone book, as one person sees it."""

    kind: str
    id: uuid.UUID
    name: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    department: str = ""
    job_role: str = ""
    email: str = ""
    address: str = ""
    note: str = ""
    numbers: list[Number] = field(default_factory=list)
    person: uuid.UUID | None = None
    photo: str | None = None
    favourite: bool = False
    vip: bool = False
    blocked: bool = False
    may_edit: bool = False


class Marks:
    """What a viewer marked, by contact and by extension."""

    def __init__(self, viewer: Any) -> None:
        rows = list(own_marks(viewer))
        self._contacts = {row.contact_id: row for row in rows if row.contact_id is not None}
        self._extensions = {row.extension_id: row for row in rows if row.extension_id is not None}

    def of(self, key: uuid.UUID) -> dict[str, bool]:
        """favourite, vip, blocked of a contact or extension."""
        mark = self._contacts.get(key) or self._extensions.get(key) or Mark()
        return {"favourite": mark.favourite, "vip": mark.vip, "blocked": mark.blocked}

    def having(self, names: Iterable[str]) -> tuple[set[uuid.UUID], set[uuid.UUID]]:
        """Contacts and extensions that have all of these marks."""
        wanted = list(names)

        def fits(mark: Mark) -> bool:
            return all(getattr(mark, name) for name in wanted)

        contacts = {key for key, mark in self._contacts.items() if fits(mark)}
        return contacts, {key for key, mark in self._extensions.items() if fits(mark)}


def of_colleague(each: Colleague, marks: Marks) -> Entry:
    """An extension of the organisation."""
    numbers = [Number(each.number, "internal", each.number)]
    for known in each.numbers:
        shown = phone_numbers.display(known["number"], each.country)
        numbers.append(Number(known["number"], known["type"], shown))
    return Entry(
        kind=Kind.INTERNAL,
        id=each.id,
        name=each.name,
        company=each.company,
        department=each.department,
        job_role=each.job_role,
        email=each.email,
        note=each.note,
        numbers=numbers,
        person=each.person,
        photo=each.photo,
        **marks.of(each.id),
    )


def of_contact(row: Contact, marks: Marks, country: str, keeper: bool) -> Entry:
    """A contact with its prefetched numbers; `keeper`: whether the viewer keeps the organisation's book."""
    kind = row.book.kind
    return Entry(
        kind=kind,
        id=row.pk,
        name=row.name,
        first_name=row.first_name,
        last_name=row.last_name,
        company=row.company,
        department=row.department,
        job_role=row.job_role,
        email=row.email,
        address=row.address,
        note=row.note,
        numbers=[
            Number(each.number, each.type, phone_numbers.display(each.number, country))
            for each in row.numbers.all()
        ],
        may_edit=kind == Kind.PERSONAL or keeper,
        **marks.of(row.pk),
    )


def of_contacts(viewer: Any, keys: Iterable[uuid.UUID], marks: Marks) -> dict[uuid.UUID, Entry]:
    """Visible contacts by their ids."""
    rows = visible_contacts(viewer).filter(pk__in=list(keys)).select_related("book", "organisation")
    keeper = may_write_external(viewer)
    return {
        row.pk: of_contact(row, marks, row.organisation.country, keeper)
        for row in rows.prefetch_related("numbers")
    }
