"""The tenant gate has no side doors: what answers requests never makes look-ups of its own."""

import ast
from pathlib import Path

import pytest

import webapp

ROOT = Path(webapp.__file__).parent
ANSWERS = sorted(
    path
    for name in ("api.py", "admin.py", "views.py", "live_page.py", "secret_answers.py", "history.py")
    for path in ROOT.glob(f"*/{name}")
)


def lookups(source: str) -> list[int]:
    """Lines where a manager is used for anything but an empty set or the counted own rows of an object."""
    tree = ast.parse(source)
    harmless = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "none"
    }
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("objects", "_default_manager", "_base_manager")
        and id(node) not in harmless
    ]


# Rows that are reached through one that passed the gate: (file, what it is for).
ALLOWED = {
    "calls/api.py": 1,  # legs of calls that passed the gate (OuterRef)
    "link/admin.py": 1,  # records set aside: operators only, of no tenant
    "people/admin.py": 1,  # the stored digest of a person that passed the gate
}


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_answers_look_up_through_access_modules_only(path: Path) -> None:
    found = lookups(path.read_text())
    assert len(found) <= ALLOWED.get(str(path.relative_to(ROOT)), 0), f"look-ups in lines {found}"


def test_a_look_up_is_found() -> None:
    assert lookups("rows = Extension.objects.filter(pk=1)") == [1]
    assert lookups("rows = Extension.objects.none()") == []
