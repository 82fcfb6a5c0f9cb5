"""Statuses in Chromium: picked with an end; planned by mouse, keyboard and form; active at their second, live
for a colleague."""

import datetime
import re
import zoneinfo
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.looks import blameless
from tests.operations.house import House
from tests.running import eventually

pytestmark = pytest.mark.timeout(300)

USUAL = {"status": None, "note": "", "until": None}
ZONE = zoneinfo.ZoneInfo("Europe/Amsterdam")
NOW = datetime.datetime.now(ZONE)
MONDAY = NOW.date() + datetime.timedelta(days=7 - NOW.weekday())  # of next week


async def ask(page: Page, path: str, method: str = "GET", body: Any = None) -> Any:
    """The API, as the page's own session."""
    return await page.evaluate(
        """async ([path, method, body]) => {
          const token = document.cookie.match(/centrale_csrf=([^;]*)/)?.[1] ?? "";
          const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
          const sent = body ? { body: JSON.stringify(body) } : {};
          const answer = await fetch(`/api/v1/${path}`, { method, headers, ...sent });
          return answer.status === 204 ? null : answer.json();
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
    await page.get_by_label("Until: day").fill("3/11/2020")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Until: hours")).to_have_value("17")  # the end of that day
    await page.get_by_role("button", name="Set status").click()
    await expect(page.get_by_text("Choose a moment to come.")).to_be_visible()
    # The calendar that opens belongs to the panel, which stays.
    await page.get_by_label("Until: day").click()
    await page.get_by_role("button", name="20 November 2020").click()
    await expect(page.get_by_label("Until: day")).to_have_value("20/11/2020")
    await page.get_by_role("button", name="In an hour").click()
    await expect(page.get_by_text("Choose a moment to come.")).to_be_hidden()
    await blameless(page)
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


async def test_a_status_ends_by_itself(sign_in: SignIn, house: House) -> None:
    """On the screen too, with nothing clicked."""
    page = (await sign_in(path="/")).page
    await expect(page.get_by_role("button", name=re.compile("^Status:"))).to_be_visible()
    key, name = await unusual(page)
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=8)
    change = {"status": key, "note": "", "until": until.isoformat()}
    await ask(page, f"extensions/{await house.id('102')}/state/", "PATCH", change)
    await expect(page.get_by_role("button", name=f"Status: {name}")).to_be_visible()
    await expect(page.get_by_role("button", name="Status: Available")).to_be_visible(timeout=60_000)
    assert datetime.datetime.now(datetime.UTC) >= until


def day(number: int) -> datetime.date:
    """A day of next week, 0 is Monday."""
    return MONDAY + datetime.timedelta(days=number)


def slot(page: Page, number: int, time: str) -> Locator:
    """The empty half hour from `time` on a day of next week."""
    return page.get_by_role(
        "button", name=re.compile(f"^{day(number):%a} {day(number).day} [^,]*, {time} –.*: plan$")
    )


def drawn(page: Page, title: str) -> Locator:
    """The first occurrence with that title in the calendar."""
    return page.locator("[data-event-id]", has_text=title).first


async def planned(page: Page, title: str) -> list[str]:
    """When the server has it in the next weeks, as "2 09:00-10:30": days from next Monday, wall clock."""
    span = [
        datetime.datetime.combine(day(number), datetime.time(), ZONE).astimezone(datetime.UTC)
        for number in (0, 21)
    ]
    begin, end = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in span)
    found = []
    for event in await ask(page, f"status-plans/expand/?begin={begin}&end={end}"):
        starts, ends = (
            datetime.datetime.fromisoformat(event[key]).astimezone(ZONE) for key in ("starts", "ends")
        )
        if event["title"] == title:
            found.append(f"{(starts.date() - MONDAY).days} {starts:%H:%M}-{ends:%H:%M}")
    return found


async def becomes(page: Page, title: str, *wanted: str) -> None:
    async def so() -> bool:
        return await planned(page, title) == list(wanted)

    await eventually(so, 20, f"{title} is planned at {wanted}")


async def drag(
    page: Page, start: Locator, at: tuple[float, float], to: Locator, end: tuple[float, float]
) -> None:
    """Press at a place in one thing, let go at a place in another one."""
    boxes = [await each.bounding_box() for each in (start, to)]
    assert boxes[0] is not None and boxes[1] is not None
    x, y = boxes[1]["x"] + end[0], boxes[1]["y"] + end[1]
    await page.mouse.move(boxes[0]["x"] + at[0], boxes[0]["y"] + at[1])
    await page.mouse.down()
    await page.mouse.move((boxes[0]["x"] + x) / 2, (boxes[0]["y"] + y) / 2, steps=6)
    await page.mouse.move(x, y, steps=6)
    await page.mouse.up()


async def undo(page: Page) -> None:
    await page.get_by_role("button", name="Undo").last.click()
    await expect(page.get_by_role("button", name="Undo")).to_have_count(0)


@pytest.fixture
async def empty(house: House) -> AsyncIterator[None]:
    """Nothing is planned, before and after."""

    async def clear() -> None:
        user = house.person("user")
        for plan in (await user.get("status-plans/?page_size=200"))["results"]:
            await user.wants(204, "DELETE", f"status-plans/{plan['id']}/")

    await clear()
    yield
    await clear()


async def test_week_by_mouse_and_by_keyboard(sign_in: SignIn, empty: None) -> None:
    """Drawn, moved, made longer, undone; the same without a mouse; the month."""
    page = (await sign_in(path="/calendar")).page
    dialog = page.get_by_role("dialog")
    await page.get_by_role("button", name="Next").click()
    await expect(slot(page, 1, "08:00")).to_be_in_viewport()
    await drag(page, slot(page, 1, "09:00"), (50, 5), slot(page, 1, "10:30"), (50, 15))
    await dialog.get_by_label("Name in the calendar").fill("Workshop")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    await becomes(page, "Workshop", "1 09:00-11:00")

    workshop = drawn(page, "Workshop")

    async def back_at_nine() -> None:
        """Undone at the server and on the screen, from where the next step begins."""
        await undo(page)
        await becomes(page, "Workshop", "1 09:00-11:00")
        await expect(workshop).to_contain_text(f"{day(1):%A} {day(1).day} {day(1):%B}, 09:00 – 11:00")

    await drag(page, workshop, (40, 40), slot(page, 3, "13:00"), (40, 5))
    await becomes(page, "Workshop", "3 13:00-15:00")
    await back_at_nine()
    await workshop.hover()  # its edges show
    box = await workshop.bounding_box()
    assert box is not None
    x, y = box["x"] + 30, box["y"] + box["height"] - 3
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x, y + 30, steps=4)
    await page.mouse.move(x, y + 39, steps=3)
    await page.mouse.up()
    await becomes(page, "Workshop", "1 09:00-11:45")
    await back_at_nine()

    await workshop.focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        await page.keyboard.press(key)
    said = f"{day(2):%A} {day(2).day} {day(2):%B}, 09:15 – 11:30"
    await expect(page.get_by_role("status").filter(has_text=said)).to_be_attached()
    await page.keyboard.press("Escape")
    await expect(workshop).to_contain_text("09:00 – 11:00")
    await expect(workshop).to_be_focused()
    for key in ("Space", "ArrowRight", "ArrowUp", "Enter"):
        await page.keyboard.press(key)
    await becomes(page, "Workshop", "2 08:45-10:45")
    await expect(workshop).to_be_focused()
    await back_at_nine()
    await blameless(page)

    await page.get_by_text("Month", exact=True).click()
    await expect(page.get_by_role("radio", name="Month")).to_be_checked()
    await workshop.focus()
    for key in ("Space", "ArrowDown", "ArrowRight", "Enter"):
        await page.keyboard.press(key)
    await becomes(page, "Workshop", "9 09:00-11:00")
    await blameless(page)
    await workshop.press("Enter")
    await dialog.get_by_role("button", name="Remove").click()
    await becomes(page, "Workshop")
    removed = page.get_by_role("alert").filter(has_text="Removed from your calendar")
    await removed.get_by_role("button", name="Undo").click()
    await becomes(page, "Workshop", "9 09:00-11:00")


async def test_repeated_plan_by_the_form(sign_in: SignIn, empty: None) -> None:
    """What is wrong is said at its field; a rule in words; one, the following ones, all; whole days."""
    page = (await sign_in(path="/calendar")).page
    dialog = page.get_by_role("dialog")
    save = dialog.get_by_role("button", name="Save")
    await page.get_by_role("button", name="Next").click()
    await slot(page, 0, "09:00").click()
    await expect(dialog.get_by_label("From: day")).to_have_value(f"{day(0):%d/%m/%Y}")
    await dialog.get_by_label("Until: hours").fill("08")
    await save.click()
    await expect(dialog.get_by_text("The end comes before the beginning.")).to_be_visible()
    await dialog.get_by_label("Until: hours").fill("10")
    await dialog.get_by_label("From: day").click()
    await expect(page.get_by_role("button", name="Next month")).to_be_visible()
    await blameless(page)
    await dialog.get_by_label("From: day").fill("3/11/2020")
    await save.click()
    await expect(dialog.get_by_text("Give a moment in the future.")).to_be_visible()
    await blameless(page)
    await dialog.get_by_label("From: day").fill(f"{day(0):%d/%m/%Y}")
    await dialog.get_by_label("Name in the calendar").fill("Course")
    await dialog.get_by_label("Repeats").select_option("MONTHLY")
    await dialog.get_by_label("On", exact=True).select_option("weekday")
    await dialog.get_by_label("Which one of the month").select_option("-1")
    await expect(dialog.get_by_text("Happens every month on the last Monday.")).to_be_visible()
    await dialog.get_by_label("Repeats").select_option("WEEKLY")
    await dialog.get_by_text("Wed", exact=True).click()
    await dialog.get_by_label("Stops").select_option("count")
    await dialog.get_by_label("Times").fill("5")
    await expect(dialog.get_by_text("Happens every week on Monday and Wednesday, 5 times.")).to_be_visible()
    await blameless(page)
    await save.click()
    await expect(dialog).to_be_hidden()
    whole = ("0 09:00-10:00", "2 09:00-10:00", "7 09:00-10:00", "9 09:00-10:00", "14 09:00-10:00")
    await becomes(page, "Course", *whole)

    course = page.locator("[data-event-id]", has_text="Course")
    await course.first.click()
    await expect(dialog.get_by_text("Course: every week on Monday and Wednesday, 5 times")).to_be_visible()
    await dialog.get_by_label("Until: minutes").fill("30")
    await save.click()
    await becomes(page, "Course", "0 09:00-10:30", *whole[1:])
    await undo(page)
    await becomes(page, "Course", *whole)
    await course.last.click()
    await dialog.get_by_text("This and following").click()
    await dialog.get_by_label("From: hours").fill("13")
    await save.click()
    await becomes(page, "Course", whole[0], *(each.replace("09:00-10", "13:00-14") for each in whole[1:]))
    await undo(page)
    await becomes(page, "Course", *whole)
    await course.last.click()
    await dialog.get_by_text("All", exact=True).click()
    await dialog.get_by_label("All day").check()
    await save.click()
    await becomes(page, "Course", *(f"{each.split()[0]} 00:00-00:00" for each in whole))
    await undo(page)
    await becomes(page, "Course", *whole)
    await course.last.click()
    await dialog.get_by_text("This and following").click()
    await dialog.get_by_role("button", name="Remove this and following").click()
    await becomes(page, "Course", whole[0])
    await undo(page)
    await becomes(page, "Course", *whole)
    await slot(page, 1, "09:00").click()
    await dialog.get_by_label("From: day").fill(f"{day(2):%d/%m/%Y}")
    await expect(dialog.get_by_text("Also planned then: Course (09:00 – 10:00).")).to_be_visible()


async def test_plan_becomes_active_at_its_second_for_a_colleague(sign_in: SignIn, empty: None) -> None:
    """The top bar shows it without a reload, and so does the colleague's list of contacts."""
    person = await sign_in(path="/calendar")
    page = person.page
    key, name = await unusual(page)
    me = await ask(page, "me/")
    extension = me["extensions"][0]
    colleague = (await sign_in("supervisor", path="/contacts?show=internal")).page
    row = colleague.get_by_role("listitem").filter(has_text=extension["number"])
    await ask(page, f"extensions/{extension['id']}/state/", "PATCH", USUAL)
    await expect(page.get_by_role("button", name=f"Status: {name}")).to_be_hidden()
    await expect(row).to_be_visible()
    await expect(row).not_to_contain_text(name)
    soon = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=6)).replace(microsecond=0)
    body = {
        "extension": extension["id"],
        "status": key,
        "title": "Soon",
        "starts": soon.isoformat(),
        "ends": (soon + datetime.timedelta(hours=1)).isoformat(),
    }
    await ask(page, "status-plans/", "POST", body)
    await expect(row).to_contain_text(name, timeout=30_000)
    await expect(page.get_by_role("button", name=f"Status: {name}")).to_be_visible()
    state = await ask(page, f"extensions/{extension['id']}/state/")
    assert 0 <= state["changed_at"] - soon.timestamp() < 1.5
    await ask(page, f"extensions/{extension['id']}/state/", "PATCH", USUAL)


