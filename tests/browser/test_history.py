"""The history in Chromium: missed calls, notes, bundles, contacts made of callers."""

import re
import secrets

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import blameless, picture
from tests.operations.house import House, Phones
from tests.operations.provider import dial_in, lead, provider
from tests.phones.base import Account
from tests.phones.pjsua import Pjsua

pytestmark = pytest.mark.timeout(400)
MINE, CALLER = "102", "105"  # nobody's, so its name is that of the extension


async def missed_call(page: Page, desk: Pjsua) -> None:
    """The desk phone rings and gives up."""
    await desk.call(MINE)
    await expect(page.get_by_role("button", name="Answer")).to_be_visible()
    await desk.hangup()
    await desk.wait_ended()
    await expect(page.get_by_role("button", name="Answer")).to_be_hidden()


def badge(page: Page, count: int) -> Locator:
    """History in the navigation, with that number."""
    return page.get_by_role("link", name=re.compile(rf"^History ?{count or ''}$"))


async def test_missed_calls_are_counted_noted_and_called_back(
    sign_in: SignIn, phones: Phones, house: House
) -> None:
    person = await sign_in(path="/history")
    await person.ready()
    page, note = person.page, f"Rings again {secrets.token_hex(3)}"
    await expect(badge(page, 0)).to_be_visible()
    await person.open("/contacts")
    await person.ready()
    (desk,) = await phones.add(CALLER)
    name = str((await house.admin.get(f"extensions/?number={CALLER}"))["results"][0]["name"])
    await missed_call(page, desk)
    await expect(badge(page, 1)).to_be_visible(timeout=30_000)
    await missed_call(page, desk)
    await expect(badge(page, 2)).to_be_visible(timeout=30_000)
    await badge(page, 2).press("Enter")
    await expect(badge(page, 0)).to_be_visible()
    assert await house.person("user").get("history/missed/") == {"count": 0}
    calls = page.get_by_role("list", name="Calls").get_by_role("listitem").filter(has_text=name)
    await bundled(page, calls)
    await filtered(page, calls)
    await page.get_by_text("Missed", exact=True).click()
    await expect(calls.first).to_contain_text("missed")
    await calls.first.get_by_role("button", name=re.compile("missed")).click()
    drawer = page.get_by_role("dialog", name=f"Call with {name}")
    await drawer.get_by_label("New note").fill("Rings again tomorrow")
    await drawer.get_by_role("button", name="Add note").click()
    await drawer.get_by_role("button", name="Edit note").last.click()
    await drawer.get_by_label("Edit note").fill(note)
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("paragraph").filter(has_text=note)).to_be_visible()
    await blameless(page, "history-call")
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(calls.first.get_by_role("img", name="1 note")).to_be_visible()
    await page.get_by_role("button", name=f"Call {name}").first.click()
    await desk.wait_ringing()
    await desk.answer()
    await desk.wait_established()
    await desk.hangup()
    await desk.wait_ended()
    await desk.call(MINE)
    ringing = page.get_by_role("alertdialog", name=f"{name} is calling")
    await expect(ringing).to_contain_text(note)
    await blameless(page, "incoming-note")
    await desk.hangup()
    await expect(ringing).to_be_hidden()


async def bundled(page: Page, calls: Locator) -> None:
    """All calls of one number are one row that says how many; or each has its own."""
    await expect(calls).to_have_count(1)
    await expect(calls.get_by_label(re.compile(r"^\d+ calls$"))).to_be_visible()
    await page.get_by_label("Bundle by caller").press("Space")
    await expect(calls.nth(1)).to_be_visible()
    await blameless(page, "history-list")
    await page.get_by_label("Bundle by caller").press("Space")
    await expect(calls).to_have_count(1)


async def filtered(page: Page, calls: Locator) -> None:
    """Days and directions without calls say that they are why there are none, and lead back to all."""
    await page.get_by_role("button", name="From day to day").click()
    for _ in range(2):
        await page.locator("button:has([data-direction=previous])").first.click()
    for day in (10, 14):
        await page.get_by_role("button", name=re.compile(f"^{day} ")).click()
    await page.get_by_text("Out", exact=True).click()
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await blameless(page, "history-filtered")
    await page.get_by_role("button", name="Clear the filters").click()
    await expect(calls).to_have_count(1)


async def test_a_caller_becomes_a_contact(sign_in: SignIn, phones: Phones, house: House) -> None:
    """Who called from outside is added to the contacts; the next card says who, and how they are marked."""
    digits, name = f"6{secrets.randbelow(90_000_000) + 10_000_000}", f"Eva {secrets.token_hex(3)}"
    await provider(house, phones)
    await lead(house, extension=await house.id(MINE))
    (far,) = await phones.put(Account(number=f"+31{digits}", domain="provider.test"))
    person = await sign_in(path="/history")
    await person.ready()
    page = person.page
    await dial_in(house, far)
    await expect(page.get_by_role("alertdialog")).to_be_visible()
    await far.hangup()
    await page.get_by_role("searchbox").fill(f"0{digits}")
    shown = re.compile(r"\s?".join(digits))
    row = page.get_by_role("list", name="Calls").get_by_role("listitem").filter(has_text=shown)
    await row.get_by_role("button", name=re.compile("missed")).click()
    await page.get_by_role("dialog").get_by_role("link", name="Add to contacts").click()
    form = page.get_by_role("dialog", name="New contact")
    await expect(form.get_by_label("Number 1", exact=True)).to_have_value(f"+31{digits}")
    await form.get_by_label("First name").fill(name)
    await form.get_by_role("button", name="Save").click()
    card = page.get_by_role("group", name=f"Card of {name}")
    await marked(card, "VIP")
    await dial_in(house, far)
    ringing = page.get_by_role("alertdialog", name=f"{name} is calling")
    await expect(ringing.get_by_text("VIP")).to_be_visible()
    await picture(page, "incoming-vip")
    await far.hangup()
    await expect(ringing).to_be_hidden()
    await marked(card, "Blocked")
    await expect(card.get_by_text("Calls from here are refused for you.")).to_be_visible()
    await house.settled()
    await dial_in(house, far)
    assert (await far.wait_ended(30)).code == 603
    await blameless(page, "contacts-blocked")
    await person.open("/history")
    await expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    (contact,) = (await house.person("user").get(f"contacts/?q={name.split()[1]}"))["results"]
    await house.person("user").wants(204, "DELETE", f"contacts/{contact['id']}/")


async def marked(card: Locator, mark: str) -> None:
    """Marked on the contact's card, by keyboard."""
    button = card.get_by_role("button", name=mark)
    await button.press("Enter")
    await expect(button).to_have_attribute("aria-pressed", "true")
