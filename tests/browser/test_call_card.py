"""What is done to a call now and then: the options of the dial field, the menu of the card, dragging,
devices, and calls of others that are taken."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.test_phone import DESK, MINE, THIRD, call_in, card, dial, hears_no, talking
from tests.operations.house import House, Phones
from tests.operations.provider import provider
from tests.running import eventually

RARE = "+31201110001"


async def choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("combobox", name=label).click()
    await page.get_by_role("option", name=option).first.click()


async def test_recorded_noted_and_measured(sign_in: SignIn, phones: Phones, house: House) -> None:
    """One call with every option, and all that the menu of its card can do besides moving it."""
    person = await sign_in()
    page = person.page
    await person.ready()
    (desk,) = await phones.add(DESK)
    await page.get_by_role("button", name="Options for this call").click()
    await page.get_by_role("switch", name="Record this call").check()
    await page.keyboard.press("Escape")
    found = await talking(person, desk)
    await expect(found.get_by_text("Recording", exact=True)).to_be_visible()
    await found.get_by_role("button", name="Stop recording").click()
    await expect(found.get_by_text("Recording", exact=True)).to_be_hidden()
    await found.get_by_role("button", name="Record").click()
    await expect(found.get_by_text("Recording", exact=True)).to_be_visible()

    await found.get_by_role("button", name=re.compile("^Call quality: good")).click(timeout=30_000)
    await expect(page.get_by_text("Score (MOS, 1 to 4.5)")).to_be_visible()
    await page.keyboard.press("Escape")

    await found.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Note").click()
    await found.get_by_label("Note on this call").fill("Wants a larger desk")
    await found.get_by_role("button", name="Save note").click()
    await expect(page.get_by_text("Note saved")).to_be_visible()

    await found.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Add to contacts").click()
    await expect(page.get_by_role("dialog").get_by_label("Number", exact=False).first).to_have_value(DESK)
    await page.keyboard.press("Escape")
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await desk.hangup()
    record = await house.last_record(caller_number=MINE, dialled=DESK)

    async def noted() -> bool:
        notes = await house.person("user").get(f"calls/{record['call_id']}/notes/")
        rows = notes["results"] if isinstance(notes, dict) else notes
        return [row["text"] for row in rows] == ["Wants a larger desk"]

    await eventually(noted, 20, "the note is kept with the call")


async def test_another_number_is_shown_once(sign_in: SignIn, phones: Phones, house: House) -> None:
    """Out of those that I may show; the next call is as usual again."""
    for name, number, who in (("A", "+31201110000", MINE), ("B", RARE, MINE), ("C", "+31201119999", DESK)):
        await house.admin.post(
            "caller-ids/", kind="company", name=f"Line {name}", shown=number, extensions=[await house.id(who)]
        )
    far = await provider(house, phones)
    person = await sign_in()
    page = person.page
    await person.ready()
    await page.get_by_role("button", name="Options for this call").click()
    await page.get_by_role("combobox", name="Show number").click()
    await expect(page.get_by_role("option", name="Line C")).to_have_count(0)
    await page.get_by_role("option", name="Line B").first.click()
    await page.keyboard.press("Escape")
    seen: list[str] = []
    while len(seen) < 2:
        await dial(person, "+31651234567")
        await far.wait_ringing()
        # The trace comes a moment after the event.
        await far.until(lambda: len(far.received("INVITE")) > len(seen), "INVITE in the trace", 15)
        seen.append(far.caller_shown.number if far.caller_shown else "")
        await page.get_by_role("button", name="Hang up").click()
        await far.wait_ended()
    assert seen[0] == RARE != seen[1]


async def test_moved_to_the_desk_phone_and_back(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    mine, desk = await phones.add(MINE, DESK)
    found = await talking(person, desk)
    await desk.send_tone(700)
    await found.get_by_role("button", name="More").click()
    await person.page.get_by_role("menuitem", name="Go on with Demo phone").click()
    await mine.wait_ringing()
    await mine.answer()
    await mine.wait_hears(700, -20.0, within_db=8.0)
    await mine.send_tone(500)
    await desk.wait_hears(500, -20.0, within_db=8.0)
    elsewhere = card(person, "Reception")
    await expect(elsewhere.get_by_role("status")).to_have_text("On your Demo phone")
    await elsewhere.get_by_role("button", name="More").click()
    await person.page.get_by_role("menuitem", name="Take it here").click()
    await person.hears(700)
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await mine.wait_ended()


async def test_dialled_with_the_desk_phone(sign_in: SignIn, phones: Phones, house: House) -> None:
    """My desk phone rings first, then the number; the card says where the call is, and hangs it up."""
    person = await sign_in()
    page = person.page
    await person.ready()
    mine, desk = await phones.add(MINE, DESK)
    await page.get_by_role("button", name="Options for this call").click()
    await choose(page, "Call with", "Demo phone")
    await page.keyboard.press("Escape")
    await dial(person, DESK)
    await mine.wait_ringing()
    await mine.answer()
    await desk.wait_ringing()
    await desk.answer()
    await desk.wait_established()
    found = card(person, "Reception")
    await expect(found.get_by_role("status")).to_have_text("On your Demo phone")
    await found.get_by_role("button", name="Hang up").click()
    await mine.wait_ended()
    await desk.wait_ended()


async def test_dragged_onto_a_colleague(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    desk, third = await phones.add(DESK, THIRD)
    found = await talking(person, desk)
    target = person.page.get_by_role("region", name="Colleagues").get_by_text("Sales 2", exact=True)
    await found.get_by_title("Drag onto a colleague to transfer").drag_to(target)
    await expect(person.page.get_by_text("Transferred to Sales 2")).to_be_visible()
    await third.wait_ringing()
    await third.answer()
    await third.send_tone(600)
    await desk.wait_hears(600, third)


async def test_another_microphone_in_the_call(sign_in: SignIn, phones: Phones) -> None:
    """The new one is used at once, a muted call stays muted, and speaking into it is remarked."""
    person = await sign_in()
    page = person.page
    (desk,) = await phones.add(DESK)
    found = await talking(person, desk)
    await desk.wait_hears(900, -20.0, within_db=8.0)
    await page.evaluate("ears.tone = 1300")
    await page.get_by_role("button", name="Microphone and speaker").click()
    level = page.get_by_role("progressbar", name="Level of the microphone")
    await eventually(
        lambda: level.evaluate("node => Number(node.getAttribute('aria-valuenow')) > 10"), 15, "a level"
    )
    microphone = page.get_by_role("combobox", name="Microphone")
    await microphone.click()
    await page.get_by_role("option").nth(1).click()
    await desk.wait_hears(1300, -20.0, within_db=8.0)
    await choose(page, "Speaker for calls", "System default")
    await page.keyboard.press("Escape")

    await found.get_by_role("button", name="Mute").click()
    await expect(found.get_by_text("You are muted")).to_be_visible()
    await hears_no(desk, 1300)
    await found.get_by_role("button", name="Unmute").click()
    await expect(found.get_by_text("You are muted")).to_be_hidden()
    await desk.wait_hears(1300, -20.0, within_db=8.0)


async def test_a_call_that_rings_elsewhere_is_taken(sign_in: SignIn, phones: Phones) -> None:
    """Who may pick it up sees it and takes it with one click; it no longer rings there."""
    person = await sign_in()
    await person.ready()
    caller, other = await phones.add("107", "105")
    await caller.call("105")
    await other.wait_ringing()
    await person.page.get_by_role("button", name="Take Warehouse").click()
    await other.wait_ended()
    await caller.send_tone(700)
    await person.hears(700)
    await caller.wait_hears(900, -20.0, within_db=8.0)


async def test_a_participant_is_muted(sign_in: SignIn, phones: Phones) -> None:
    person = await sign_in()
    page = person.page
    desk, third = await phones.add(DESK, THIRD)
    found = await talking(person, desk)
    await call_in(person, found, THIRD)
    await third.wait_ringing()
    await expect(page.get_by_text(f"Ringing {THIRD}")).to_be_visible()
    await third.answer()
    await third.send_tone(600)
    await found.get_by_role("button", name="Mute", exact=True).click()
    await desk.wait_hears(600, third)
    await page.get_by_role("button", name="Mute Sales 2").click()
    await expect(page.get_by_role("button", name="Unmute Sales 2")).to_be_visible()
    await hears_no(desk, 600)
    await page.get_by_role("button", name="Unmute Sales 2").click()
    await desk.wait_hears(600, third)
