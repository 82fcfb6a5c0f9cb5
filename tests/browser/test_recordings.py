"""Recordings in Chromium: what a desk phone records is found, played, downloaded and deleted by who may."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.leaving import heard_for
from tests.browser.looks import blameless
from tests.browser.playing import Player
from tests.operations.house import House, Phones, Rest
from tests.phones.pjsua import Pjsua
from tests.running import eventually

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
    try:
        await house.settled()
        yield made
    finally:
        await house.admin.wants(204, "DELETE", f"recording-rules/{made['id']}/")


async def recorded(house: House, rest: Rest, caller: Pjsua, called: Pjsua, number: str) -> dict[str, Any]:
    """A call of some seconds with a tone of each side; `number` is what the one dials. Its recording, as who
    may hear it sees it: there are others in the house."""
    await caller.send_tone(TONE)
    await called.send_tone(TONE)
    await caller.call(number)
    await called.wait_ringing()
    await called.answer()
    await caller.wait_established()
    await called.wait_hears(TONE, caller)
    call = await house.live(house.admin, caller.account.number)
    await heard_for(called, ENOUGH_S)
    await caller.hangup()
    await called.wait_ended()

    async def ready() -> Any:
        listed = (await rest.get("recordings/"))["results"]
        return next((each for each in listed if each["call"] == call and each["state"] == "done"), None)

    found: dict[str, Any] = await eventually(ready, 60, "the recording")
    return found


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Recordings").get_by_role("listitem")


def row_of(page: Page, recording: dict[str, Any]) -> Locator:
    return rows(page).filter(has=page.locator(f"a[href*='{recording['id']}']"))


async def test_an_own_recording(sign_in: SignIn, phones: Phones, house: House, tmp_path: Path) -> None:
    """Comes by itself; found by name and day, played, downloaded, deleted; nobody else has it."""
    person = await sign_in(path="/start")
    await Player.listen(person)
    page = await person.open("/recordings")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    caller, called = await phones.add(MINE, DESK)
    recording = await recorded(house, house.person("user"), caller, called, f"*1{DESK}")
    row = row_of(page, recording)
    await expect(row.get_by_role("button").first).to_be_enabled(timeout=30_000)
    await not_for(house, recording, "agent", "supervisor")
    await is_found(page, row)
    await row.get_by_role("button").first.focus()
    await page.keyboard.press("Enter")
    player = Player(page, "Recording of")
    await player.is_drawn()
    await player.button("Play").press("Enter")
    await player.plays(TONE)
    await player.goes_through(1.5)
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


async def is_found(page: Page, row: Locator) -> None:
    """By a part of what is on the row, its kind and its day, and by nothing else."""
    search = page.get_by_role("searchbox", name="Name or number")
    await search.fill("nobody of that name")
    await page.get_by_role("button", name="Clear the filters").click()
    await expect(page.get_by_text("Nothing found")).to_be_hidden()
    await expect(search).to_have_value("")
    await search.fill("Recep")
    await expect(row).to_be_visible()
    await page.get_by_text("By rule", exact=True).click()
    await expect(page.get_by_text("Nothing found")).to_be_visible()
    await page.get_by_text("Personal", exact=True).click()
    await expect(row).to_be_visible()
    await page.get_by_role("button", name="From day to day").click()
    days = page.get_by_role("dialog")
    await expect(days.get_by_role("button", name="Next month")).to_be_visible()
    await blameless(page, "recordings-days")
    await days.locator("button[data-today]").click()
    await days.locator("button[data-today]").click()
    await expect(row).to_be_visible()
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
    recording = await recorded(house, house.person("supervisor"), caller, called, DESK)
    assert recording["rule"] == rule["id"]
    supervisor = await sign_in("supervisor", "/start")
    await Player.listen(supervisor)
    page = await supervisor.open("/recordings")
    await page.get_by_text("By rule", exact=True).click()
    row = row_of(page, recording)
    await expect(row.get_by_role("button").first).to_be_enabled()
    await expect(row.get_by_role("button", name="Delete recording")).to_have_count(0)
    await row.get_by_role("button").first.click()
    player = Player(page, "Recording of")
    await player.is_drawn()
    await player.button("Play").click()
    await player.plays(TONE)
    await not_for(house, recording, "agent", "user")
    path = f"recordings/{recording['id']}/"
    assert (await house.person("supervisor").ask("DELETE", path)).code == 403
    admin = await sign_in("admin", f"/recordings?call={recording['call']}")
    row = row_of(admin.page, recording)
    await expect(admin.page.get_by_role("group", name="Recording of")).to_be_visible()
    await row.get_by_role("button", name="Delete recording").click()
    await admin.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(rows(admin.page)).to_have_count(0)
