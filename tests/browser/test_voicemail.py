"""Voicemail in Chromium: messages that desk phones leave, the player, personal and group mailboxes."""

import re
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.leaving import leave_message, messages_in
from tests.browser.looks import blameless
from tests.browser.playing import Player
from tests.operations.house import House, Phones
from tests.operations.test_office_day import sine
from tests.running import eventually

pytestmark = pytest.mark.timeout(400)
MINE, DESK, NAME = "102", "101", "Agent"  # as the contacts name the demo's 101
GROUP, COLLEAGUE, TONE, GREETING, SPOKEN = "391", "103", 700.0, 1100.0, 1500.0


@pytest.fixture
async def group(house: House) -> AsyncIterator[dict[str, Any]]:
    """A mailbox that 102 and 103 share."""
    members = [await house.id(number) for number in (MINE, COLLEAGUE)]
    name = f"Desk {secrets.token_hex(2)}"
    made = await house.admin.post("mailboxes/", number=GROUP, name=name, members=members)
    try:
        await house.settled()
        yield made
    finally:
        await house.admin.wants(204, "DELETE", f"mailboxes/{made['id']}/")


@pytest.fixture
async def mine(house: House) -> AsyncIterator[str]:
    """Id of the mailbox of 102; empty before and after."""
    own = await house.id(MINE)
    rows = (await house.person("user").get("mailboxes/"))["results"]
    (box,) = [row["id"] for row in rows if row["extension"] == own]

    async def empty() -> None:
        for deleted in ("true", "false"):
            path = f"voicemail/?mailbox={box}&deleted={deleted}"
            for message in (await house.person("user").get(path))["results"]:
                await house.person("user").wants(204, "DELETE", f"voicemail/{message['id']}/")

    await empty()
    yield str(box)
    await empty()


def message_of(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has_text=NAME)


async def opened(page: Page) -> Player:
    """The player of the message, opened by keyboard."""
    row = message_of(page).get_by_role("button", name=re.compile(NAME)).first
    await row.focus()
    await page.keyboard.press("Enter")
    return Player(page, f"Message of {NAME}")


async def test_a_message_is_played_called_back_deleted_and_taken_back(
    sign_in: SignIn, phones: Phones, house: House, mine: str
) -> None:
    person = await sign_in(path="/start")
    await Player.listen(person)
    page = await person.open("/")
    await person.ready()
    (desk,) = await phones.add(DESK)
    await leave_message(house, desk, MINE, TONE)
    link = page.get_by_role("link", name=re.compile("Voicemail")).first
    await expect(link).to_contain_text("1", timeout=40_000)
    await link.click()
    await expect(message_of(page)).to_contain_text("new")
    player = await opened(page)
    await player.is_drawn()
    await player.button("Play").press("Enter")
    await expect(player.button("Pause")).to_be_visible()
    await player.plays(TONE)
    await expect(link).not_to_contain_text("1")
    await expect(message_of(page).get_by_role("button", name="Mark as new")).to_be_visible()
    await player.goes_through(2)
    await blameless(page, "voicemail-message")
    await page.get_by_role("button", name=f"Call {NAME}").first.click()
    await desk.wait_ringing()
    await desk.answer()
    await desk.wait_established()
    await desk.hangup()
    await desk.wait_ended()
    await page.get_by_role("button", name=f"Delete message of {NAME}").click()
    await expect(message_of(page)).to_be_hidden()
    await page.get_by_role("button", name="Undo").click()
    await expect(message_of(page)).to_be_visible()
    await page.get_by_role("button", name=f"Delete message of {NAME}").click()
    await expect(message_of(page)).to_be_hidden()
    await page.get_by_text("Deleted", exact=True).click()
    await expect(message_of(page)).to_contain_text("Gone for good on")
    await message_of(page).get_by_role("button", name="Take back").click()
    await expect(message_of(page)).to_be_hidden()
    assert [each["caller_number"] for each in await messages_in(house, mine)] == [DESK]


