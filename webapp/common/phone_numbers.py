"""Telephone numbers as people type and read them. Those of the public network are kept in E.164, numbers
inside an organisation as their digits."""

import re
from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_FILLING = re.compile(r"[\s().\-/\u2010-\u2015]+")
_INSIDE = re.compile(r"[0-9*#]{1,6}")
LONGEST = 32


@lru_cache(maxsize=16_384)
def normalised(text: str, country: str) -> str:
    """E.164 for a number of the public network ("06 12345678", "0031…", "+31…"), read as in `country` (ISO
    3166); anything else without what people put between digits."""
    plain = _FILLING.sub("", text)[:LONGEST]
    if _INSIDE.fullmatch(plain):
        return plain
    try:
        number = phonenumbers.parse(f"+{plain[2:]}" if plain.startswith("00") else plain, country)
    except phonenumbers.NumberParseException:
        return plain
    if not phonenumbers.is_possible_number(number):
        return plain
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def checked(text: str, country: str) -> str:
    """As `normalised`. Raises ValidationError for what is no number."""
    number = normalised(text, country)
    if not re.fullmatch(r"\+[1-9][0-9]{5,14}|[0-9*#]{1,15}", number):
        raise ValidationError(_("%(number)s is no telephone number.") % {"number": text[:40]})
    return number


@lru_cache(maxsize=16_384)
def display(number: str, country: str) -> str:
    """For people of `country`: national form at home, international form for numbers from abroad."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region(country)
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(parsed, form.NATIONAL if home else form.INTERNATIONAL))


@lru_cache(maxsize=256)
def _trunk_prefix(country: str) -> tuple[str, str]:
    """Country code, and what is dialled before a national number ("31", "0")."""
    code = str(phonenumbers.country_code_for_region(country) or "")
    return code, phonenumbers.ndd_prefix_for_region(country, strip_non_digits=True) or ""


def beginnings(text: str, country: str) -> list[str]:
    """What the digits of a number may begin with of which somebody typed the first ones: as they are, and as
    those of an international number without "+"."""
    digits = re.sub(r"[^0-9*#]", "", text)
    if text.lstrip().startswith("+") or not digits:
        return [digits] if digits else []
    code, trunk = _trunk_prefix(country)
    found = [digits]
    if digits.startswith("00") and len(digits) > 2:
        found.append(digits[2:])
    elif trunk and digits.startswith(trunk) and code:
        found.append(code + digits[len(trunk) :])
    return found


def same(number: str, country: str) -> list[str]:
    """Every way in which a call record may have a normalised number."""
    if not number.startswith("+"):
        return [number]
    code, trunk = _trunk_prefix(country)
    found = [number, number[1:], f"00{number[1:]}"]
    if code and number.startswith(f"+{code}"):
        found.append(trunk + number[1 + len(code) :])
    return found
