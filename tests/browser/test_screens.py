"""Every screen, in four looks and both languages, with the data of an office at work and real desk phones.

Which screens there are is read from the routes of the client: one that nobody looks at fails."""

import re
from typing import Any

import pyotp
import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import SignIn
from tests.browser.furnished import CUSTOMER, FRIEND, Words, furnished, speaking
from tests.browser.looking import CLIENT, Language, faults_of, said
from tests.browser.person import Person
from tests.browser.visitors import Newcomer, Visitors
from tests.operations.house import House, Phones
from tests.phones.pjsua import Pjsua

pytestmark = pytest.mark.timeout(600)
MINE, DESK, THIRD = "102", "101", "103"
RECEPTION, SALES = "Reception", "Sales 2"  # their names


def addresses() -> set[str]:
    """Patterns of the addresses of all screens, as the routes have them: "contacts", "settings/sound"."""
    sources = (CLIENT / "src").glob("*/routes.ts*")
    paths = {path for file in sources for path in re.findall(r'path: "([^"]+)"', file.read_text())}
    parts = re.findall(r'code: "(\w+)"', (CLIENT / "src" / "settings" / "SettingsPage.tsx").read_text())
    settings = {f"settings/{part}" for part in parts}
    assert "settings/{-$part}" in paths and settings
    return {path.strip("/") for path in paths if "{" not in path} | settings


class Tour:
    """One browser going over the screens in one language."""

    def __init__(self, root: str, page: Page, language: Language) -> None:
        self.root, self.page, self.language = root, page, language
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def t(self, key: str, **values: Any) -> str:
        return said(self.language, key, **values)

    async def look(self, name: str) -> None:
        """At what is on the screen now."""
        path = self.page.url.split("/app")[1].split("?")[0].strip("/")
        pattern = re.sub(r"^(activate|reset)/.*", r"\1/$key", path)
        self.seen.add(pattern)
        self.faults += await faults_of(self.page, name, self.language)

    def button(self, key: str, inside: Locator | None = None, **values: Any) -> Locator:
        return (inside or self.page).get_by_role("button", name=self.t(key, **values), exact=True)

    async def go(self, path: str, title: str = "") -> None:
        """By address, until the screen is there."""
        await self.page.goto(f"{self.root}/app{path}")
        await expect(self.page.get_by_role("heading", level=1)).to_contain_text(title)


@pytest.mark.parametrize("language", ["en", "nl"])
async def test_every_screen(
    language: Language,
    house: House,
    sign_in: SignIn,
    phones: Phones,
    visitors: Visitors,
) -> None:
    async with speaking(house, language), furnished(house, language) as written:
        person = await sign_in(path="/phone", language=language)
        tour = Tour(house.root, person.page, language)
        await the_phone(tour, person, phones)
        await around_the_call(tour, written)
        await of_oneself(tour)
    way_in = Tour(house.root, await visitors.page(language=language), language)
    await the_way_in(way_in, await visitors.newcomer(language=language))
    faults = tour.faults + way_in.faults
    assert not faults, "\n".join(faults)
    assert addresses() <= tour.seen | way_in.seen


async def the_phone(tour: Tour, person: Person, phones: Phones) -> None:
    """Idle, and in everything that a call can be."""
    page = tour.page
    await person.ready()
    await tour.look("phone")
    await page.get_by_label(tour.t("phone:dial.label")).fill("Sa")
    await expect(page.get_by_role("option").filter(has_text=FRIEND)).to_be_visible()
    await tour.look("search")
    await page.get_by_label(tour.t("phone:dial.label")).fill("")
    desk, third = await phones.add(DESK, THIRD)
    await desk.call(MINE)
    await expect(
        page.get_by_role("alertdialog", name=tour.t("phone:incoming.title", who=RECEPTION))
    ).to_be_visible()
    await tour.look("incoming")
    await tour.button("phone:incoming.answer").click()
    await desk.wait_established()
    await desk.send_tone(500)
    card = page.get_by_role("region", name=RECEPTION)
    await in_a_call(tour, card, third)
    await desk.hangup()
    await expect(tour.button("phone:action.hangUp")).to_have_count(0)


async def in_a_call(tour: Tour, card: Locator, third: Pjsua) -> None:
    page, hang_up = tour.page, "phone:action.hangUp"
    await expect(card.get_by_role("status")).to_have_text(tour.t("phone:state.talking"))
    await expect(
        page.get_by_role("button", name=re.compile(tour.t("phone:quality.label", words="")))
    ).to_be_visible()
    await tour.look("call")
    await tour.button("phone:action.keypad", card).click()
    await tour.look("keypad")
    await tour.button("phone:action.keypad", card).click()
    await page.evaluate("scrollTo(0, 0)")
    await tour.button("phone:action.transfer", card).click()
    await expect(page.get_by_role("dialog").get_by_text(SALES)).to_be_visible()
    await tour.look("transfer")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await third.call(MINE)
    await tour.button("phone:incoming.answerHold").click()
    await third.wait_established()
    await expect(card.get_by_role("status")).to_have_text(tour.t("phone:state.held"))
    await tour.look("two-calls")
    await tour.button(hang_up, page.get_by_role("region", name=SALES)).click()
    await third.wait_ended()
    await tour.button("phone:action.resume", card).click()
    await tour.button("phone:action.add", card).click()
    await page.get_by_role("dialog").get_by_label(tour.t("phone:transfer.search")).fill(THIRD)
    await tour.button("phone:add.do", page.get_by_role("dialog")).first.click()
    await third.wait_ringing()
    await third.answer()
    await expect(tour.button("phone:participants.remove", who=SALES)).to_be_visible()
    await tour.look("conference")
    await third.hangup()


