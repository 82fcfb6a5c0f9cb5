"""What contacts are found by: words without case and accents, and digits of numbers.

A contact is found when each word of the search begins one of its words. The index keeps words as UTF-8 bytes:
bytes have one order in every database, so "begins with" is a range of the index on SQLite and PostgreSQL
alike.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from webapp.common import phone_numbers

LONGEST_WORD = 40  # bytes
LONGEST_SORT = 60  # bytes
MOST_WORDS = 60  # of one contact
MOST_TERMS = 6  # of one search
BACKWARDS = "~"  # before the digits of a number from its end
ENDING = 3  # digits from which on a search may be the end of a number

# Letters that have no accent to take away.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_WORD = re.compile(r"[^\W_]+")
_GLUE = re.compile(r"['’.\-]")
_NUMBER = re.compile(r"\+?[0-9*#\s().\-/]+")

# Ranks of where a word stands: names before companies, departments before the rest.
NAME, COMPANY, DEPARTMENT, NUMBER, OTHER = range(5)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a contact, and where it stands."""

    text: bytes
    place: int


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search: any of `beginnings` will do."""

    beginnings: tuple[bytes, ...]

    def fits(self, words: Iterable[Word]) -> int | None:
        """The rank of the best word that begins so, whole words first; None when none does."""
        ranks = [
            rank(word.place, word.text == beginning)
            for word in words
            for beginning in self.beginnings
            if word.text.startswith(beginning)
        ]
        return min(ranks, default=None)


def rank(place: int, whole: bool) -> int:
    """The lower the better."""
    return 2 * place + (0 if whole else 1)


def folded(text: str) -> str:
    """Without case, accents and ligatures."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(part for part in parts if not unicodedata.combining(part))


def cut(text: str, size: int) -> bytes:
    """UTF-8 of at most so many bytes, of whole characters."""
    return text.encode()[:size].decode(errors="ignore").encode()


def sort_key(name: str) -> bytes:
    """By which contacts are ordered."""
    return cut(" ".join(_WORD.findall(folded(name))), LONGEST_SORT)


def words_of(texts: Iterable[tuple[int, str]], numbers: Iterable[str]) -> list[Word]:
    """Of texts with their places, and of normalised numbers; each word once, at its best place."""
    found: dict[bytes, int] = {}
    for place, text in texts:
        plain = folded(text)
        for word in [*_WORD.findall(plain), *_WORD.findall(_GLUE.sub("", plain))]:
            key = cut(word, LONGEST_WORD)
            found[key] = min(place, found.get(key, place))
    for number in numbers:
        digits = number.lstrip("+")
        found.setdefault(digits.encode(), NUMBER)
        if len(digits) >= ENDING:
            found.setdefault((BACKWARDS + digits[::-1]).encode(), NUMBER)
    return [Word(text, place) for text, place in list(found.items())[:MOST_WORDS]]


def terms_of(query: str, country: str) -> list[Term]:
    """What somebody searches for; a number of any form is one term."""
    if _NUMBER.fullmatch(query) and any(each.isdigit() for each in query):
        return [_digits(query, country)]
    plain = [cut(word, LONGEST_WORD).decode() for word in _WORD.findall(folded(query))]
    longest = sorted(dict.fromkeys(plain), key=len, reverse=True)[:MOST_TERMS]
    return [_digits(word, country) if word.isdecimal() else Term((word.encode(),)) for word in longest]


def _digits(text: str, country: str) -> Term:
    begun = phone_numbers.beginnings(text, country)
    ends = [BACKWARDS + begun[0][::-1]] if begun and len(begun[0]) >= ENDING else []
    return Term(tuple(each.encode()[:LONGEST_WORD] for each in [*begun, *ends]))
