"""Whose number the other side sees."""

import pytest

from pbx.control.configuration import CallerIdConfig, EmergencyConfig, ExtensionConfig
from pbx.control.messages import ExtensionState
from pbx.outside.identity import choose, emergency, hidden, on_trunk

from .offices import ANNA, MAIN, MOBILE, built, trunk


def state(caller_id: str | None) -> ExtensionState:
    return ExtensionState(tenant="t1", extension="101", caller_id=caller_id)


@pytest.mark.parametrize(
    ("chosen", "standing", "number"),
    [
        (None, None, MAIN),
        (None, "mobile", MOBILE),
        ("mobile", "main", MOBILE),
        ("queue", None, MAIN),  # not in the list that the administrator allows
        ("queue", "mobile", MOBILE),
        ("nonsense", "queue", MAIN),
    ],
)
def test_only_allowed_numbers_are_shown(chosen: str | None, standing: str | None, number: str) -> None:
    shown = choose(built(), "101", state(standing), chosen)
    assert shown.number == number
    assert not shown.anonymous


def test_hiding_must_be_allowed_and_the_trunk_knows_a_number_anyway() -> None:
    tenant = built()
    shown = choose(tenant, "101", None, hidden(tenant, "101"))
    assert shown.anonymous
    assert on_trunk(shown, trunk("one")) == ANNA
    assert on_trunk(shown, trunk("one", caller_id="+31201111111")) == "+31201111111"
    assert hidden(tenant, "102") is None
    assert not choose(tenant, "102", None, "hide").anonymous


def test_without_a_choice_it_is_the_trunk_s_then_the_own_number_then_the_organisation_s() -> None:
    plain = [ExtensionConfig(id="x101", number="101", name="Anna")]
    nobody = choose(built(extensions=plain), "101", None, None)
    assert on_trunk(nobody, trunk("one", caller_id="+31201111111")) == "+31201111111"
    assert on_trunk(nobody, trunk("one")) == ANNA
    assert on_trunk(choose(built(), "102", None, None), trunk("one")) == MAIN
    assert on_trunk(choose(built(), None, None, None), trunk("one", caller_id="+31201111111")) == MAIN
    nothing = choose(built(extensions=plain, numbers=[], caller_ids=[]), "101", None, None)
    assert on_trunk(nothing, trunk("one")) == ""


def test_the_organisation_s_own_number_is_its_first_company_number() -> None:
    """One that the extension may show comes before one that it may not."""
    numbers = [
        CallerIdConfig(id=name, kind="company", number=f"+3120111000{place}")
        for place, name in enumerate(("sales", "front", "back"))
    ]
    people = [
        ExtensionConfig(id="x1", number="1", name="Anna", caller_ids=["back", "front"]),
        ExtensionConfig(id="x2", number="2", name="Bert"),
    ]
    tenant = built(extensions=people, numbers=[], caller_ids=numbers)
    shown = [on_trunk(choose(tenant, who, None, None), trunk("one")) for who in ("1", "2", None)]
    assert shown == ["+31201110001", "+31201110000", "+31201110000"]


def test_an_emergency_call_says_where_help_must_come() -> None:
    config = EmergencyConfig(caller_id="+31101234567", places={"101": "+31301234567"})
    tenant = built(emergency=config)
    assert emergency(tenant, "101").number == "+31301234567"
    assert emergency(tenant, "102").number == "+31101234567"
    assert emergency(built(), "101").number == ANNA
    assert not emergency(built(), "101").anonymous