async def test_a_group_mailbox_is_its_members(
    sign_in: SignIn, phones: Phones, house: House, group: dict[str, Any]
) -> None:
    """Seen by those who share it, opened by the address of its message; switch, PIN and greeting."""
    (desk,) = await phones.add(DESK)
    await leave_message(house, desk, GROUP, TONE, 2.0)
    await eventually(lambda: messages_in(house, group["id"]), 40, "the message in the list")
    (message,) = await messages_in(house, group["id"])
    await nobody_else(house, group, message)
    person = await sign_in(path=f"/voicemail?id={message['id']}")
    page = person.page
    boxes = page.get_by_role("navigation", name="Mailboxes")
    chosen = boxes.get_by_role("button", name=re.compile(group["name"]))
    await expect(chosen).to_have_attribute("aria-current", "page")
    await expect(chosen).to_contain_text("shared")
    await expect(page.get_by_role("group", name=f"Message of {NAME}")).to_be_visible()
    await blameless(page, "voicemail-group")
    await page.get_by_role("button", name="Settings of this mailbox").click()
    settings = page.get_by_role("dialog", name=f"Mailbox {group['name']}")
    await greets(settings, desk, house)
    await takes_a_pin(settings)
    await blameless(page, "voicemail-settings")
    await settings.get_by_label("Takes messages").press("Space")
    await expect(settings.get_by_label("Takes messages")).not_to_be_checked()
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("This mailbox takes no messages now.")).to_be_visible()
    await house.settled()
    await desk.call(f"*99{GROUP}")
    await desk.wait_ended(30)


async def test_a_greeting_is_spoken_and_heard_by_who_is_not_answered(
    sign_in: SignIn, phones: Phones, house: House, mine: str
) -> None:
    """Recorded by keyboard, listened to, used. A call goes on undisturbed, and no microphone stays open."""
    person = await sign_in(path="/start")
    await Player.listen(person)
    page = await person.open(f"/voicemail?mailbox={mine}")
    await person.ready()
    (desk,) = await phones.add(DESK)
    await page.get_by_role("button", name="Settings of this mailbox").click()
    settings = page.get_by_role("dialog", name=re.compile("^Mailbox"))
    record = settings.get_by_role("button", name="Record…")
    remove = settings.get_by_role("button", name="Remove greeting General")
    await record.press("Enter")
    await is_recorded(page)
    await expect(remove).to_be_visible()
    await expect(record).to_be_focused()
    await house.settled()
    await desk.call(MINE)
    await page.get_by_role("button", name="Decline").click()
    await desk.wait_established()
    await desk.wait_hears(SPOKEN, -20.0, within_db=8.0)
    await desk.hangup()
    await desk.wait_ended()
    await leaves_the_microphone(settings, record)
    await makes_way_for_a_call(page, record, desk)
    await remove.click()
    await expect(remove).to_be_hidden()


def recording(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Record greeting: General")


async def is_recorded(page: Page) -> None:
    """After a refusal, all of it with one key."""
    dialog = recording(page)
    await page.evaluate("ears.refused = true")
    await expect(dialog.get_by_role("button", name="Start recording")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("may not use the microphone")
    await blameless(page, "voicemail-record-refused")
    await page.evaluate(f"ears.refused = false; ears.sing({SPOKEN})")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="Stop")).to_be_focused()
    await expect(dialog.get_by_role("status")).to_have_text("Recording: speak now.")
    level = dialog.get_by_role("progressbar", name="Level of the microphone")
    await expect(level).to_have_attribute("aria-valuenow", re.compile(r"^[5-8]\d$"))
    await blameless(page, "voicemail-recording")
    long_enough = re.compile(r"^(0:0[5-9]|0:[1-5]\d|1:\d\d) / 2:00$")
    await expect(dialog.get_by_role("timer")).to_have_text(long_enough)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("status")).to_contain_text("Recorded: ")
    assert await page.evaluate("ears.listening()") == 0
    player = Player(page, "Your recording")
    await player.is_drawn()
    await blameless(page, "voicemail-recorded")
    await expect(player.button("Play")).to_be_focused()
    await page.keyboard.press("Enter")
    await player.plays(SPOKEN)
    await dialog.get_by_role("button", name="Use this greeting").press("Enter")
    await expect(dialog).to_be_hidden()