async def around_the_call(tour: Tour, written: Words) -> None:
    """Start, contacts, history, voicemail, recordings, calendar."""
    page = tour.page
    await tour.go("/")
    await tour.look("start")
    await tour.go("/contacts")
    await expect(page.get_by_role("listitem").first).to_be_visible()
    await tour.look("contacts")
    await opened(tour, CUSTOMER)
    await expect(page.get_by_role("dialog").get_by_text(written.about)).to_be_visible()
    await tour.look("contact")
    await tour.go("/contacts?show=personal")
    await opened(tour, FRIEND)
    await tour.button("contacts:editButton").click()
    await expect(page.get_by_role("dialog", name=tour.t("contacts:edit"))).to_be_visible()
    await tour.look("contact-form")
    await tour.go("/history")
    await expect(page.get_by_role("listitem").first).to_be_visible()
    await tour.look("history")
    await page.get_by_role("listitem").filter(has_text="Warehouse").first.locator("[data-main]").click()
    await expect(page.get_by_role("dialog").get_by_text(written.note).first).to_be_visible()
    await tour.look("history-call")
    for screen in ("voicemail", "recordings"):
        await tour.go(f"/{screen}")
        await page.get_by_role("listitem").first.locator("[data-main]").click()
        await expect(page.get_by_role("slider").first).to_be_visible()
        await tour.look(screen)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await tour.go("/calendar")
    await tour.button("calendar:view.next").click()
    await expect(page.get_by_text(written.plan).first).to_be_visible()
    await tour.look("calendar")


async def opened(tour: Tour, name: str) -> None:
    """The card of a contact in the list."""
    await tour.page.get_by_role("listitem").filter(has_text=name).locator("[data-main]").click()


async def of_oneself(tour: Tour) -> None:
    """Status, profile, settings, shortcuts; and what is not there."""
    page = tour.page
    await tour.go("/profile")
    await tour.look("profile")
    for address in sorted(addresses()):
        if address.startswith("settings/"):
            await tour.go(f"/{address}")
            await tour.look(address.replace("/", "-"))
    await tour.go("/")
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await tour.look("shortcuts")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.get_by_role("button", name=re.compile("^Status:")).click()
    await expect(tour.button("status:set")).to_be_visible()
    await tour.look("status")
    await tour.go("/nowhere", tour.t("shell:notFound"))
    await tour.look("not-found")


async def the_way_in(tour: Tour, who: Newcomer) -> None:
    """Signing in, with what comes before and after."""
    page = tour.page
    for name, path in (("sign-in", "/sign-in"), ("forgotten", "/forgotten"), ("link-gone", "/reset/old")):
        await tour.go(path)
        await tour.look(name)
    await tour.go("/activate/old", tour.t("signin:link.gone"))
    await tour.look("link-gone")
    await tour.go("/sign-in?next=/settings/security")
    await password(tour, who)
    await expect(page.get_by_role("checkbox").first).to_be_visible()
    await tour.look("policies")
    for box in await page.get_by_role("checkbox").all():
        await box.check()
    await tour.button("signin:policies.submit").click()
    await with_an_app(tour, who)


async def password(tour: Tour, who: Newcomer) -> None:
    await tour.page.get_by_label(tour.t("signin:email")).fill(who.email)
    await tour.page.get_by_label(tour.t("signin:password"), exact=True).fill(who.password)
    await tour.page.keyboard.press("Enter")


async def with_an_app(tour: Tour, who: Newcomer) -> None:
    """Setting up an authenticator, then its code at the next sign-in."""
    page = tour.page
    await tour.button("settings:factor.do.totp").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label(tour.t("settings:factor.password")).fill(who.password)
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_alt_text(tour.t("signin:enrol.qr"))).to_be_visible()
    await tour.look("authenticator")
    secret = (await dialog.locator("code").inner_text()).replace(" ", "")
    await dialog.get_by_label(tour.t("signin:enrol.code")).fill(pyotp.TOTP(secret).now())
    await expect(dialog.get_by_role("listitem")).to_have_count(10)
    await tour.look("recovery-codes")
    await tour.button("signin:recovery.kept").click()
    await page.context.clear_cookies()
    await tour.go("/sign-in")
    await password(tour, who)
    await expect(page.get_by_label(tour.t("signin:second.label.totp"))).to_be_visible()
    await tour.look("second-factor")
