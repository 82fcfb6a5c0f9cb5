"""Recordings in Chromium: what a desk phone records is found, played, downloaded and deleted by who may."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import blameless
from tests.browser.playing import Player
from tests.operations.house import House, Phones
from tests.phones.audio import Samples
from tests.phones.pjsua import Pjsua

pytestmark = pytest.mark.timeout(400)
MINE, DESK = "102", "101"
TONE, OTHER = 700.0, 1300.0
ENOUGH_S = 4.0


@pytest.fixture
async def rule(house: House) -> AsyncIterator[dict[str, Any]]:
    """All calls of 103 inside are recorded."""
    extensions = [await house.id("103")]
    made = await house.admin.post(
        "recording-rules/", name=f"Rule {secrets.token_hex(2)}", internal=True, extensions=extensions
    )
    await house.settled()
    yield made
    await house.admin.wants(204, "DELETE", f"recording-rules/{made['id']}/")


def long_enough(samples: Samples, rate: int) -> bool:
    return len(samples) > ENOUGH_S * rate


async def recorded(house: House, caller: Pjsua, called: Pjsua, number: str) -> None:
    """A call of some seconds with a tone of each side; `number` is what the one dials."""
    await caller.send_tone(TONE)
    await called.send_tone(TONE)
    await caller.call(number)
    await called.wait_ringing()
    await called.answer()
    await caller.wait_established()
    await called.wait_hears(TONE, caller)
    await called.until(lambda: long_enough(*called.heard()), "a call of some length", 40)
    await caller.hangup()
    await called.wait_ended()


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Recordings").get_by_role("listitem")


async def test_an_own_recording(sign_in: SignIn, phones: Phones, house: House, tmp_path: Path) -> None:
    """Comes by itself; found by name and day, played, downloaded, deleted; nobody else has it."""
    person = await sign_in(path="/start")
    await Player.listen(person)
    page = await person.open("/recordings")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    caller, called = await phones.add(MINE, DESK)
    await recorded(house, caller, called, f"*1{DESK}")
    row = rows(page).first
    await expect(row.get_by_role("button").first).to_be_enabled(timeout=60_000)
    (recording, *_) = (await house.person("user").get("recordings/?personal=true"))["results"]
    await not_for(house, recording, "agent", "supervisor")
    await is_found(page)
    await row.get_by_role("button").first.focus()
    await page.keyboard.press("Enter")
    player = Player(page, "Recording of")
    await player.is_drawn()
    await player.button("Play").press("Enter")
    await player.plays(TONE)
    await player.group.get_by_text("1.5×").click()
    assert await player.speed() == 1.5
    await expect(player.button("Play")).to_be_visible(timeout=20_000)  # it came to its end
    await player.seek_by_mouse(0.5)
    await player.seek_by_keyboard()
    await blameless(page, "recordings-player")
    async with page.expect_download() as begun:
        await row.get_by_role("link", name="Download").click()
    await (await begun.value).save_as(tmp_path / "call.mp3")
    whole = await house.person("user").ask("GET", f"recordings/{recording['id']}/audio/")
    assert (tmp_path / "call.mp3").read_bytes() == whole.body
    await row.get_by_role("button", name="Delete recording").click()
    dialog = page.get_by_role("dialog", name="Delete this recording?")
    await blameless(page, "recordings-delete")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("Recording deleted")).to_be_visible()
    assert (await house.person("user").ask("GET", f"recordings/{recording['id']}/")).code == 404


async def is_found(page: Page) -> None:
    """By a part of what is on the row, its kind and its day, and by nothing else."""
    search = page.get_by_role("searchbox", name="Name or number")
    await search.fill("nobody of that name")
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await search.fill("Recep")
    await expect(rows(page).first).to_be_visible()
    await page.get_by_text("By rule", exact=True).click()
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_text("Personal", exact=True).click()
    await expect(rows(page).first).to_be_visible()
    await page.get_by_role("button", name="From day to day").click()
    days = page.get_by_role("dialog")
    await days.locator("button[data-today]").click()
    await days.locator("button[data-today]").click()
    await expect(rows(page).first).to_be_visible()
    await page.get_by_role("button", name="Clear").last.click()


async def not_for(house: House, recording: dict[str, Any], *roles: str) -> None:
    """Neither these colleagues nor another organisation."""
    for rest in (*(house.person(role) for role in roles), await house.outsider()):
        listed = {each["id"] for each in (await rest.get("recordings/"))["results"]}
        assert recording["id"] not in listed
        for path in ("", "audio/", "peaks/"):
            assert (await rest.ask("GET", f"recordings/{recording['id']}/{path}")).code == 404
        assert (await rest.ask("DELETE", f"recordings/{recording['id']}/")).code == 404


async def test_a_recording_by_rule(
    sign_in: SignIn, phones: Phones, house: House, rule: dict[str, Any]
) -> None:
    """Supervisors hear it, administrators delete it; who spoke sees it nowhere."""
    caller, called = await phones.add("103", DESK)
    await recorded(house, caller, called, DESK)
    supervisor = await sign_in("supervisor", "/start")
    await Player.listen(supervisor)
    page = await supervisor.open("/recordings")
    await page.get_by_text("By rule", exact=True).click()
    row = rows(page).first
    await expect(row.get_by_role("button").first).to_be_enabled(timeout=60_000)
    await expect(row.get_by_role("button", name="Delete recording")).to_have_count(0)
    await row.get_by_role("button").first.click()
    player = Player(page, "Recording of")
    await player.is_drawn()
    await player.button("Play").click()
    await player.plays(TONE)
    (recording, *_) = [
        each for each in (await house.admin.get("recordings/"))["results"] if each["rule"] == rule["id"]
    ]
    await not_for(house, recording, "agent", "user")
    path = f"recordings/{recording['id']}/"
    assert (await house.person("supervisor").ask("DELETE", path)).code == 403
    admin = await sign_in("admin", f"/recordings?call={recording['call']}")
    row = rows(admin.page).first
    await expect(admin.page.get_by_role("group", name="Recording of")).to_be_visible()
    await row.get_by_role("button", name="Delete recording").click()
    await admin.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(rows(admin.page)).to_have_count(0)
