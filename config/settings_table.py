"""Writes docs/settings.md and .env.example from config/settings.py: `python -m config.settings_table`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import ROOT, Settings

TABLE = ROOT / "docs" / "settings.md"
EXAMPLE = ROOT / ".env.example"

HEAD = """# Settings

Every setting comes from the environment or from a file `.env` in the project's folder (another file when
`CENTRALE_ENV_FILE` names one); the environment wins. An empty value counts as not given. A wrong one stops
the start with one sentence and exit code 2.

This table is made by `python -m config.settings_table`; a test checks that it is current.

| variable | default | meaning |
|---|---|---|
"""

TAIL = """
Two more are read by the set-up alone, before anything of the above:

| variable | default | meaning |
|---|---|---|
| `CENTRALE_CACHE` | `~/.cache/centrale` | Folder for downloads and built wheels, shared by all clones |
| `CENTRALE_ENV_FILE` | `.env` | The file with settings |
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One setting: its variable, its default as one would type it ("" for none), what it means."""

    name: str
    default: str
    meaning: str


def rows() -> Iterator[Row]:
    """Every setting, in the order of config/settings.py."""
    for field in Settings.model_fields.values():
        yield Row(str(field.alias), typed(field.default), str(field.description))


def typed(value: object) -> str:
    """A default as it would be written in a .env file."""
    if value is None or (isinstance(value, str | tuple) and not value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Path):
        return str(value.relative_to(ROOT)) if value.is_relative_to(ROOT) else str(value)
    if isinstance(value, tuple):
        return ("-" if isinstance(value[0], int) else ",").join(str(part) for part in value)
    return str(value)


def table() -> str:
    """The text of docs/settings.md."""
    lines = []
    for row in rows():
        default = f"`{row.default}`" if row.default else ""
        lines.append(f"| `{row.name}` | {default} | {row.meaning} |")
    return HEAD + "\n".join(lines) + "\n" + TAIL


def example() -> str:
    """The text of .env.example: every setting, switched off, with its default."""
    head = "# Copy to .env and change what you need. The same table with more words: docs/settings.md\n"
    return head + "".join(f"\n# {row.meaning}\n#{row.name}={row.default}\n" for row in rows())


def main() -> int:
    TABLE.write_text(table())
    EXAMPLE.write_text(example())
    print(f"Wrote {TABLE.relative_to(ROOT)} and {EXAMPLE.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
