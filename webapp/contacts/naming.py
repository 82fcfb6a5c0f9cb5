"""Names for the numbers in lists of calls, messages and recordings."""

from collections.abc import Iterable
from typing import Any

from webapp.common import phone_numbers
from webapp.contacts import lookup
from webapp.contacts.entries import Entry
from webapp.contacts.searching import MOST_FOUND, Wanted, country_of, search


class Names:
    """Who has which of some numbers, for one viewer: looked up together."""

    def __init__(self, viewer: Any, numbers: Iterable[str]) -> None:
        self._country = country_of(viewer)
        self._found = lookup.who(viewer, {self.normalised(number) for number in numbers})

    def normalised(self, number: str) -> str:
        """In the form in which contacts have it."""
        return phone_numbers.normalised(number, self._country)

    def display(self, number: str) -> str:
        """As people read it."""
        return phone_numbers.display(self.normalised(number), self._country)

    def contact(self, number: str) -> Entry | None:
        """The best of those who have it."""
        return next(iter(self._found.get(self.normalised(number), ())), None)


def numbers_like(viewer: Any, query: str) -> set[str]:
    """Numbers, in every form that a record may have, of the contacts that a search finds."""
    country = country_of(viewer)
    found = search(viewer, query, Wanted(), MOST_FOUND)
    return {
        form for entry in found for each in entry.numbers for form in phone_numbers.same(each.number, country)
    }


def begun(viewer: Any, query: str) -> list[str]:
    """What a number in a record may begin with of which somebody typed the first digits; [] when it is no
    number."""
    if not query.strip() or any(each.isalpha() for each in query):
        return []
    country = country_of(viewer)
    found = phone_numbers.beginnings(query, country)
    return [*found, *(f"+{each}" for each in found)]
