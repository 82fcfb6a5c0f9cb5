"""What the pages say exists: links, commands, modules, folders; and nothing in them is about one machine."""

import importlib.util
import re
from argparse import _SubParsersAction
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import get_commands, load_command_class

from config.setup.steps import below

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"var", "build", "dist", "node_modules"}
DOCS = ROOT / "docs"
MAX_IMAGE = 200_000  # bytes

_BLOCK = re.compile(r"^```.*?^```[^\n]*$", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`[^`\n]+`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
# Places on one machine, and words of how the work was organised, mean nothing to a reader.
_FOREIGN = re.compile(
    r"/work/|/tmp/|/root/|\bsub-?agents?\b|\bhelpers?\b|\bissue #?\d|"
    r"\b(?:this|previous|earlier|next|another) session\b|\bsession #?\d",
    re.IGNORECASE,
)


def markdown() -> list[Path]:
    """Every page of the project."""
    own = [p for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith(".") and p.name not in NOT_OURS]
    return sorted([*ROOT.glob("*.md"), *(page for folder in own for page in below(folder, "*.md"))])


PAGES = markdown()
pages = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])


def code(text: str) -> str:
    """Only what stands in code blocks and code spans."""
    return "\n".join(_BLOCK.findall(text) + _SPAN.findall(_BLOCK.sub("", text)))


def prose(text: str) -> str:
    return _SPAN.sub("", _BLOCK.sub("", text))


def links(page: Path) -> list[str]:
    """Targets of links and images that stay inside the project."""
    found = _LINK.findall(prose(page.read_text()))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """The names that headings get (GitHub's way)."""
    headings = _HEADING.findall(_BLOCK.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        path, _, anchor = unquote(target).partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), f"{page.name} links to {target}"
        assert goal.is_relative_to(ROOT), f"{page.name} links out of the project: {target}"
        if anchor:
            assert anchor in anchors(goal), f"{page.name}: {goal.name} has no heading #{anchor}"


@pages
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in re.findall(r"(?:^|[`\s])make ([a-z]+)", code(page.read_text()), re.MULTILINE):
        # `apt install make git` names a package, not a target.
        assert name in targets or name == "git", f"make {name}"


def pbx_actions() -> set[str]:
    """What comes after `manage.py pbx`."""
    parser = load_command_class("webapp.link", "pbx").create_parser("manage.py", "pbx")
    chosen = next(action for action in parser._actions if isinstance(action, _SubParsersAction))
    return set(chosen.choices)


@pages
def test_manage_commands_exist(page: Path) -> None:
    text = code(page.read_text())
    for name in re.findall(r"manage\.py\s+([a-z]\w*)", text):
        assert name in get_commands(), f"manage.py {name}"
    for action in re.findall(r"manage\.py\s+pbx\s+([a-z]+)", text):
        assert action in pbx_actions(), f"manage.py pbx {action}"


@pages
def test_modules_to_run_exist(page: Path) -> None:
    for name in re.findall(r"python3? -m ([a-z_][\w.]*)", code(page.read_text())):
        assert importlib.util.find_spec(name), f"python -m {name}"


@pages
def test_files_named_in_pages_exist(page: Path) -> None:
    """A path that begins with one of our folders and ends like a file."""
    named = re.findall(r"`((?:pbx|webapp|dialplan|config|tests|docs)/[\w./-]+\.\w+)`", page.read_text())
    missing = [name for name in named if not (ROOT / name).exists() and not name.startswith("tests/results/")]
    assert not missing


@pages
def test_nothing_of_one_machine_or_workplace(page: Path) -> None:
    found = _FOREIGN.search(page.read_text())
    assert found is None, f"{page.name}: {found.group() if found else ''}"


def test_map_names_every_package() -> None:
    text = (DOCS / "map.md").read_text()
    top = [path.parent for path in ROOT.glob("*/__init__.py")]
    core = [path.parent for path in ROOT.glob("pbx/*/__init__.py")]
    missing = [
        folder.relative_to(ROOT) for folder in (*top, *core) if f"`{folder.relative_to(ROOT)}/`" not in text
    ]
    assert not missing


def test_every_page_is_in_the_index() -> None:
    index = {(DOCS / target).resolve() for target in links(DOCS / "README.md")}
    decisions = {
        (DOCS / "decisions" / target).resolve() for target in links(DOCS / "decisions" / "README.md")
    }
    known = index | decisions | {DOCS / "README.md"}
    assert not [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md") if page not in known]


def test_images_are_used_and_small() -> None:
    used = {(page.parent / target).resolve() for page in PAGES for target in links(page)}
    for image in (DOCS / "images").iterdir():
        assert image in used, f"no page shows {image.name}"
        assert image.stat().st_size < MAX_IMAGE, f"{image.name} is too large"