async def test_phone_in_dutch(sign_in: SignIn, empty: None) -> None:
    """A list and a day, and the form over the whole screen."""
    page = (await sign_in(path="/calendar", width=390, scheme="dark", language="nl")).page
    me = await ask(page, "me/")
    body = {
        "extension": me["extensions"][0]["id"],
        "title": "Cursus",
        "starts": datetime.datetime.combine(day(0), datetime.time(9), ZONE).isoformat(),
        "ends": datetime.datetime.combine(day(0), datetime.time(10), ZONE).isoformat(),
        "rule": "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4",
    }
    await ask(page, "status-plans/", "POST", body)
    await ask(page, "me/", "PATCH", {"language": "nl"})
    await page.reload()
    if day(0).month != NOW.month:
        await page.get_by_role("button", name=re.compile("Volgende|Next")).click()
    row = page.get_by_role("button", name=re.compile("Cursus")).first
    await expect(row).to_contain_text(re.compile("elke week op maandag en woensdag, 4 keer"))
    await blameless(page)
    await row.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Allemaal", exact=True).click()
    await expect(dialog.get_by_label("Van: dag")).to_have_value(f"{day(0):%d-%m-%Y}")
    await blameless(page)
    await dialog.get_by_role("button", name="Sluiten").click()
    await page.get_by_text("Dag", exact=True).click()
    await expect(page.get_by_role("heading", level=2)).to_be_visible()
    await blameless(page)
    await ask(page, "me/", "PATCH", {"language": me["language"]})
