"""The extension in a real Chromium: numbers on a page become links; a click hands the number to the phone,
and a call that goes on there is none the wiser. The pop-up by keyboard, and what it says when it cannot
dial."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect
from playwright.async_api import Error as PageError

from tests.browser.extended import extended, shop_of_others
from tests.browser.person import EARS, session_of
from tests.operations.house import House, Phones
from tests.phones import net
from tests.running import eventually

DESK = "101"
SLOW = 20_000


@pytest.fixture
def shop() -> Iterator[str]:
    with shop_of_others() as address:
        yield address


async def set_server(page: Page, extension: str, root: str, label: str, save: str) -> None:
    await page.goto(f"{extension}/options.html")
    await page.get_by_label(label).fill(root)
    await page.get_by_role("button", name=save).click()
    await expect(page.get_by_role("status")).to_have_text(("Saved.", "Opgeslagen.")[save == "Opslaan"])


async def leaves(popup: Page) -> None:
    """Enter closes it: perhaps before the key is up."""
    with contextlib.suppress(PageError):
        await popup.keyboard.press("Enter")
    await eventually(popup.is_closed, 20, "the pop-up has closed")


async def sign_in(context: BrowserContext, house: House) -> None:
    (user,) = (each for each in house.demo["users"] if each["role"] == "user")
    cookies = await asyncio.to_thread(session_of, house.root, user["email"], user["password"])
    await context.add_cookies([{**each, "url": house.root} for each in cookies])  # type: ignore[list-item]


async def test_a_number_reaches_the_phone_and_its_call_goes_on(
    house: House, phones: Phones, shop: str, tmp_path: Path
) -> None:
    (desk,) = await phones.add(DESK)
    async with extended(tmp_path) as (context, extension):
        await sign_in(context, house)
        await context.add_init_script(EARS.replace("TONE_HZ", "900"))
        page = await context.new_page()
        await page.goto(shop)
        await expect(page.locator("#text a")).to_have_count(0)  # no address yet
        await set_server(page, extension, house.root, "Address of Centrale", "Save")
        await page.goto(shop)
        await expect(page.locator("#text a")).to_have_count(2)
        await expect(page.locator("#none a")).to_have_count(0)
        async with context.expect_page() as opened:
            await page.locator("#text a").first.click()
        phone = await opened.value
        field = phone.get_by_label("Name or number")
        await expect(field).to_have_value("0201234567", timeout=SLOW)
        await eventually(lambda: phone.evaluate("ears.registered"), 30, "the phone is registered")
        await field.fill(DESK)
        await phone.keyboard.press("Enter")
        await desk.wait_ringing()
        await desk.answer()
        await phone.evaluate("document.title = 'the same page'; window.same = true")
        # From any screen of the application, while the call goes on.
        await phone.get_by_role("link", name="History").first.click()
        await page.bring_to_front()
        await page.evaluate("document.getElementById('link').click()")  # a script dials nothing
        await page.locator("#text a").nth(1).click()
        await expect(field).to_have_value("+31107654321", timeout=SLOW)
        await expect(field).to_be_focused()
        for _ in range(2):  # the same number twice is handed over twice
            await field.fill("")
            popup = await context.new_page()
            await popup.goto(f"{extension}/popup.html")
            await expect(popup.get_by_label("Number")).to_be_focused()
            await popup.keyboard.type("101 2")
            await leaves(popup)
            await expect(field).to_have_value("1012", timeout=SLOW)
        assert await phone.evaluate("window.same")
        assert len([each for each in context.pages if each.url.startswith(house.root)]) == 1
        await expect(phone.get_by_role("region", name="Reception").get_by_role("status")).to_have_text(
            "Talking", timeout=SLOW
        )
        await phone.get_by_role("button", name="Hang up").click()
        await desk.wait_ended()


async def test_the_popup_says_what_to_do(house: House, tmp_path: Path) -> None:
    async with extended(tmp_path, "nl", "dark") as (context, extension):
        popup = await context.new_page()
        says = popup.get_by_role("status")

        async def dial(number: str) -> None:
            await popup.goto(f"{extension}/popup.html")
            await expect(popup.get_by_label("Nummer")).to_be_focused()
            await popup.keyboard.type(number)
            await popup.keyboard.press("Enter")

        await popup.goto(f"{extension}/popup.html")
        await expect(says).to_have_text("Stel eerst het adres van Centrale in.")
        await expect(popup.get_by_role("button", name="Instellingen")).to_be_focused()
        away = f"http://127.0.0.1:{net.free_port()}"
        await set_server(popup, extension, away, "Adres van Centrale", "Opslaan")
        await dial("020 123")
        await expect(says).to_contain_text(f"Centrale antwoordt niet op {away}", timeout=SLOW)
        async with context.expect_page() as opened:
            await leaves(popup)
        options = await opened.value
        await expect(options.get_by_label("Adres van Centrale")).to_have_value(away)
        popup = await context.new_page()
        says = popup.get_by_role("status")
        await set_server(popup, extension, house.root, "Adres van Centrale", "Opslaan")
        await dial("hallo")
        await expect(says).to_have_text("Dit is geen nummer.")
        await dial("0201234567")
        await expect(says).to_contain_text("U bent niet aangemeld.", timeout=SLOW)
        await expect(popup.get_by_role("button", name="Aanmelden")).to_be_focused()
        phone = context.pages[-1]
        await leaves(popup)
        # After signing in the number is there.
        await sign_in(context, house)
        await phone.reload()
        await expect(phone.get_by_role("textbox").first).to_have_value("0201234567", timeout=SLOW)
