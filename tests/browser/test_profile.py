"""The profile in Chromium: a photo that is cut, and what colleagues are told."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from tests.browser.looks import blameless
from tests.browser.visitors import Visitors, tab_to
from tests.running import eventually

RED, BLUE = (200, 40, 40), (40, 60, 200)


def picture(folder: Path) -> Path:
    """Wide: red at the left, blue at the right."""
    made = Image.new("RGB", (1200, 600), RED)
    ImageDraw.Draw(made).rectangle((600, 0, 1200, 600), fill=BLUE)
    made.save(folder / "photo.png")
    return folder / "photo.png"


async def colours(page: Page) -> tuple[float, float]:
    """How much of the photo that is kept is red, and how much blue."""
    url = await page.get_by_role("main").locator("img").first.get_attribute("src")
    answer = await page.request.get(str(url))
    assert answer.ok, url
    pixels = np.asarray(Image.open(io.BytesIO(await answer.body())).convert("RGB")).astype(int)
    assert pixels.shape[0] == pixels.shape[1]
    near = [(np.abs(pixels - colour).max(axis=2) < 60).mean() for colour in (RED, BLUE)]
    return float(near[0]), float(near[1])


async def test_a_photo_is_cut_and_kept(visitors: Visitors, tmp_path: Path) -> None:
    page = await visitors.signed_in(await visitors.newcomer(), width=390, scheme="dark")
    await page.goto("/app/profile")
    chooser = page.locator("input[type=file]")
    notes = tmp_path / "notes.png"
    notes.write_text("no picture")
    await chooser.set_input_files(notes)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await dialog.get_by_role("button", name="Cancel").click()
    await chooser.set_input_files(picture(tmp_path))
    use = dialog.get_by_role("button", name="Use this photo")
    await expect(use).to_be_enabled()
    await blameless(page)
    # By keyboard: a little nearer, and the picture to the left, so that its right half shows.
    await tab_to(page, dialog.get_by_role("slider"))
    for _ in range(5):
        await page.keyboard.press("ArrowRight")
    area = dialog.locator("[tabindex='0']").first
    await area.focus()
    for _ in range(250):
        await page.keyboard.press("ArrowLeft")
    await use.click()
    await expect(dialog).to_be_hidden()

    async def blue() -> bool:
        red, blue = await colours(page)
        return red < 0.02 and blue > 0.9

    await eventually(blue, 20, "the part that was chosen")
    await blameless(page)
    await page.get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("button", name="Add a photo")).to_be_visible()


async def test_what_colleagues_are_told(visitors: Visitors) -> None:
    page = await visitors.signed_in(await visitors.newcomer())
    await page.goto("/app/profile")
    await page.get_by_label("Role").fill("Planner")
    await page.get_by_role("button", name="Add a number").click()
    number = page.get_by_role("textbox", name="Number 1")
    await number.fill("12 what")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await blameless(page)
    await number.fill("06 12345678")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Your profile is saved")).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Role")).to_have_value("Planner")
    await expect(number).to_have_value("06 12345678")
