"""Settings in Chromium: shortcuts, times, sound, sessions; and that each screen is for everybody."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.looks import blameless
from tests.browser.person import session_of
from tests.browser.visitors import Visitors, accept, give, inside
from tests.operations.house import House
from tests.running import eventually


async def test_a_session_that_is_ended_is_out_at_once(visitors: Visitors) -> None:
    who, here, there = await visitors.newcomer(), await visitors.page(), await visitors.page()
    await give(here, who)
    await accept(here)
    await give(there, who)
    await inside(there)
    await here.goto("/app/settings/sessions")
    await expect(here.get_by_text("This browser")).to_be_visible()
    await blameless(here)
    await here.get_by_role("button", name="Sign out everywhere else").click()
    await expect(there.get_by_role("heading", name="Sign in")).to_be_visible()
    await inside(here)


async def ask_keys(page: Page, action: str) -> None:
    """The button of an action waits for keys."""
    await page.get_by_role("button", name=f"Change the keys of: {action}").click()
    await expect(page.get_by_role("button", name=f"Press the keys… for: {action}")).to_be_focused()


async def test_keys_of_ones_own(visitors: Visitors) -> None:
    page = await visitors.signed_in(await visitors.newcomer(), width=390)
    await page.goto("/app/settings/shortcuts")
    row = page.get_by_role("listitem").filter(has_text="Go to Contacts")
    await ask_keys(page, "Go to Contacts")
    await page.keyboard.press("?")
    await expect(page.get_by_role("alert")).to_contain_text("already stands for")
    await blameless(page)
    # Escape, Enter and the like are for the screen; nothing else happens with what is pressed here.
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("cannot be used")
    await page.keyboard.press("F8")
    await expect(row.get_by_text("f8", exact=True)).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_hidden()
    await blameless(page)
    await page.reload()
    await expect(row.get_by_text("f8", exact=True)).to_be_visible()
    await page.keyboard.press("F8")
    await expect(page).to_have_url(re.compile("/app/contacts"))
    await page.goto("/app/settings/shortcuts")
    await page.get_by_role("button", name="Remove the keys of: Go to Contacts").click()
    await expect(row.get_by_text("None")).to_be_visible()
    await page.get_by_role("button", name="Standard keys for all").click()
    await expect(row.get_by_text("g", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Standard keys for all")).to_be_disabled()
    await inside(page)
    await page.keyboard.press("g")
    await page.keyboard.press("c")
    await expect(page).to_have_url(re.compile("/app/contacts"))


async def test_times_are_shown_as_one_likes(visitors: Visitors) -> None:
    page = await visitors.signed_in(await visitors.newcomer())
    await page.goto("/app/settings")
    await page.get_by_role("combobox", name="Time zone").fill("Tokyo")
    await page.get_by_role("option", name="Asia/Tokyo").click()
    now = page.get_by_text("It is now")
    await expect(now).to_contain_text(re.compile(r"\d\d:\d\d \(Asia/Tokyo\)"))
    await page.get_by_text("2:05 pm", exact=True).click()
    await expect(now).to_contain_text(re.compile(r"\d{1,2}:\d\d [ap]m \(Asia/Tokyo\)"))
    await blameless(page)
    await page.goto("/app/settings/sessions")
    await expect(page.get_by_text(re.compile(r"Signed in .*\d{1,2}:\d\d [ap]m"))).to_be_visible()
    # The language of one's own, at once, without losing the place.
    await page.goto("/app/settings")
    await page.get_by_role("combobox", name="Language of the screens").click()
    await page.get_by_role("option", name="Nederlands").click()
    await expect(page.get_by_role("heading", level=1, name="Instellingen")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"\(Asia/Tokyo\)"))).to_be_visible()


async def test_devices_for_sound(visitors: Visitors) -> None:
    page = await visitors.signed_in(await visitors.newcomer())
    await page.goto("/app/settings/sound")
    level = page.get_by_role("progressbar")

    async def loud() -> bool:
        return float(await level.get_attribute("aria-valuenow") or 0) > 0

    await eventually(loud, 30, "the level of the microphone")
    microphone = page.get_by_role("combobox", name="Microphone")
    await microphone.click()
    options = page.get_by_role("option")
    await expect(options.nth(1)).to_be_visible()
    chosen = await options.nth(1).inner_text()
    await options.nth(1).click()
    await expect(microphone).to_have_value(chosen)
    await page.get_by_role("combobox", name="Ring tone").click()
    await page.get_by_role("option", name="Marimba").click()
    await blameless(page)
    await page.reload()
    await expect(microphone).to_have_value(chosen)
    await expect(page.get_by_role("combobox", name="Ring tone")).to_have_value("Marimba")


SCREENS = [
    "/app/profile",
    "/app/settings",
    *(f"/app/settings/{part}" for part in ("sound", "notifications", "shortcuts", "security", "voicemail")),
]


@pytest.mark.parametrize("width,scheme,language", [(1280, "light", "en"), (390, "dark", "nl")])
async def test_settings_and_profile_are_for_everybody(
    visitors: Visitors, house: House, width: int, scheme: str, language: str
) -> None:
    """axe, and nothing wider than the screen."""
    (user,) = (each for each in house.demo["users"] if each["role"] == "user")
    kept = await asyncio.to_thread(session_of, house.root, user["email"], user["password"])
    cookies: list[Any] = [{**cookie, "url": house.root} for cookie in kept]
    page = await visitors.page(width=width, scheme=scheme, language=language)
    await page.context.add_cookies(cookies)
    for path in SCREENS:
        await page.goto(path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(
            page.get_by_role("main").get_by_role("status", name=re.compile("Loading|Laden"))
        ).to_have_count(0)
        await blameless(page)
