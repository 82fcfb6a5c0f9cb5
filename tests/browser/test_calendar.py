"""Statuses in Chromium: picked with an end, live for a colleague, and the calendar as a list."""

import re
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import SignIn
from tests.running import eventually

AXE = Path(__file__).parents[2] / "webapp" / "client" / "node_modules" / "axe-core" / "axe.min.js"


async def serious(page: Page) -> list[str]:
    """What axe finds serious or worse on the page."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run()")
    return [
        f"{each['id']}: {each['nodes'][0]['html']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical")
    ]


async def ask(page: Page, path: str, method: str = "GET", body: Any = None) -> Any:
    """The API, as the page's own session."""
    return await page.evaluate(
        """async ([path, method, body]) => {
          const token = document.cookie.match(/centrale_csrf=([^;]*)/)?.[1] ?? "";
          const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
          const sent = body ? { body: JSON.stringify(body) } : {};
          const answer = await fetch(`/api/v1/${path}`, { method, headers, ...sent });
          return answer.json();
        }""",
        [path, method, body],
    )


async def unusual(page: Page) -> tuple[str, str]:
    """Id and name of a status that is not the default one."""
    statuses = (await ask(page, "statuses/"))["results"]
    found = next(each for each in statuses if not each["default"])
    return str(found["id"]), str(found["name"])


async def test_status_with_an_end_is_live_for_a_colleague(sign_in: SignIn) -> None:
    person = await sign_in(path="/")
    page = person.page
    button = page.get_by_role("button", name=re.compile("^Status:"))
    await expect(button).to_be_visible()
    _key, name = await unusual(page)
    number = await person.number()
    await button.click()
    await page.get_by_role("radio", name=name).check()
    await page.get_by_label("Note for colleagues").fill("At the dentist")
    await page.get_by_role("button", name="In an hour").click()
    assert await serious(page) == []
    await page.get_by_role("button", name="Set status").click()
    await expect(page.get_by_role("button", name=f"Status: {name}")).to_be_visible()

    colleague = await sign_in("supervisor", path="/")

    async def seen() -> bool:
        states = await ask(colleague.page, "states/")
        mine = next(each for each in states if each["extension"] == number)
        return mine["note"] == "At the dentist" and mine["until"] is not None

    await eventually(seen, 15, "the colleague sees it")
    await button.click()
    await page.get_by_label("Forward all calls").select_option("voicemail")
    await expect(page.get_by_role("img", name="All calls go to voicemail")).to_be_visible()
    await page.get_by_label("Forward all calls").select_option("off")
    await expect(page.get_by_role("img", name="All calls go to voicemail")).to_be_hidden()


async def test_list_on_a_phone_in_dutch(sign_in: SignIn) -> None:
    person = await sign_in(path="/calendar", width=390, scheme="dark", language="nl")
    await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(person.page.get_by_role("button", name=re.compile("Vorige|Previous"))).to_be_visible()
    wide = await person.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    assert await serious(person.page) == []
