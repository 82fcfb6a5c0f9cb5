"""The phone in Chromium with real desk phones: who hears whom, and every button of the call card."""

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import SignIn
from tests.browser.person import Person
from tests.operations.house import House, Phones
from tests.phones.audio import hears_problem
from tests.phones.pjsua import Pjsua

MINE, DESK, THIRD = "102", "101", "103"  # the demo's user has 102


async def dial(person: Person, number: str) -> None:
    await person.ready()
    await person.page.get_by_label("Name or number").fill(number)
    await person.page.keyboard.press("Enter")


def card(person: Person, name: str) -> Locator:
    """The call with somebody."""
    return person.page.get_by_role("region", name=name)


async def talking(person: Person, desk: Pjsua, number: str = DESK, name: str = "Reception") -> Locator:
    """A call from the browser to a desk phone that answers."""
    await dial(person, number)
    await desk.wait_ringing()
    await desk.answer()
    await desk.wait_established()
    found = card(person, name)
    await expect(found.get_by_role("status")).to_have_text("Talking")
    return found


async def call_in(person: Person, found: Locator, number: str) -> None:
    """Add somebody to that call."""
    await found.get_by_role("button", name="Add somebody").click()
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label("Name or number").fill(number)
    await dialog.get_by_role("button", name="Call in").first.click()


async def hears_no(desk: Pjsua, hz: float) -> None:
    """Until that tone is no longer heard."""
    await desk.until(
        lambda: hears_problem(*desk.heard(1.0), hz, -20.0, 8.0) is not None, f"end of {hz:g} Hz", 15
    )


async def test_browser_calls_desk_phone(sign_in: SignIn, phones: Phones, house: House) -> None:
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    found = await talking(person, desk)
    await desk.send_tone(700)
    await person.hears(700)
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await found.get_by_role("button", name="Hang up").click()
    await desk.wait_ended()
    await expect(found).to_be_hidden()
    record = await house.last_record(caller_number=MINE, outcome="answered")
    assert record["dialled"] == DESK


async def test_desk_phone_calls_browser(sign_in: SignIn, phones: Phones) -> None:
    """The card says who and on which number; answered by keyboard; the other side hangs up."""
    person = await sign_in(path="/")
    await person.ready()
    (desk,) = await phones.add(DESK)
    await desk.call(MINE)
    ringing = person.page.get_by_role("alertdialog", name="Reception is calling")
    await expect(ringing).to_contain_text(f"on your number {MINE}")
    await person.page.keyboard.press("Control+Shift+A")
    await desk.wait_established()
    await desk.send_tone(650)
    await person.hears(650)
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await desk.hangup()
    await expect(ringing).to_be_hidden()


async def test_declined(sign_in: SignIn, phones: Phones) -> None:
    """The user has a mailbox: it answers at once, long before the phone would have stopped ringing."""
    person = await sign_in()
    await person.ready()
    (desk,) = await phones.add(DESK)
    await desk.call(MINE)
    decline = person.page.get_by_role("button", name="Decline")
    await decline.click()
    await expect(decline).to_be_hidden()
    await desk.wait_established()


async def test_to_voicemail(sign_in: SignIn, phones: Phones, house: House) -> None:
    """Without answering: it rings no longer, also on the desk phone, and the caller hears the mailbox."""
    person = await sign_in()
    await person.ready()
    mine, caller = await phones.add(MINE, "107")
    await caller.call(MINE)
    await mine.wait_ringing()
    await person.page.get_by_role("button", name="To voicemail").click()
    await expect(person.page.get_by_role("alertdialog")).to_be_hidden()
    await mine.wait_ended()
    await caller.wait_established()
    await caller.hangup()
    record = await house.last_record(caller_number="107", dialled=MINE)
    assert "sent to voicemail" in record["path"][0]["result"], record["path"]


async def test_browser_to_browser(sign_in: SignIn) -> None:
    anna, boss = await sign_in("user", tone=900.0), await sign_in("agent", tone=1300.0)
    await boss.ready()
    await dial(anna, await boss.number())
    await boss.page.get_by_role("button", name="Answer").click()
    await anna.hears(1300)
    await boss.hears(900)
    await anna.page.get_by_role("button", name="Hang up").click()
    await expect(boss.page.get_by_role("button", name="Hang up")).to_be_hidden()


