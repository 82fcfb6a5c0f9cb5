"""Every text for people exists in Dutch, and what is compiled is what was written."""

import re
from pathlib import Path

import polib

import webapp
from config.setup.steps import below

ROOT = Path(webapp.__file__).parent
FOLDER = ROOT / "locale" / "nl" / "LC_MESSAGES"
CALLS = re.compile(r'\b(?:_|gettext|gettext_lazy)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
TAGS = re.compile(r'{% translate "((?:[^"\\]|\\.)*)"')


def texts() -> set[str]:
    """The texts marked in our sources, by a reading simple enough to need no GNU gettext."""
    found: set[str] = set()
    for path in below(ROOT, "*.py"):
        for match in CALLS.finditer(path.read_text()):
            found.add("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', match[1])))
    for path in below(ROOT, "*.html"):
        found |= set(TAGS.findall(path.read_text()))
    return found


def test_all_texts_have_a_translation() -> None:
    written = {entry.msgid: entry for entry in polib.pofile(str(FOLDER / "django.po"))}
    assert len(texts()) > 100
    assert texts() - set(written) == set()
    for entry in written.values():
        assert entry.translated() and not entry.fuzzy, entry.msgid
        for place in re.findall(r"%\(\w+\)s", entry.msgid):
            assert place in (entry.msgstr or entry.msgstr_plural[1]), entry.msgid


def test_the_compiled_file_is_up_to_date() -> None:
    def contents(entries: polib._BaseFile) -> dict[str, object]:
        return {entry.msgid: entry.msgstr or entry.msgstr_plural for entry in entries}

    assert contents(polib.mofile(str(FOLDER / "django.mo"))) == contents(
        polib.pofile(str(FOLDER / "django.po"))
    )
