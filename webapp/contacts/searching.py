"""Search as you type, and leafing through, over all phone books in one order.

Contacts are searched in the index of words (`Token`): the longest word is looked up as a range of the index,
the others are checked for what that found. Colleagues are few; their rows are read as they are now and
searched here.
"""

import base64
import binascii
import uuid
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from webapp.contacts import colleagues
from webapp.contacts.access import visible_books, visible_contacts
from webapp.contacts.colleagues import Colleague
from webapp.contacts.entries import Entry, Marks, of_colleague, of_contacts
from webapp.contacts.models import Contact, Kind, Token
from webapp.contacts.words import NAME, Term, terms_of

END = b"\xff"  # after every word: no UTF-8 has it
MOST_FOUND = 50  # contacts whose calls a search by name finds
HOME = "NL"  # of operators, who have no organisation


class Wanted(NamedTuple):
    """Which phone books, and which marks each result must have ("favourite", "vip", "blocked")."""

    kinds: Collection[str] = tuple(Kind.values)
    marks: Collection[str] = ()


class Hit(NamedTuple):
    """Somebody found, in the order in which they are shown. `colleague` None: a contact."""

    rank: int
    sort: bytes
    key: uuid.UUID
    colleague: Colleague | None = None

    @property
    def place(self) -> tuple[int, bytes, str]:
        return self.rank, self.sort, self.key.hex


def country_of(viewer: Any) -> str:
    """How the viewer's numbers without country code are read."""
    return viewer.organisation.country if viewer.organisation is not None else HOME


def search(viewer: Any, query: str, wanted: Wanted, limit: int) -> list[Entry]:
    """The best so many that fit, favourites first."""
    terms = terms_of(query, country_of(viewer))
    if not terms:
        return []
    marks = Marks(viewer)
    favourites = _search(viewer, terms, Wanted(wanted.kinds, {*wanted.marks, "favourite"}), marks, limit)
    found = favourites
    if "favourite" not in wanted.marks and len(favourites) < limit:
        ahead = {hit.key for hit in favourites}
        others = _search(viewer, terms, wanted, marks, limit + len(ahead))
        found = [*favourites, *(hit for hit in others if hit.key not in ahead)]
    return _entries(viewer, found[:limit], marks)


def browse(viewer: Any, wanted: Wanted, after: str, limit: int) -> tuple[list[Entry], str | None]:
    """So many by name, from behind a place on; and the place to go on from, None at the end. Raises
    ValidationError for a place that is none."""
    marks, begin = Marks(viewer), _place(after)
    contacts, extensions = _bounds(wanted, marks)
    hits = [
        Hit(0, each.sort, each.id, each)
        for each in _colleagues(viewer, wanted, extensions)
        if begin is None or (each.sort, each.id.hex) > begin
    ]
    hits += [Hit(0, bytes(sort), key) for sort, key in _leaf(viewer, wanted, contacts, begin, limit + 1)]
    hits.sort(key=lambda hit: hit.place)
    more = len(hits) > limit
    hits = hits[:limit]
    return _entries(viewer, hits, marks), _named(hits[-1]) if more else None


def _search(viewer: Any, terms: list[Term], wanted: Wanted, marks: Marks, limit: int) -> list[Hit]:
    contacts, extensions = _bounds(wanted, marks)
    found = []
    for each in _colleagues(viewer, wanted, extensions):
        rank = each.rank(terms)
        if rank is not None:
            found.append(Hit(rank, each.sort, each.id, each))
    if contacts is None or contacts:
        rows = _tokens(viewer, terms, wanted, contacts)
        # Names are ahead of all else: often they are enough, and the rest need not be looked at.
        numbers = all(term.beginnings[0].isdigit() for term in terms)
        named = [] if numbers else _best(rows.filter(place=NAME), limit)
        found += named if len(named) == limit else _best(rows, limit)
    found.sort(key=lambda hit: hit.place)
    return found[:limit]


def _bounds(wanted: Wanted, marks: Marks) -> tuple[set[uuid.UUID] | None, set[uuid.UUID] | None]:
    """The contacts and the extensions with the wanted marks; None: all."""
    return marks.having(wanted.marks) if wanted.marks else (None, None)


def _colleagues(viewer: Any, wanted: Wanted, among: set[uuid.UUID] | None) -> Iterable[Colleague]:
    if Kind.INTERNAL not in wanted.kinds or among == set():
        return []
    return [each for each in colleagues.read(viewer) if among is None or each.id in among]


def _books(viewer: Any, wanted: Wanted) -> list[int]:
    books = visible_books(viewer)
    return [book.pk for book in books if book.kind in wanted.kinds]


def _within(term: Term) -> Q:
    """Words that begin as the term says."""
    found = Q()
    for beginning in term.beginnings:
        found |= Q(word__gte=beginning, word__lt=beginning + END)
    return found


def _tokens(viewer: Any, terms: list[Term], wanted: Wanted, among: set[uuid.UUID] | None) -> QuerySet[Any]:
    """Contact, rank and order of those that fit all terms, best first; a contact of which several words fit
    is there several times (grouping in the database costs ten times as much as the search)."""
    first, *others = terms
    rows = Token.objects.filter(_within(first), book__in=_books(viewer, wanted))
    if among is not None:
        rows = rows.filter(contact__in=among)
    for term in others:
        rows = rows.filter(Exists(Token.objects.filter(_within(term), contact=OuterRef("contact"))))
    # As `words.rank`.
    part = Case(When(word__in=first.beginnings, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = rows.annotate(rank=2 * F("place") + part).order_by("rank", "sort", "contact")
    return found.values_list("contact", "rank", "sort")


def _best(rows: QuerySet[Any], limit: int) -> list[Hit]:
    """The first so many different contacts of what `_tokens` gives."""
    count = 2 * limit
    while True:
        found: dict[uuid.UUID, Hit] = {}
        read = list(rows[:count])
        for key, rank, sort in read:
            found.setdefault(key, Hit(rank, bytes(sort), key))
        if len(found) >= limit or len(read) < count:
            return list(found.values())[:limit]
        count *= 4


def _leaf(
    viewer: Any, wanted: Wanted, among: set[uuid.UUID] | None, begin: tuple[bytes, str] | None, count: int
) -> list[tuple[bytes, uuid.UUID]]:
    """Contacts by name. Each book by itself: that is the order of its index."""
    if among == set():
        return []
    found: list[tuple[bytes, uuid.UUID]] = []
    for book in _books(viewer, wanted):
        rows: QuerySet[Contact] = visible_contacts(viewer).filter(book=book).order_by("sort", "id")
        if among is not None:
            rows = rows.filter(pk__in=among)
        if begin is not None:
            sort, key = begin
            rows = rows.filter(sort__gte=sort).exclude(sort=sort, pk__lte=uuid.UUID(key))
        found += rows.values_list("sort", "pk")[:count]
    return found


def _entries(viewer: Any, hits: list[Hit], marks: Marks) -> list[Entry]:
    contacts = of_contacts(viewer, [hit.key for hit in hits if hit.colleague is None], marks)
    found = []
    for hit in hits:
        if hit.colleague is not None:
            found.append(of_colleague(hit.colleague, marks))
        elif hit.key in contacts:
            found.append(contacts[hit.key])
    return found


def _named(hit: Hit) -> str:
    return base64.urlsafe_b64encode(hit.key.bytes + hit.sort).decode().rstrip("=")


def _place(text: str) -> tuple[bytes, str] | None:
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return raw[16:], uuid.UUID(bytes=raw[:16]).hex
    except (ValueError, binascii.Error):
        raise ValidationError({"after": _("This is no place in the list.")}) from None
