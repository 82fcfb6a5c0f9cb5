"""Contacts in Chromium: colleagues live, and contacts that are made, found, marked, imported, blocked."""

import re
import secrets

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import blameless
from tests.operations.house import House, Phones

pytestmark = pytest.mark.timeout(300)
MINE, DESK, NAME = "102", "101", "Agent"  # as the contacts name the demo's 101


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Contacts").get_by_role("listitem")


async def test_a_contact_is_made_found_marked_changed_and_deleted(sign_in: SignIn, house: House) -> None:
    """By keyboard from the search to the card; a personal contact is nobody else's."""
    person = await sign_in(path="/contacts?add=%2B31612345678&name=Eva%20van%20Dam")
    page, company = person.page, f"Harbour {secrets.token_hex(3)}"
    form = page.get_by_role("dialog", name="New contact")
    await expect(form.get_by_label("Last name")).to_have_value("van Dam")
    await form.get_by_label("Company").fill(company)
    await blameless(page, "contacts-form")
    await form.get_by_role("button", name="Save").click()
    card = page.get_by_role("group", name="Card of Eva van Dam")
    await card.get_by_role("button", name="Favourite").press("Space")
    await expect(card.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    await blameless(page, "contacts-card")
    await page.keyboard.press("Escape")
    for role in ("agent", "admin"):
        assert (await house.person(role).get(f"contacts/?q={company.split()[1]}"))["results"] == []
    search = page.get_by_label("Name, company or number")
    await search.fill(company.lower())
    await expect(rows(page)).to_have_count(1)
    await expect(rows(page).get_by_role("img", name="Favourite")).to_be_visible()
    await search.fill("06 1234 56")
    row = rows(page).filter(has_text=company)
    await row.get_by_role("button", name=re.compile(company)).press("Enter")
    await card.get_by_role("button", name="Edit").click()
    await page.get_by_label("Department").fill("Quay")
    await page.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("Quay")
    await card.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog", name="Delete Eva").get_by_role("button", name="Delete").click()
    await search.fill(company)
    await expect(page.get_by_text("Nobody found")).to_be_visible()
    await blocks_a_number(page)


async def blocks_a_number(page: Page) -> None:
    """One that no contact has; and takes it back."""
    await page.get_by_role("radio", name="Blocked").press("Space")
    number = page.get_by_label("Block a number")
    await number.fill("nonsense")
    await number.press("Enter")
    await expect(number).to_have_attribute("aria-invalid", "true")
    await number.fill("0900 1234567")
    await number.press("Enter")
    unblock = page.get_by_role("button", name=re.compile("Unblock"))
    await expect(unblock).to_be_visible()
    await blameless(page, "contacts-blocked-numbers")
    await unblock.click()
    await expect(unblock).to_be_hidden()


async def test_contacts_from_a_file(sign_in: SignIn, house: House) -> None:
    """Wrong lines are told and nothing is written; a good file says what it does, then does it.
    Everybody here finds them, and nobody else."""
    word = f"Quay{secrets.token_hex(3)}"
    person = await sign_in("supervisor", path="/contacts")
    page = person.page
    await page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog", name="Import contacts")
    await choose(dialog, f"first name;company;mobile\nAnna;{word};not a number\n")
    await expect(dialog.get_by_text("1 line has to be mended first")).to_be_visible()
    await blameless(page, "contacts-import")
    await choose(dialog, f"first name;company;mobile\nAnna;{word};0611111111\nBob;{word};0622222222\n")
    await expect(dialog.get_by_role("status")).to_have_text("2 new, 0 changed, 0 as they were")
    await dialog.get_by_role("button", name="Import them").press("Enter")
    await expect(dialog).to_be_hidden()
    await page.get_by_label("Name, company or number").fill(word.lower())
    await expect(rows(page)).to_have_count(2)
    found = (await house.person("user").get(f"contacts/?q={word}"))["results"]
    assert {each["kind"] for each in found} == {"external"}
    outsider = await house.outsider()
    assert (await outsider.get(f"contacts/?q={word}"))["results"] == []
    for each in found:
        assert (await outsider.ask("GET", f"contacts/{each['id']}/")).code == 404
        await house.admin.wants(204, "DELETE", f"contacts/{each['id']}/")


async def choose(dialog: Locator, text: str) -> None:
    file = {"name": "contacts.csv", "mimeType": "text/csv", "buffer": text.encode()}
    await dialog.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]


async def test_a_colleague_is_seen_ringing(sign_in: SignIn, phones: Phones, house: House) -> None:
    """Also when away with a note; and where my own calls go stands in the bar."""
    person = await sign_in(path="/contacts?show=internal")
    page = person.page
    desk, third = await phones.add(DESK, "103")
    row = rows(page).filter(has_text=NAME)
    await expect(row.get_by_role("img", name="available")).to_be_visible()
    await third.call(DESK)
    await desk.wait_ringing()
    await expect(row.get_by_role("img", name="phone rings")).to_be_visible()
    await desk.answer()
    await expect(row.get_by_role("img", name="in a call")).to_be_visible()
    await third.hangup()
    await expect(row.get_by_role("img", name="available")).to_be_visible()
    await tells_of_a_status(page, row, house)
    own = f"extensions/{await house.id(MINE)}/state/"
    await house.person("user").patch(own, forward_all=DESK)
    sign = page.get_by_role("img", name=f"All calls go to {DESK}")
    await sign.focus()
    await expect(page.get_by_role("tooltip")).to_have_text(f"All calls go to {DESK}")
    await house.person("user").patch(own, forward_all=None)
    await expect(sign).to_be_hidden()


async def tells_of_a_status(page: Page, row: Locator, house: House) -> None:
    """The card of a colleague says what they set, with the note, live."""
    agent = house.person("agent")
    statuses = (await agent.get("statuses/"))["results"]
    (away, *_) = [each for each in statuses if not each["default"]]
    path = f"extensions/{await house.id(DESK)}/state/"
    await agent.patch(path, status=away["id"], note="Back at four")
    await expect(row).to_contain_text(away["name"])
    await row.get_by_role("button", name=re.compile(NAME)).first.press("Enter")
    card = page.get_by_role("group", name=f"Card of {NAME}")
    await expect(card).to_contain_text("Back at four")
    await blameless(page, "contacts-colleague")
    await agent.patch(path, status=None, note="")
    await expect(card).not_to_contain_text("Back at four")
    await page.keyboard.press("Escape")
    await expect(card).to_be_hidden()
