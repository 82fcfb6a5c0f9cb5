"""A call survives what happens to browsers: a reload, a crash, a lost WebSocket, a restart of the web, a new
password."""

import asyncio

from playwright.async_api import Locator, expect

from tests.browser.conftest import SignIn
from tests.browser.person import Person
from tests.browser.test_phone import call_in
from tests.browser.visitors import Visitors
from tests.operations.house import House, Phones
from tests.phones.audio import rms_dbov, tone_level
from tests.phones.pjsua import Pjsua
from tests.running import eventually

DESK, THIRD = "101", "103"
NAMES = {DESK: "Reception", THIRD: "Sales 2"}
LONG = 30_000


async def call(person: Person, desk: Pjsua, number: str = DESK, hz: float = 700) -> Locator:
    """A call from the browser that the desk phone answers; both hear each other."""
    await person.ready()
    await person.page.get_by_label("Name or number").fill(number)
    await person.page.keyboard.press("Enter")
    await desk.wait_ringing()
    await desk.answer()
    await desk.wait_established()
    await desk.send_tone(hz)
    await both_hear(person, desk, hz)
    return person.page.get_by_role("region", name=NAMES[number])


async def both_hear(person: Person, desk: Pjsua, hz: float = 700) -> None:
    await person.hears(hz, seconds=30)
    await desk.wait_hears(900, -20.0, within_db=8.0, timeout=30)


async def hears_music(desk: Pjsua) -> None:
    """Something is heard, and it is not the person."""

    def music() -> bool:
        samples, rate = desk.heard(1.0)
        return bool(rate) and rms_dbov(samples) > -45.0 and tone_level(samples, rate, 900) < -40.0

    await desk.until(music, "music", 30)


async def test_a_reload(sign_in: SignIn, phones: Phones, house: House) -> None:
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    found = await call(person, desk)
    person.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await person.page.reload()
    await expect(found.get_by_role("status")).to_have_text("Talking", timeout=LONG)
    await both_hear(person, desk)
    await found.get_by_role("button", name="Hang up").click()
    await desk.wait_ended()
    await house.last_record(outcome="answered", caller_number="102", dialled=DESK)


async def test_a_reload_in_a_conference(sign_in: SignIn, phones: Phones) -> None:
    """The others talk on meanwhile, and the person comes back among them."""
    person = await sign_in()
    desk, third = await phones.add(DESK, THIRD)
    found = await call(person, desk)
    await call_in(person, found, THIRD)
    await third.wait_ringing()
    await third.answer()
    await third.send_tone(600)
    await desk.send_tone(0)
    await person.hears(600)
    person.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await person.page.reload()
    await desk.wait_hears(600, third)
    await person.hears(600, seconds=40)
    await expect(person.page.get_by_text("In this conference")).to_be_visible()
    await third.send_tone(0)
    await desk.wait_hears(900, -20.0, within_db=8.0, timeout=30)


async def test_a_reload_with_another_call_on_hold(sign_in: SignIn, phones: Phones) -> None:
    """Of two calls the one on hold still is, with music all the time; the other goes on."""
    person = await sign_in()
    first, second = await phones.add(DESK, THIRD)
    waiting = await call(person, first)
    talking = await call(person, second, THIRD, 500)
    await hears_music(first)
    person.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await person.page.reload()
    await expect(talking.get_by_role("status")).to_have_text("Talking", timeout=LONG)
    await both_hear(person, second, 500)
    await expect(waiting.get_by_role("status")).to_have_text("On hold", timeout=LONG)
    await hears_music(first)
    await waiting.get_by_role("button", name="Resume").click()
    await both_hear(person, first)
    await hears_music(second)
    await expect(talking.get_by_role("status")).to_have_text("On hold")


async def test_a_crash_and_a_new_window(sign_in: SignIn, phones: Phones) -> None:
    """The page is gone without a word; the person hears music at the other side, and opens the phone anew."""
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    await call(person, desk)
    await person.page.close(run_before_unload=False)
    await person.renew("/")
    found = person.page.get_by_text("Talking")
    await expect(found).to_be_visible(timeout=LONG)
    await both_hear(person, desk)


async def test_a_lost_websocket(sign_in: SignIn, phones: Phones) -> None:
    """The talk goes on meanwhile, and can be ended by either side afterwards."""
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    found = await call(person, desk)
    await person.page.evaluate("ears.socket.close()")
    await both_hear(person, desk)
    await person.ready()
    await expect(found.get_by_role("status")).to_have_text("Talking", timeout=LONG)
    await desk.hangup()
    await expect(person.page.get_by_role("button", name="Hang up")).to_have_count(0, timeout=LONG)


async def test_a_restart_of_the_web(sign_in: SignIn, phones: Phones, house: House) -> None:
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    found = await call(person, desk)
    house.running.child("daphne").kill()
    await both_hear(person, desk)
    await person.ready()
    await expect(found.get_by_role("status")).to_have_text("Talking", timeout=LONG)
    await both_hear(person, desk)
    await found.get_by_role("button", name="Hang up").click()
    await desk.wait_ended()


async def test_a_new_password(sign_in: SignIn, visitors: Visitors, phones: Phones, house: House) -> None:
    """The session gets another key and its sockets end, yet the call goes on and the next one rings; another
    browser is out."""
    who = await visitors.newcomer()
    made = await house.admin.post("extensions/", number="158", name="Nina Nieuw", user=who.id)
    try:
        await house.settled()
        person = await sign_in(login=(who.email, who.password))
        other = (await sign_in(login=(who.email, who.password), path="/")).page
        (desk,) = await phones.add(DESK)
        await call(person, desk)
        page = person.page
        await page.evaluate("ears.socket.old = true")
        await page.get_by_role("button", name="Menu of Nina Nieuw").click()
        await page.get_by_role("menuitem", name="Settings").click()
        await page.get_by_role("link", name="Security").click()
        await page.get_by_label("Current password").fill(who.password)
        await page.get_by_label("New password").fill(f"{who.password}-too")
        await page.get_by_role("button", name="Change the password").click()
        await expect(other.get_by_role("heading", name="Sign in")).to_be_visible(timeout=LONG)
        await eventually(
            lambda: page.evaluate("!ears.socket.old && ears.registered"), 30, "the phone is back"
        )
        await both_hear(person, desk)
        await page.get_by_role("button", name="Hang up").click()
        await desk.wait_ended()
        await desk.call("158")
        await expect(page.get_by_role("alertdialog")).to_be_visible(timeout=LONG)
        await desk.hangup()
    finally:
        await house.admin.wants(204, "DELETE", f"extensions/{made['id']}/")


async def test_nobody_comes_back(sign_in: SignIn, phones: Phones) -> None:
    """The other side is not held for ever."""
    person = await sign_in()
    (desk,) = await phones.add(DESK)
    await call(person, desk)
    await person.page.close(run_before_unload=False)
    await desk.wait_ended(60)
