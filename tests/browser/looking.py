"""What must hold of whatever is on a screen, in every look; and its pictures.

With CENTRALE_SCREENSHOTS=docs/images the pictures are written there, else nothing is."""

import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.async_api import Page, expect

from tests.browser.axe import serious_faults, still
from tests.running import ROOT

CLIENT = ROOT / "webapp" / "client"
Language = Literal["en", "nl"]
Scheme = Literal["light", "dark"]
SAID = """() => {
  const said = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) said.add(walker.currentNode.data.trim());
  for (const name of ["aria-label", "placeholder", "title", "alt"])
    for (const each of document.querySelectorAll(`[${name}]`)) said.add(each.getAttribute(name));
  return [...said];
}"""


@dataclass(frozen=True)
class Look:
    """A size and a colour scheme. `name` is the end of the names of its pictures."""

    scheme: Scheme
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.scheme}-{'wide' if self.width > 1000 else 'small'}"


WIDE_LIGHT, WIDE_DARK = Look("light", 1280, 800), Look("dark", 1280, 800)
SMALL_LIGHT, SMALL_DARK = Look("light", 390, 844), Look("dark", 390, 844)
# Every screen is seen in four looks and two languages, in each language on a desktop and on a phone.
LOOKS: dict[Language, tuple[Look, Look]] = {"en": (WIDE_LIGHT, SMALL_DARK), "nl": (SMALL_LIGHT, WIDE_DARK)}


async def faults_of(page: Page, name: str, language: Language) -> list[str]:
    """What is wrong with what is on the screen, in the looks of that language: words that are missing, things
    wider than the screen, what axe finds serious."""
    found: list[str] = []
    for look in LOOKS[language]:
        await page.emulate_media(color_scheme=look.scheme)
        await page.set_viewport_size({"width": look.width, "height": look.height})
        waiting = page.get_by_role("main").get_by_role("status", name=words(language)["shell:loading"])
        await expect(waiting).to_have_count(0)
        await still(page)
        keep(await page.screenshot(animations="disabled"), f"{name}-{look.name}")
        found += [f"{name}-{look.name}: {each}" for each in await blamed(page, look, language)]
    return found


async def blamed(page: Page, look: Look, language: Language) -> list[str]:
    wide = await page.evaluate("document.documentElement.scrollWidth")
    bare = (keys() - set(words(language).values())) & set(await page.evaluate(SAID))
    return [
        *([f"{wide} wide"] if wide > look.width else []),
        *(f"words missing for {key}" for key in sorted(bare)),
        *await serious_faults(page),
    ]


def keep(png: bytes, name: str) -> None:
    """The picture, in a third of the size."""
    if folder := os.environ.get("CENTRALE_SCREENSHOTS"):
        Image.open(io.BytesIO(png)).convert("RGB").save(
            Path(folder) / f"{name}.webp", lossless=True, method=4
        )


@cache
def words(language: Language) -> dict[str, str]:
    """The texts of the client by "namespace:key"."""
    files = (CLIENT / "src" / "i18n" / language).glob("*.json")
    return {f"{file.stem}:{key}": text for file in files for key, text in flat(json.loads(file.read_text()))}


def said(language: Language, key: str, **values: object) -> str:
    """That text, with its blanks filled in."""
    text = words(language)[key]
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


@cache
def keys() -> set[str]:
    """What stands on the screen in the place of a text that is missing."""
    return {key.partition(":")[2] for key in words("en")}


def flat(texts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, text in texts.items():
        if isinstance(text, dict):
            yield from ((f"{key}.{below}", deep) for below, deep in flat(text))
        else:
            yield key, text
