"""The way in, the profile and the settings, in Chromium against the whole product."""

import asyncio
import contextlib
import os
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from tests.browser.person import session_of
from tests.operations.house import House
from tests.phones.browser import CHROMIUM, FLAGS
from tests.running import ROOT, eventually

pytestmark = pytest.mark.timeout(300)
AXE = ROOT / "webapp" / "client" / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "Quiet-Harbour-27"
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)
STILL = "document.getAnimations().every((each) => each.effect.getTiming().iterations === Infinity)"


@dataclass
class Newcomer:
    """Somebody of the demo organisation who never signed in."""

    email: str
    password: str


class Visitors:
    """Browsers that nobody is signed in with. `problems` are errors of their pages."""

    def __init__(self, house: House, browser: Browser) -> None:
        self.house, self._browser = house, browser
        self.problems: list[str] = []

    async def context(self, width: int = 1280, scheme: Any = "light", language: str = "en") -> BrowserContext:
        context = await self._browser.new_context(
            base_url=self.house.root,
            viewport={"width": width, "height": 844 if width < 500 else 800},
            color_scheme=scheme,
            locale="nl-NL" if language == "nl" else "en-GB",
            permissions=["microphone"],
        )
        context.set_default_timeout(PATIENCE_MS)
        return context

    async def page(self, **looks: Any) -> Page:
        page = await (await self.context(**looks)).new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        return page

    async def newcomer(self) -> Newcomer:
        who = Newcomer(f"new-{secrets.token_hex(4)}@demo.test", PASSWORD)
        organisation = (await self.house.admin.get("organisations/"))["results"][0]["id"]
        await self.house.admin.post(
            "users/",
            email=who.email,
            name="Nina Nieuw",
            role="user",
            organisation=organisation,
            password=who.password,
        )
        return who


@pytest.fixture
async def visitors(house: House) -> AsyncIterator[Visitors]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        found = Visitors(house, browser)
        yield found
        await browser.close()
        assert found.problems == []


async def give(page: Page, who: Newcomer, path: str = "/app/sign-in") -> None:
    """Address and password."""
    await page.goto(path)
    await page.get_by_label("E-mail address").fill(who.email)
    await page.get_by_label("Password", exact=True).fill(who.password)
    await page.keyboard.press("Enter")


async def accept(page: Page) -> None:
    """All policies."""
    await expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    await expect(page.get_by_role("checkbox")).to_have_count(3)
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.get_by_role("button", name="Accept and continue").click()


async def inside(page: Page) -> None:
    """Until the shell is there."""
    await expect(page.get_by_role("button", name=re.compile("^Menu of"))).to_be_visible()


async def blameless(page: Page) -> None:
    """axe finds nothing serious in what is on the screen. With CENTRALE_TEST_SHOTS, a folder, its picture
    is kept there."""
    # Colours that still fade in are not those that stay.
    await eventually(lambda: page.evaluate(STILL), 20, "the end of animations")
    if folder := os.environ.get("CENTRALE_TEST_SHOTS"):
        name = f"{page.url.split('/app/')[-1].split('?')[0].replace('/', '-')}-{secrets.token_hex(2)}.png"
        await page.screenshot(path=Path(folder) / name)
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    serious = [
        (each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], f"{page.url}: {serious}"


async def test_password_then_policies_then_the_phone(visitors: Visitors) -> None:
    who, page = await visitors.newcomer(), await visitors.page()
    await give(page, Newcomer(who.email, "wrong"), "/app/phone")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Password", exact=True)).to_be_focused()
    await blameless(page)
    await page.keyboard.type(who.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    await page.get_by_role("button", name="Accept and continue").click()
    await expect(page.get_by_text("Accept all of them to go on.")).to_be_visible()
    await expect(page.get_by_text("Your account is yours alone")).to_be_hidden()
    await page.get_by_role("button", name="Terms of use").click()
    await expect(page.get_by_text("Your account is yours alone")).to_be_visible()
    await blameless(page)
    # The rest stays closed, the keypad does not.
    await page.goto("/app/profile")
    await expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    await page.goto("/app/phone")
    await inside(page)
    await expect(page.get_by_text("The rest opens when")).to_be_visible()
    await page.get_by_role("link", name="Read them").click()
    await accept(page)
    await inside(page)
    assert page.url.endswith("/app/phone")


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


async def test_forgotten_password_comes_by_mail(visitors: Visitors, house: House) -> None:
    who, page = await visitors.newcomer(), await visitors.page(width=390)
    await page.goto("/app/sign-in")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await page.get_by_label("E-mail address").fill(who.email)
    await blameless(page)
    await page.get_by_role("button", name="Send me a link").click()
    await expect(page.get_by_role("status")).to_contain_text(who.email)

    def link() -> str | None:
        for mail in house.mail.mails:
            if who.email in str(mail["To"]):
                body = mail.get_body(("plain",))
                found = re.search(r"/app/reset/[\w.:-]+", body.get_content() if body else "")
                return found.group() if found else None
        return None

    where = await eventually(link, 60, "the mail")
    await page.goto(str(where))
    field = page.get_by_label("New password")
    await field.fill("short")
    await expect(page.get_by_role("listitem").filter(has_text="(done)")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("does not meet all rules")).to_be_visible()
    await blameless(page)
    await field.fill("Another-Harbour-28")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    await give(page, Newcomer(who.email, "Another-Harbour-28"))
    await accept(page)
    await inside(page)
    await page.goto(str(where))
    await expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()


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


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until that has the focus."""
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


async def test_in_by_keyboard_alone(visitors: Visitors) -> None:
    who, page = await visitors.newcomer(), await visitors.page()
    await page.goto("/app/sign-in")
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await page.keyboard.type(who.email)
    await page.keyboard.press("Tab")
    await page.keyboard.type(who.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Before you start")).to_be_focused()
    boxes = page.get_by_role("checkbox")
    await expect(boxes.first).to_be_visible()
    for box in await boxes.all():
        await tab_to(page, box)
        await page.keyboard.press("Space")
        await expect(box).to_be_checked()
    await tab_to(page, page.get_by_role("button", name="Accept and continue"))
    await page.keyboard.press("Enter")
    await inside(page)


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
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
