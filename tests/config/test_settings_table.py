"""The documented settings are those of the code."""

from config import settings_table
from config.settings import Settings

ADVICE = "run `python -m config.settings_table`"


def test_table_is_current() -> None:
    assert settings_table.TABLE.read_text() == settings_table.table(), ADVICE


def test_example_is_current() -> None:
    assert settings_table.EXAMPLE.read_text() == settings_table.example(), ADVICE


def test_every_setting_has_words() -> None:
    for name, field in Settings.model_fields.items():
        assert field.alias, name
        assert field.description, name
