"""Telephone numbers: what people dial to E.164, and E.164 to what a trunk wants. All by `phonenumbers`."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult, shortnumberinfo

Dial = Literal["e164", "plus", "national", "international"]

_SEPARATORS = str.maketrans("", "", " -.()/")
_DIGITS = re.compile(r"\+?[0-9]{2,20}")
_PLAIN = re.compile(r"[0-9]+")
_IDD = "00"

_WRONG = {
    ValidationResult.TOO_SHORT: "it is too short",
    ValidationResult.TOO_LONG: "it is too long",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "the area code is missing",
    ValidationResult.INVALID_COUNTRY_CODE: "there is no such country code",
    ValidationResult.INVALID_LENGTH: "no number there has that many digits",
}

_UNREADABLE = {
    NumberParseException.INVALID_COUNTRY_CODE: "there is no such country code",
    NumberParseException.TOO_SHORT_AFTER_IDD: "it is too short",
    NumberParseException.TOO_SHORT_NSN: "it is too short",
    NumberParseException.TOO_LONG: "it is too long",
}


@dataclass(frozen=True, slots=True)
class Outer:
    """A number on the public network: `e164`, and whether it is a `short` one ("116123"), which exists in its
    own country only and is dialled as it stands in `dialled`. Its E.164 form then serves prefixes alone."""

    e164: str
    dialled: str
    short: bool = False


@dataclass(frozen=True, slots=True)
class NoNumber:
    """Nothing that the public network knows, and why, in words for people."""

    reason: str


@lru_cache(maxsize=20_000)
def read(dialled: str, country: str) -> Outer | NoNumber:
    """What somebody in `country` (ISO 3166) dialled: with +, with the international prefix, with the trunk
    prefix of the country, or a short number."""
    digits = dialled.translate(_SEPARATORS)
    if not _DIGITS.fullmatch(digits):
        return NoNumber("it is no telephone number")
    try:
        parsed = phonenumbers.parse(digits, country)
    except NumberParseException as error:
        return NoNumber(_UNREADABLE.get(error.error_type, "it is no telephone number"))
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible == ValidationResult.IS_POSSIBLE and _spelled_out(digits, parsed, country):
        return Outer(phonenumbers.format_number(parsed, PhoneNumberFormat.E164), digits)
    if digits.isdigit() and shortnumberinfo.is_valid_short_number_for_region(parsed, country):
        return Outer(f"+{parsed.country_code}{digits}", digits, short=True)
    return NoNumber(_WRONG.get(possible, "the area code is missing"))


def _spelled_out(digits: str, parsed: phonenumbers.PhoneNumber, country: str) -> bool:
    """Whether nothing is missing at its beginning: without trunk prefix it must be a number in full."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    prefix = metadata.national_prefix if metadata else None
    return not prefix or digits.startswith(("+", prefix)) or phonenumbers.is_valid_number(parsed)


@lru_cache(maxsize=20_000)
def known_emergency(dialled: str, country: str) -> bool:
    """Whether a country is known to have this very number for emergencies."""
    return bool(
        _PLAIN.fullmatch(dialled)
        and len(dialled) <= 6
        and shortnumberinfo.is_emergency_number(dialled, country)
    )


def e164(text: str, country: str) -> str:
    """A number as somebody else wrote it (a provider, without + perhaps) in E.164; "" when it is none."""
    found = read(text, country)
    if isinstance(found, Outer):
        return "" if found.short else found.e164
    bare = text.translate(_SEPARATORS)
    if not _PLAIN.fullmatch(bare):
        return ""
    found = read(f"+{bare}", country)
    return found.e164 if isinstance(found, Outer) else ""


def readings(text: str, country: str) -> tuple[str, ...]:
    """Every E.164 number that a called number from a trunk may mean: digits may be national or lack the +."""
    bare = text.translate(_SEPARATORS)
    forms = (bare, f"+{bare}") if _PLAIN.fullmatch(bare) else (bare,)
    found = (read(form, country) for form in forms)
    return tuple(dict.fromkeys(each.e164 for each in found if isinstance(each, Outer)))


def written(number: Outer, dial: Dial, country: str) -> str:
    """A number as a trunk in `country` wants it dialled. Short numbers are dialled as they are."""
    return number.dialled if number.short else form(number.e164, dial, country)


@lru_cache(maxsize=20_000)
def form(number: str, dial: Dial, country: str) -> str:
    """An E.164 number: "e164" without its +, "plus" with it, "international" with the international prefix,
    "national" as dialled inside the country, and like "international" for numbers elsewhere."""
    if dial == "plus":
        return number
    if dial == "e164":
        return number[1:]
    if dial == "national" and (national := _national(number, country)):
        return national
    return _international_prefix(country) + number[1:]


def _national(number: str, country: str) -> str:
    """As dialled inside the country, "" for a number elsewhere."""
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return ""
    if parsed.country_code != phonenumbers.country_code_for_region(country):
        return ""
    text = phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)
    return "".join(char for char in text if char.isdigit())


@lru_cache(maxsize=300)
def _international_prefix(country: str) -> str:
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if metadata is None:
        return _IDD
    for prefix in (metadata.preferred_international_prefix, metadata.international_prefix):
        if prefix and _PLAIN.fullmatch(prefix):
            return str(prefix)
    return _IDD