async def test_mute_hold_and_keys(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    found = await talking(person, desk)
    await desk.send_tone(700)
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await found.get_by_role("button", name="Mute").click()
    await hears_no(desk, 900)
    await person.hears(700)
    await found.get_by_role("button", name="Unmute").click()
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await found.get_by_role("button", name="Hold").click()
    await expect(found.get_by_role("status")).to_have_text("On hold")
    await hears_no(desk, 900)
    await found.get_by_role("button", name="Resume").click()
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await found.get_by_role("button", name="Keypad").click()
    for key in "5#":
        await found.get_by_role("button", name=key, exact=True).click()
    await desk.wait_dtmf("5#")
    await person.page.keyboard.type("12")
    await desk.wait_dtmf("5#12")


async def test_hang_up_beside_the_keypad_of_a_phone(sign_in: SignIn, phones: Phones) -> None:
    """The keys and the button to hang up are on the screen together."""
    person = await sign_in(width=390, height=844)
    (desk,) = await phones.add(DESK)
    found = await talking(person, desk)
    for width, height in ((390, 844), (360, 640)):
        await person.page.set_viewport_size({"width": width, "height": height})
        await person.page.get_by_role("heading", name="Phone").scroll_into_view_if_needed()
        await expect(found.get_by_role("button", name="Hang up")).to_be_in_viewport(ratio=1)
        await found.get_by_role("button", name="Keypad").click()
        for name in ("1", "#", "Hang up"):
            await expect(found.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
        await found.get_by_role("button", name="Keypad").click()
    await found.get_by_role("button", name="Hang up").click()
    await desk.wait_ended()


async def test_blind_transfer(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    desk, third = await phones.add(DESK, THIRD)
    found = await talking(person, desk)
    await found.get_by_role("button", name="Transfer", exact=True).click()
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label("Name or number").fill("Sales 2")
    await dialog.get_by_role("button", name="Transfer now").first.click()
    await third.wait_ringing()
    await third.answer()
    await third.wait_established()
    await third.send_tone(600)
    await desk.wait_hears(600, third)
    await expect(found).to_be_hidden()


async def test_consult_swap_and_connect(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    desk, third = await phones.add(DESK, THIRD)
    found = await talking(person, desk)
    await found.get_by_role("button", name="Transfer", exact=True).click()
    dialog = person.page.get_by_role("dialog")
    await dialog.get_by_label("Name or number").fill(THIRD)
    await dialog.get_by_role("button", name="Ask first").first.click()
    await third.wait_ringing()
    await third.answer()
    second = card(person, "Sales 2")
    await expect(second.get_by_role("status")).to_have_text("Talking")
    await third.wait_hears(900, -20.0, within_db=8.0)
    await second.get_by_role("button", name="Swap").click()
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await card(person, "Reception").get_by_role("button", name="Connect them").click()
    await third.send_tone(600)
    await desk.wait_hears(600, third)
    await expect(person.page.get_by_role("button", name="Hang up")).to_have_count(0)


async def test_three_together(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    desk, third = await phones.add(DESK, THIRD)
    found = await talking(person, desk)
    await call_in(person, found, THIRD)
    await third.wait_ringing()
    await third.answer()
    await third.send_tone(600)
    await desk.send_tone(0)
    await desk.wait_hears(600, third)
    await person.hears(600)
    conference = person.page.get_by_text("In this conference")
    await expect(conference).to_be_visible()
    await person.page.get_by_role("button", name="Remove Sales 2").click()
    await third.wait_ended()


async def test_park_and_take(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    found = await talking(person, desk)
    await found.get_by_role("button", name="Park").click()
    await expect(person.page.get_by_text(re.compile(r"Parked at 70\d\."))).to_be_visible()
    await person.page.get_by_role("button", name="Take Reception").click()
    await desk.send_tone(700)
    await person.hears(700)


async def test_the_second_call_puts_the_first_on_hold(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    desk, third = await phones.add(DESK, THIRD)
    await talking(person, desk)
    await third.call(MINE)
    await person.page.get_by_role("button", name="Answer, hold the other").click()
    await third.wait_established()
    await third.wait_hears(900, -20.0, within_db=8.0)
    await expect(card(person, "Reception").get_by_role("status")).to_have_text("On hold")
    await card(person, "Reception").get_by_role("button", name="Resume").click()
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await expect(card(person, "Sales 2").get_by_role("status")).to_have_text("On hold")


async def test_only_one_tab_rings_and_the_other_takes_over(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    await person.ready()
    (desk,) = await phones.add(DESK)
    found = await talking(person, desk)
    await desk.send_tone(700)
    second = await person.tab()
    await second.goto(f"{person.house.root}/app/phone")
    await expect(second.get_by_text("The phone is in another tab")).to_be_visible()
    mirrored = second.get_by_role("region", name="Reception")
    await expect(mirrored.get_by_role("status")).to_have_text("Talking")
    await mirrored.get_by_role("button", name="Mute").click()
    await expect(found.get_by_role("button", name="Unmute")).to_be_visible()
    await second.get_by_role("button", name="Use this tab").click()
    await expect(second.get_by_text("The phone is in another tab")).to_be_hidden()
    await expect(mirrored.get_by_role("status")).to_have_text("Talking", timeout=20_000)
    await desk.wait_hears(900, -20.0, within_db=8.0, timeout=20)
