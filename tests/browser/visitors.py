"""Browsers that nobody is signed in with, people who never signed in, and what they do at the door."""

import asyncio
import re
import secrets
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.person import session_of
from tests.operations.house import House
from tests.running import eventually

PASSWORD = "Quiet-Harbour-27"
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Newcomer:
    """Somebody of the demo organisation who never signed in."""

    email: str
    password: str
    id: str = ""


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

    async def newcomer(
        self, *, role: str = "user", domain: str = "demo.test", password: str = PASSWORD, language: str = ""
    ) -> Newcomer:
        """Somebody new; without a password (""), until they choose one."""
        organisation = (await self.house.admin.get("organisations/"))["results"][0]["id"]
        made = await self.house.admin.post(
            "users/",
            email=f"new-{secrets.token_hex(4)}@{domain}",
            name="Nina Nieuw",
            role=role,
            language=language,
            organisation=organisation,
            **({"password": password} if password else {}),
        )
        return Newcomer(made["email"], password, made["id"])

    async def signed_in(self, who: Newcomer, **looks: Any) -> Page:
        """A page of somebody who has accepted the policies."""
        page = await self.page(**looks)
        kept = await asyncio.to_thread(session_of, self.house.root, who.email, who.password)
        cookies: list[Any] = [{**cookie, "url": self.house.root} for cookie in kept]
        await page.context.add_cookies(cookies)
        return page


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


async def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until that has the focus."""
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("node => node === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {wanted}")


async def mailed(house: House, address: str, pattern: str, known: int = 0) -> str:
    """What matches in the newest mail to that address; of several that match, after the first `known`."""

    def there() -> str | None:
        texts = [
            str(body.get_content())
            for mail in list(house.mail.mails)
            if address in str(mail["To"]) and (body := mail.get_body(("plain",)))
        ]
        found = [match.group() for text in texts if (match := re.search(pattern, text))]
        return found[-1] if len(found) > known else None

    return str(await eventually(there, 60, f"a mail to {address}"))