async def leaves_the_microphone(settings: Locator, record: Locator) -> None:
    """Whoever leaves the dialog is not listened to any more. What lies below it stays."""
    page, dialog = settings.page, recording(settings.page)
    await record.click()
    await dialog.get_by_role("button", name="Start recording").click()
    await expect(dialog.get_by_role("timer")).to_be_visible()
    assert await page.evaluate("ears.listening()") == 1
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await page.evaluate("ears.listening()") == 0
    await expect(settings).to_be_visible()


async def makes_way_for_a_call(page: Page, record: Locator, desk: Any) -> None:
    """Answering ends the recording; while the call goes on there is none, and the caller hears who speaks."""
    dialog = recording(page)
    await record.click()
    await dialog.get_by_role("button", name="Start recording").click()
    await expect(dialog.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]"))
    await desk.call(MINE)
    await page.get_by_role("button", name="Answer").click()
    await desk.wait_established()
    await expect(dialog.get_by_role("status")).to_contain_text("stopped because of a call")
    await expect(dialog.get_by_role("button", name="Record again")).to_be_disabled()
    await desk.wait_hears(SPOKEN, -20.0, within_db=8.0)
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(record).to_be_disabled()
    await expect(page.get_by_text("You can record when your call is over.")).to_be_visible()
    await desk.hangup()
    await desk.wait_ended()
    await expect(record).to_be_enabled()


async def nobody_else(house: House, group: dict[str, Any], message: dict[str, Any]) -> None:
    """Neither a colleague who is no member, nor an administrator, nor another organisation hears it."""
    outsider = await house.outsider()
    for rest in (house.person("agent"), house.admin, outsider):
        assert (await rest.get(f"voicemail/?mailbox={group['id']}"))["results"] == []
        for path in ("", "audio/", "peaks/"):
            assert (await rest.ask("GET", f"voicemail/{message['id']}/{path}")).code == 404
    for rest in (house.person("agent"), outsider):
        for path in ("", "greetings/", "phone-greeting/"):
            assert (await rest.ask("GET", f"mailboxes/{group['id']}/{path}")).code == 404


async def greets(settings: Locator, desk: Any, house: House) -> None:
    """A greeting is uploaded, callers hear it, and it is removed again."""
    sound = {"name": "hello.wav", "mimeType": "audio/wav", "buffer": sine(6, GREETING)}
    await settings.locator("input[type=file]").set_input_files(sound)  # type: ignore[arg-type]
    remove = settings.get_by_role("button", name="Remove greeting General")
    await expect(remove).to_be_visible()
    await expect(settings.get_by_text("General (0:06)")).to_be_visible()
    await house.settled()
    await desk.call(f"*99{GROUP}")
    await desk.wait_established()
    await desk.wait_hears(GREETING, -20.0, within_db=8.0)
    await desk.hangup()
    await desk.wait_ended()
    await remove.click()
    await expect(remove).to_be_hidden()


async def takes_a_pin(settings: Locator) -> None:
    """An easy one is refused in words, a good one is kept."""
    field, save = settings.get_by_label("PIN", exact=True), settings.get_by_role("button", name="Save PIN")
    await field.fill("1234")
    await save.click()
    await expect(settings.get_by_text("This PIN is too easy to guess.")).to_be_visible()
    await field.fill("12")
    await expect(save).to_be_disabled()
    await field.fill("739164")
    await field.press("Enter")
    await expect(settings.get_by_text("A PIN is set.")).to_be_visible()
