"""The second step in Chromium: an authenticator, recovery codes, codes by real mail."""

import contextlib
import re

import pyotp
from playwright.async_api import Page, expect

from tests.browser.looks import blameless
from tests.browser.visitors import Visitors, accept, give, inside, mailed
from tests.operations.house import House
from tests.running import eventually


async def test_authenticator_is_set_up_and_asked_for(visitors: Visitors) -> None:
    who, page = await visitors.newcomer(), await visitors.page()
    await give(page, who, "/app/settings/security")
    await accept(page)
    await page.get_by_role("button", name="Set up the app").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Your password").fill(who.password)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    await blameless(page)
    secret = (await dialog.locator("code").inner_text()).replace(" ", "")
    await dialog.get_by_label("Code that the app shows").fill(pyotp.TOTP(secret).now())
    items = dialog.get_by_role("list", name="Keep your recovery codes").get_by_role("listitem")
    await expect(items).to_have_count(10)
    codes = await items.all_inner_texts()
    await dialog.get_by_role("button", name="I have kept them").click()
    await expect(page.get_by_role("button", name="Remove the app")).to_be_visible()
    other = await visitors.page(width=390)
    await give(other, who)
    field = other.get_by_label("Code of the app")
    await field.fill("000000")
    await expect(other.get_by_role("alert")).to_be_visible()
    await blameless(other)
    # A code of the set-up does not work twice, so the list serves.
    await other.get_by_role("button", name="Recovery code").click()
    await other.get_by_label("Recovery code").fill(codes[0])
    await other.keyboard.press("Enter")
    await inside(other)
    third = await visitors.page()
    await give(third, who)
    later = pyotp.TOTP(secret)

    async def fresh() -> bool:
        await third.get_by_label("Code of the app").fill(later.now())
        with contextlib.suppress(AssertionError):
            await expect(third.get_by_role("button", name=re.compile("^Menu of"))).to_be_visible(
                timeout=10_000
            )
            return True
        return False

    await eventually(fresh, 90, "a code of the authenticator lets in")


async def confirmed(page: Page, button: str, password: str) -> None:
    """A change of the second step, with the password once more."""
    await page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Your password").fill(password)
    await page.keyboard.press("Enter")


async def test_a_code_comes_by_mail(visitors: Visitors, house: House) -> None:
    who = await visitors.newcomer()
    page = await visitors.signed_in(who)
    await page.goto("/app/settings/security")
    await confirmed(page, "Switch on codes by mail", "wrong")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await blameless(page)
    await dialog.get_by_label("Your password").fill(who.password)
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Switch off codes by mail")).to_be_visible()
    other = await visitors.page(width=390, scheme="dark")
    await give(other, who, "/app/contacts")
    await other.get_by_role("button", name="Send me a code").click()
    await expect(other.get_by_text("The code is on its way.")).to_be_visible()
    field = other.get_by_label("Code from the mail")
    await expect(field).to_be_focused()
    await blameless(other)
    code = await mailed(house, who.email, r"\b\d{6}\b")
    await field.fill("000000" if code != "000000" else "111111")
    await expect(other.get_by_role("alert")).to_be_visible()
    await field.fill(code)
    await inside(other)
    assert other.url.endswith("/app/contacts")
    # And without the way back in, nobody is asked any more.
    await confirmed(page, "Switch off codes by mail", who.password)
    await expect(dialog).to_be_hidden()
    third = await visitors.page()
    await give(third, who)
    await inside(third)
