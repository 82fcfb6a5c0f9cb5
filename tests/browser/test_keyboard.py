"""A working day by keyboard alone, in both languages: nothing needs a mouse, and every name is said."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.furnished import speaking
from tests.browser.looking import Language, said
from tests.browser.person import EARS, session_of
from tests.browser.visitors import Visitors
from tests.operations.house import House, Phones
from tests.running import eventually

pytestmark = pytest.mark.timeout(240)
MINE, DESK, THIRD = "102", "101", "103"
RECEPTION, SALES = "Reception", "Sales 2"  # their names
MOST_STOPS = 60


class Keys:
    """One page, reached by keys only."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page, self.language = page, language

    def t(self, key: str, **values: Any) -> str:
        return said(self.language, key, **values)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.page.keyboard.type(text)

    async def tab_to(self, wanted: Locator) -> None:
        """Tab until that has the focus."""
        await expect(wanted).to_be_visible()
        for _ in range(MOST_STOPS):
            if await wanted.evaluate("node => node === document.activeElement"):
                return
            await self.press("Tab")
        raise AssertionError(f"Tab does not reach {wanted}")

    async def push(self, key: str, inside: Locator | None = None, **values: Any) -> None:
        """The button with that text."""
        found = (inside or self.page).get_by_role("button", name=self.t(key, **values), exact=True)
        await self.tab_to(found.first)
        await self.press("Enter")

    def card(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name)

    async def says(self, name: str, key: str) -> None:
        """The card of that call tells its state."""
        await expect(self.card(name).get_by_role("status")).to_have_text(self.t(key))


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_a_day_by_keyboard(
    language: Language,
    house: House,
    visitors: Visitors,
    phones: Phones,
) -> None:
    context = await visitors.context(language=language)
    await context.grant_permissions(["microphone"])
    await context.add_init_script(EARS.replace("TONE_HZ", "900"))
    keys = Keys(await context.new_page(), language)
    async with speaking(house, language):
        await signs_in(keys, house)
        await a_day(keys, phones)


async def a_day(keys: Keys, phones: Phones) -> None:
    desk, third = await phones.add(DESK, THIRD)
    await eventually(lambda: keys.page.evaluate("ears.registered"), 30, "the browser is registered")
    # Calls 101, holds it, takes it back, transfers it.
    await keys.press("/")
    await expect(keys.page.get_by_label(keys.t("phone:dial.label"))).to_be_focused()
    await keys.type(DESK)
    await keys.press("Enter")
    await desk.wait_ringing()
    await desk.answer()
    await keys.says(RECEPTION, "phone:state.talking")
    await keys.press("Control+Shift+H")
    await keys.says(RECEPTION, "phone:state.held")
    await keys.press("Control+Shift+H")
    await keys.says(RECEPTION, "phone:state.talking")
    await keys.push("phone:action.transfer", keys.card(RECEPTION))
    dialog = keys.page.get_by_role("dialog", name=keys.t("phone:transfer.title", who=RECEPTION))
    await expect(dialog.get_by_label(keys.t("phone:transfer.search"))).to_be_focused()
    await keys.type(SALES)
    await keys.push("phone:transfer.now", dialog)
    await third.wait_ringing()
    await third.answer()
    await expect(keys.card(RECEPTION)).to_be_hidden()
    await third.hangup()
    await desk.wait_ended()
    # Is called while elsewhere, answers and ends by shortcut.
    await keys.press("g", "h")
    await expect(keys.page.get_by_role("heading", level=1)).to_have_text(keys.t("history:title"))
    await desk.call(MINE)
    ringing = keys.page.get_by_role("alertdialog", name=keys.t("phone:incoming.title", who=RECEPTION))
    await expect(ringing).to_be_visible()
    await keys.press("Control+Shift+A")
    await desk.wait_established()
    await expect(ringing).to_be_hidden()
    await keys.press("Control+Shift+E")
    await desk.wait_ended()
    await finds_and_calls(keys)
    await third.wait_ringing()
    await keys.press("Control+Shift+E")
    await third.wait_ended()
    await is_away(keys)


async def signs_in(keys: Keys, house: House) -> None:
    (user,) = (each for each in house.demo["users"] if each["role"] == "user")
    await asyncio.to_thread(session_of, house.root, user["email"], user["password"])  # accepts the policies
    await keys.page.goto("/app/phone")
    await expect(keys.page.get_by_label(keys.t("signin:email"))).to_be_focused()
    await keys.type(user["email"])
    await keys.press("Tab")
    await keys.type(user["password"])
    await keys.press("Enter")
    await expect(keys.page.get_by_role("heading", level=1)).to_have_text(keys.t("phone:title"))


async def finds_and_calls(keys: Keys) -> None:
    """A contact, searched."""
    await keys.press("g", "c")
    field = keys.page.get_by_role("searchbox", name=keys.t("contacts:search"))
    await keys.tab_to(field)
    await keys.type(SALES)
    await expect(keys.page.get_by_role("listitem")).to_have_count(1)
    await keys.push("around:call", who=SALES)


async def is_away(keys: Keys) -> None:
    """A status with a note and an end; and back again."""
    button = keys.page.get_by_role("button", name=re.compile("^Status:"))
    for status, note in (("Away", "Soup"), ("Available", "")):
        await keys.tab_to(button)
        await keys.press("Enter")
        statuses = keys.page.get_by_role("radiogroup", name=keys.t("status:title"))
        await keys.tab_to(statuses.get_by_role("radio", checked=True))
        await keys.press("ArrowDown" if note else "ArrowUp")
        await expect(keys.page.get_by_role("radio", name=status)).to_be_checked()
        await keys.tab_to(keys.page.get_by_label(keys.t("status:note")))
        await keys.press("Control+A", "Delete")
        await keys.type(note)
        await keys.push("status:oneHour" if note else "status:noEnd")
        await keys.push("status:set")
        await expect(button).to_have_accessible_name(keys.t("status:button", name=status))
        await expect(button).to_be_focused()
