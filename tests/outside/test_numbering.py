"""What people dial, in several countries, and how trunks want it."""

import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.outside.numbering import NoNumber, Outer, e164, form, known_emergency, read, readings, written


@pytest.mark.parametrize(
    ("dialled", "country", "number"),
    [
        ("0201234567", "NL", "+31201234567"),
        ("020-123 45.67", "NL", "+31201234567"),
        ("0031201234567", "NL", "+31201234567"),
        ("+31201234567", "NL", "+31201234567"),
        ("00442071838750", "NL", "+442071838750"),
        ("0612345678", "NL", "+31612345678"),
        ("08001234", "NL", "+318001234"),
        ("0800 1234", "NL", "+318001234"),
        ("01144 20 7183 8750", "US", "+442071838750"),
        ("2125550100", "US", "+12125550100"),
        ("12125550100", "US", "+12125550100"),
        ("020 7183 8750", "GB", "+442071838750"),
        ("0212345678", "IT", "+390212345678"),
        ("210123456", "PT", "+351210123456"),
    ],
)
def test_a_number_as_people_dial_it(dialled: str, country: str, number: str) -> None:
    found = read(dialled, country)
    assert isinstance(found, Outer)
    assert found.e164 == number
    assert not found.short


@pytest.mark.parametrize(
    ("dialled", "reason"),
    [
        ("abc", "no telephone number"),
        ("*21", "no telephone number"),
        ("1", "no telephone number"),
        ("0201", "too short"),
        ("1234567", "area code is missing"),
        ("020123456789012", "too long"),
        ("+999123456789", "country"),
        ("0" * 25, "no telephone number"),
    ],
)
def test_what_is_wrong_with_a_number_is_said(dialled: str, reason: str) -> None:
    found = read(dialled, "NL")
    assert isinstance(found, NoNumber)
    assert reason in found.reason


def test_short_numbers_stay_as_they_are() -> None:
    found = read("1234", "NL")
    assert found == Outer("+311234", "1234", short=True)
    for dial in ("e164", "plus", "national", "international"):
        assert written(found, dial, "NL") == "1234"


@pytest.mark.parametrize(
    ("dial", "home", "abroad"),
    [
        ("e164", "31201234567", "442071838750"),
        ("plus", "+31201234567", "+442071838750"),
        ("national", "0201234567", "00442071838750"),
        ("international", "0031201234567", "00442071838750"),
    ],
)
def test_each_trunk_gets_its_form(dial: str, home: str, abroad: str) -> None:
    assert form("+31201234567", dial, "NL") == home  # type: ignore[arg-type]
    assert form("+442071838750", dial, "NL") == abroad  # type: ignore[arg-type]


def test_the_international_prefix_is_the_country_s() -> None:
    assert form("+442071838750", "international", "US") == "011442071838750"


def test_emergency_numbers_of_the_country_are_known() -> None:
    assert known_emergency("112", "NL")
    assert known_emergency("999", "GB")
    assert not known_emergency("112345678", "NL")
    assert not known_emergency("+112", "NL")


def test_what_a_provider_writes_means_one_number() -> None:
    for text in ("+31201234567", "31201234567", "0201234567", "0031201234567"):
        assert e164(text, "NL") == "+31201234567"
        assert "+31201234567" in readings(text, "NL")
    assert e164("anonymous", "NL") == ""
    assert readings("anonymous", "NL") == ()


@given(st.text(max_size=40))
def test_anything_may_be_dialled(text: str) -> None:
    found = read(text, "NL")
    assert isinstance(found, NoNumber) or found.e164.startswith("+")
    assert e164(text, "NL") == "" or e164(text, "NL").startswith("+")


def test_a_number_that_was_dialled_before_costs_little() -> None:
    read("0201234567", "NL")
    assert min(timeit.repeat(lambda: read("0201234567", "NL"), number=1000, repeat=5)) < 0.05
