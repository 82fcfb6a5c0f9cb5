"""The guide lists every star code, with the code that it has unless somebody changes it."""

import re
from pathlib import Path

from pbx.calls.numbers import WITH_DIGITS
from pbx.control.configuration import STAR_CODES

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/star-codes.md"
_ROW = re.compile(r"^\| `([0-9*#]+)` \| `(\w+)` \| (.+) \|$", re.MULTILINE)
EXAMPLES = {"status": "1"}


def test_the_guide_has_all_codes_as_they_are() -> None:
    listed = {name: dialled for dialled, name, _ in _ROW.findall(GUIDE.read_text())}
    example = {name: EXAMPLES.get(name, "102") if name in WITH_DIGITS else "" for name in STAR_CODES}
    example["park"] = ""  # the first free place is what people want
    assert listed == {name: code + example[name] for name, code in STAR_CODES.items()}
