"""The internal phone book: the extensions of the organisation, read as they are now."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from webapp.contacts.words import COMPANY, DEPARTMENT, NAME, OTHER, Term, Word, sort_key, words_of
from webapp.extensions.access import colleagues
from webapp.extensions.models import Extension
from webapp.profile.photos import address

_COLUMNS = (
    "pk",
    "number",
    "name",
    "organisation__name",
    "organisation__country",
    "user",
    "user__name",
    "user__email",
    "user__profile__department",
    "user__profile__job_role",
    "user__profile__note",
    "user__profile__numbers",
    "user__profile__photo",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """An extension, with what its person tells. `line` is the name of the extension when the person has
    another."""

    id: uuid.UUID
    number: str
    name: str
    line: str
    company: str
    country: str
    person: uuid.UUID | None = None
    email: str = ""
    department: str = ""
    job_role: str = ""
    note: str = ""
    numbers: Sequence[dict[str, str]] = field(default_factory=tuple)
    photo: str | None = None

    @property
    def sort(self) -> bytes:
        return _sorted_as(self.name)

    @property
    def words(self) -> list[Word]:
        """What this colleague is found by."""
        texts = (
            (NAME, self.name),
            (NAME, self.line),
            (DEPARTMENT, self.department),
            (DEPARTMENT, self.job_role),
            (OTHER, self.email),
            (COMPANY, self.company),
        )
        return _words(texts, (self.number, *(each["number"] for each in self.numbers)))

    def rank(self, terms: Iterable[Term]) -> int | None:
        """How well all terms fit, the lower the better; None when one does not."""
        words, found = self.words, []
        for term in terms:
            rank = term.fits(words)
            if rank is None:
                return None
            found.append(rank)
        return min(found, default=0)


@lru_cache(maxsize=16_384)
def _sorted_as(name: str) -> bytes:
    return sort_key(name)


@lru_cache(maxsize=16_384)
def _words(texts: tuple[tuple[int, str], ...], numbers: tuple[str, ...]) -> list[Word]:
    return words_of(texts, numbers)


def read(viewer: Any, rows: QuerySet[Extension] | None = None) -> list[Colleague]:
    """All that `viewer` may call inside, or those of `rows`, which passed the gate."""
    found = colleagues(viewer) if rows is None else rows
    return [_colleague(*values) for values in found.order_by("number").values_list(*_COLUMNS)]


def _colleague(*columns: Any) -> Colleague:
    pk, number, line, company, country, *of_person = columns
    person, name, email, department, job_role, note, numbers, photo = of_person
    return Colleague(
        id=pk,
        number=number,
        name=name or line,
        line=line,
        company=company,
        country=country,
        person=person,
        email=email or "",
        department=department or "",
        job_role=job_role or "",
        note=note or "",
        numbers=tuple(numbers or ()),
        photo=address(person, photo),
    )
