"""What a screen looks like: pictures to look at, and what axe says of it."""

import os
from pathlib import Path

from playwright.async_api import Page

from tests.running import ROOT, eventually

AXE = ROOT / "webapp" / "client" / "node_modules" / "axe-core" / "axe.min.js"
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
    """axe finds nothing serious in what is on the screen, and nothing is wider than it."""
    await picture(page, name)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    serious = [
        (each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{page.url}: {serious}"
    wide, width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= width, page.url
