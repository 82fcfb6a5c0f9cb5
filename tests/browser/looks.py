"""What a screen looks like: pictures to look at, and what must hold of each."""

import os
import secrets
from pathlib import Path

from playwright.async_api import Page

from tests.browser.axe import serious_faults, still


async def picture(page: Page, name: str) -> None:
    """Keeps what the screen looks like in the folder CENTRALE_TEST_SHOTS, when there is one."""
    await still(page)
    if folder := os.environ.get("CENTRALE_TEST_SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def blameless(page: Page, name: str = "") -> None:
    """axe finds nothing serious in what is on the screen, and nothing is wider than it. `name` is that of its
    picture, by default its address."""
    address = page.url.split("/app/")[-1].split("?")[0].replace("/", "-")
    await picture(page, name or f"{address}-{secrets.token_hex(2)}")
    found = await serious_faults(page)
    assert not found, f"{page.url}: " + "\n".join(found)
    wide, width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= width, f"{page.url} is {wide} px wide on a screen of {width} px"
