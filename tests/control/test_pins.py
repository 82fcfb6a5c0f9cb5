"""PINs: what is one, what is too easy, and that the kept form opens for the right one only."""

import pytest

from pbx.control import pins


@pytest.mark.parametrize("pin", ["7777", "1234", "9876", "7890", "0987", "102102"])
def test_easy_ones(pin: str) -> None:
    assert pins.easy(pin, "102102")


@pytest.mark.parametrize("pin", ["1357", "4921", "112233"])
def test_others(pin: str) -> None:
    assert not pins.easy(pin, "102")


def test_form() -> None:
    assert pins.well_formed("0000") and pins.well_formed("1234567890")
    assert not any(pins.well_formed(text) for text in ("", "123", "12345678901", "12a4", "12*4", "١٢٣٤"))


def test_kept() -> None:
    kept = pins.hashed("4921")
    assert "4921" not in kept
    assert pins.right("4921", kept) and not pins.right("4922", kept) and not pins.right("4921", "")
