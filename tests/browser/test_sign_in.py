"""The way in, in Chromium against the whole product: password, links of real mails, policies."""

from playwright.async_api import expect

from tests.browser.looks import blameless
from tests.browser.visitors import Newcomer, Visitors, accept, give, inside, mailed, tab_to
from tests.operations.house import House


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


async def test_an_account_is_activated_by_its_mail(visitors: Visitors, house: House) -> None:
    who = await visitors.newcomer(password="", language="nl")
    await house.admin.post(f"users/{who.id}/invite/", 202)
    link = await mailed(house, who.email, r"http://\S+/app/activate/\S+")
    page = await visitors.page(width=390, scheme="dark", language="nl")
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Welkom")).to_be_visible()
    field = page.get_by_label("Nieuw wachtwoord")
    await expect(field).to_be_focused()
    await page.keyboard.type("harbour")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("voldoet nog niet aan alle regels")).to_be_visible()
    await blameless(page)
    # What only the server knows of it stands at the field too.
    await field.fill("Password1")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("te algemeen")).to_be_visible()
    await field.fill("Quiet-Harbour-27")
    await page.keyboard.press("Enter")
    # Who follows the mail and chooses a password is in, and reads the texts first.
    await expect(page.get_by_role("heading", name="Voordat u begint")).to_be_visible()
    await expect(page.get_by_role("checkbox")).to_have_count(3)
    await blameless(page)
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await page.get_by_role("button", name="Akkoord en verder").click()
    await expect(page.get_by_role("button", name="Menu van")).to_be_visible()
    await mailed(house, who.email, "/app/sign-in")
    again = await visitors.page()
    await again.goto(link)
    await expect(again.get_by_role("heading", name="This link no longer works")).to_be_visible()
    await blameless(again)


async def test_forgotten_password_comes_by_mail(visitors: Visitors, house: House) -> None:
    who, page = await visitors.newcomer(), await visitors.page(width=390)
    await page.goto("/app/sign-in")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await page.get_by_label("E-mail address").fill(who.email)
    await blameless(page)
    await page.get_by_role("button", name="Send me a link").click()
    await expect(page.get_by_role("status")).to_contain_text(who.email)

    where = await mailed(house, who.email, r"http://\S+/app/reset/\S+")
    await page.goto(where)
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
    await page.goto(where)
    await expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()


async def test_administration_comes_after_the_whole_way_in(visitors: Visitors) -> None:
    who, page = await visitors.newcomer(role="admin"), await visitors.page()
    await page.goto("/admin/people/user/?q=nina")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await page.get_by_label("E-mail address").fill(who.email)
    await page.get_by_label("Password", exact=True).fill(who.password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Before you start")).to_be_visible()
    await page.goto("/admin/people/user/?q=nina")
    await accept(page)
    await expect(page.get_by_role("link", name="Nina Nieuw").first).to_be_visible()
    assert page.url.endswith("/admin/people/user/?q=nina")
