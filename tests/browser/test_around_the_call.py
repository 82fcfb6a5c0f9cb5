"""Contacts, history, voicemail and recordings in Chromium: the whole product, real desk phones."""

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import SignIn
from tests.operations.house import House, Phones
from tests.running import ROOT, eventually

pytestmark = pytest.mark.timeout(300)
AXE = ROOT / "webapp" / "client" / "node_modules" / "axe-core" / "axe.min.js"
DESK, NAME = "101", "Agent"  # as the contacts name the demo's 101
SCREENS = ("contacts", "history", "voicemail", "recordings")
STILL = (
    "document.getAnimations().every((each) => each.playState !== 'running' ||"
    " each.effect.getTiming().iterations === Infinity)"
)


async def picture(page: Page, name: str) -> None:
    """Keeps what the screen looks like in the folder CENTRALE_TEST_SHOTS, when there is one."""
    await eventually(lambda: page.evaluate(STILL), 15, "the end of all movement")
    if folder := os.environ.get("CENTRALE_TEST_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def blameless(page: Page, name: str) -> None:
    """axe finds nothing serious in what is on the screen."""
    await picture(page, name)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    serious = [
        (each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], page.url


async def test_a_colleague_is_seen_ringing(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in(path="/contacts?show=internal")
    desk, third = await phones.add(DESK, "103")
    row = person.page.get_by_role("listitem").filter(has_text=NAME)
    await expect(row.get_by_role("img", name="available")).to_be_visible()
    await third.call(DESK)
    await desk.wait_ringing()
    await expect(row.get_by_role("img", name="phone rings")).to_be_visible()
    await desk.answer()
    await expect(row.get_by_role("img", name="in a call")).to_be_visible()
    await third.hangup()
    await expect(row.get_by_role("img", name="available")).to_be_visible()


async def test_another_organisation_sees_none_of_it(house: House) -> None:
    """The lists behind the four screens are empty for an outsider."""
    outsider = await house.outsider()
    for path in ("contacts/", "history/", "voicemail/", "recordings/"):
        assert (await outsider.get(path))["results"] == [], path


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(1280, "light", "en"), (1280, "dark", "nl"), (390, "light", "nl")]
)
async def test_screens_are_for_everybody(sign_in: SignIn, width: int, scheme: str, language: str) -> None:
    """axe, and nothing wider than the screen."""
    person = await sign_in("supervisor", "/start", width=width, scheme=scheme, language=language)
    for screen in SCREENS:
        page = await person.open(f"/{screen}")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        waiting = page.get_by_role("main").get_by_role("status", name=re.compile("Loading|Laden"))
        await expect(waiting).to_have_count(0)
        await blameless(page, f"{screen}-{width}-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, screen
