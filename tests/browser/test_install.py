"""What makes the client an application of the system: installed, without a server, tel: links, a new version,
notifications. And what it asks for: nothing of other hosts, nothing that its own policy forbids."""

import asyncio
import contextlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Worker, expect

from tests.browser.away import door
from tests.browser.conftest import SignIn
from tests.browser.extended import profile
from tests.browser.leaving import leave_message
from tests.browser.person import EARS, session_of
from tests.operations.harness import ROOT
from tests.operations.house import House, Phones
from tests.running import eventually
from tests.services.push_service import push_service

DESK = "101"
SLOW = 30_000
HOSTILE = (
    "tel:javascript:alert(1)",
    'tel:"><img src=x onerror=alert(1)>',
    "tel:" + "1" * 5000,
    "tel:%00%0d%0aX-A: b",
    "tel:112;phone-context=evil.example",
    "//evil.example/",
    '{"a":1}',
)
# What a page cannot be told in a driven browser: that another window is before it.
HIDDEN_PAGE = """() => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
HIDDEN_WORKER = "Object.defineProperty(WindowClient.prototype, 'visibilityState', { get: () => 'hidden' })"
SHOWN = """async () => (await registration.getNotifications()).map(
  ({ title, body, tag, actions }) => ({ title, body, tag, actions: actions.map(({ action }) => action) })
)"""
WAITING = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/app/");
  await registration.update();
  return registration.waiting !== null;
}"""
SUBSCRIBE = """async (body) => {
  const token = (await cookieStore.get("centrale_csrf")).value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  return (await fetch("/api/v1/push/", { method: "POST", body: JSON.stringify(body), headers })).status;
}"""
CHOOSE = """async (action) => {
  const [found] = await registration.getNotifications();
  found.close();
  await chosen(action, found.data).catch(() => undefined);
}"""


async def come_in(context: BrowserContext, house: House, root: str, role: str = "user") -> Page:
    (user,) = (each for each in house.demo["users"] if each["role"] == role)
    cookies = await asyncio.to_thread(session_of, house.root, user["email"], user["password"])
    await context.add_cookies([{**each, "url": root} for each in cookies])  # type: ignore[list-item]
    page = await context.new_page()
    await page.add_init_script(EARS.replace("TONE_HZ", "900"))
    await page.goto(f"{root}/app/phone")
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


async def ready(page: Page) -> None:
    await eventually(lambda: page.evaluate("ears.registered"), 30, "the browser is registered")


async def test_it_can_be_installed_and_opens_without_a_server(house: House, tmp_path: Path) -> None:
    async with profile(tmp_path) as context, door(house.root) as server:
        page = await come_in(context, house, server.root)
        wire = await context.new_cdp_session(page)
        manifest = await wire.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert (await wire.send("Page.getInstallabilityErrors"))["installabilityErrors"] == []
        (link,) = json.loads(manifest["data"])["protocol_handlers"]
        field = page.get_by_label("Name or number")
        await page.goto(server.root + link["url"].replace("%s", quote("tel:+31-20-123 45 67", safe="")))
        await expect(field).to_have_value("+31201234567", timeout=SLOW)
        await expect(field).to_be_focused()
        for text in HOSTILE:
            await page.goto(server.root + link["url"].replace("%s", quote(text, safe="")))
            await expect(field).to_be_visible(timeout=SLOW)
            assert len(await field.input_value()) <= 64
            await expect(page.get_by_role("button", name="Hang up")).to_have_count(0)
            assert urlsplit(page.url).netloc == urlsplit(server.root).netloc
        await server.close()
        await page.goto(f"{server.root}/app/history")
        await expect(page.get_by_role("heading", name="The server cannot be reached")).to_be_visible(
            timeout=SLOW
        )
        await server.open()
        await expect(page.get_by_role("heading", name="History")).to_be_visible(timeout=SLOW)


async def test_a_new_version_waits_for_the_end_of_calls(house: House, phones: Phones, tmp_path: Path) -> None:
    script = ROOT / "build" / "client" / "sw.js"
    old = script.read_text()
    async with profile(tmp_path) as context:
        page = await come_in(context, house, house.root)
        await page.reload()  # from now on a worker has the page
        await ready(page)
        (desk,) = await phones.add(DESK)
        await page.get_by_label("Name or number").fill(DESK)
        await page.keyboard.press("Enter")
        await desk.wait_ringing()
        await desk.answer()
        state = page.get_by_role("region", name="Reception").get_by_role("status")
        await expect(state).to_have_text("Talking", timeout=SLOW)
        await page.evaluate("window.same = true")
        try:
            script.write_text(old + "\n// A newer one.\n")
            await eventually(lambda: page.evaluate(WAITING), 30, "the new version waits")
        finally:
            script.write_text(old)
        offer = page.get_by_role("button", name="Load it now")
        await expect(offer).to_have_count(0)
        await page.get_by_role("button", name="Hang up").click()
        await desk.wait_ended()
        await offer.click(timeout=SLOW)
        await eventually(lambda: gone(page), 30, "the page is loaded again")


async def gone(page: Page) -> bool:
    """The page is another one than that which was marked."""
    with contextlib.suppress(Exception):
        return not await page.evaluate("window.same ?? false")
    return False


async def notified(worker: Worker, *titles: str) -> list[dict[str, Any]]:
    """Until exactly these notifications are shown."""

    async def there() -> Any:
        found = await worker.evaluate(SHOWN)
        return [found] if [each["title"] for each in found] == list(titles) else None

    (found,) = await eventually(there, 20, f"notifications {titles}")
    return list(found)


async def test_the_system_tells_of_calls(house: House, phones: Phones, tmp_path: Path) -> None:
    """Answered, declined and missed, and a message left, while another window is in front."""
    async with profile(tmp_path) as context:
        page = await come_in(context, house, house.root)
        await ready(page)
        (worker,) = context.service_workers
        (desk,) = await phones.add(DESK)
        number = str((await house.person("user").get("me/"))["extensions"][0]["number"])
        await desk.call(number)
        await expect(page.get_by_role("alertdialog")).to_be_visible(timeout=SLOW)
        await notified(worker)  # none: somebody looks
        await worker.evaluate(HIDDEN_WORKER)
        await page.evaluate(HIDDEN_PAGE)
        (shown,) = await notified(worker, "Reception")
        assert shown["actions"] == ["answer", "decline"]
        await worker.evaluate(CHOOSE, "answer")
        await desk.wait_established()
        await desk.hangup()
        await expect(page.get_by_role("button", name="Hang up")).to_have_count(0, timeout=SLOW)
        await notified(worker)
        await desk.call(number)
        await notified(worker, "Reception")
        await worker.evaluate(CHOOSE, "decline")
        await desk.wait_established()  # by the mailbox
        await desk.hangup()
        await desk.call(number)
        await notified(worker, "Reception")
        await desk.hangup()
        (missed,) = await notified(worker, "Missed call")
        assert missed["body"] == "Agent"  # as the history names that number
        await worker.evaluate(CHOOSE, "")
        await expect(page.get_by_role("heading", name="History")).to_be_visible(timeout=SLOW)
        link = page.get_by_role("link", name=re.compile("^Voicemail"))
        known = int(re.sub(r"\D", "", await link.inner_text()) or 0)
        await leave_message(house, desk, number, 700.0)
        await notified(worker, f"{known + 1} new voicemail message{'s' if known else ''}")
        await expect(link).to_contain_text(str(known + 1), timeout=SLOW)
        await worker.evaluate(CHOOSE, "")
        await expect(page.get_by_role("heading", name="Voicemail")).to_be_visible(timeout=SLOW)
        await expect(page.get_by_role("listitem").filter(has_text="new").first).to_be_visible(timeout=SLOW)
        user = house.person("user")
        for message in (await user.get("voicemail/"))["results"]:
            await user.wants(204, "DELETE", f"voicemail/{message['id']}/")


async def deliver(context: BrowserContext, page: Page, root: str, message: dict[str, Any]) -> None:
    """Hand the message to the service worker, as the browser does after it was decrypted."""
    wire = await context.new_cdp_session(page)
    known: list[dict[str, Any]] = []
    wire.on("ServiceWorker.workerRegistrationUpdated", lambda event: known.extend(event["registrations"]))
    await wire.send("ServiceWorker.enable")
    await eventually(lambda: known, 10, "a registration")
    data = {"origin": root, "registrationId": known[0]["registrationId"], "data": json.dumps(message)}
    await wire.send("ServiceWorker.deliverPushMessage", data)


async def test_a_push_calls_a_closed_browser(house: House, phones: Phones, tmp_path: Path) -> None:
    """No page is open; the push service gets a message that only this browser can read, and the application
    that is opened then is rung."""
    number = str((await house.person("user").get("me/"))["extensions"][0]["number"])
    with push_service() as service:
        async with profile(tmp_path) as context:
            page = await come_in(context, house, house.root)
            assert await page.evaluate(SUBSCRIBE, service.subscription()) == 204
            await page.goto(f"{house.root}/healthz")
            caller, desk = await phones.add(DESK, number)
            await caller.call(number)
            await desk.wait_ringing()
            await eventually(lambda: service.received, 20, "a message for the browser")
            message = service.received[0].message
            assert message["title"] == "Reception"
            await deliver(context, page, house.root, message)
            (worker,) = context.service_workers
            await notified(worker, "Reception")
            await page.goto(house.root + message["data"]["path"])
            answer = page.get_by_role("alertdialog").get_by_role("button", name="Answer")
            await answer.click(timeout=SLOW)
            await caller.wait_established()
            await caller.hangup()
            await caller.wait_ended()


async def test_nothing_of_others_and_nothing_forbidden(sign_in: SignIn, house: House) -> None:
    """All screens: every request goes to our own host, and no policy was broken."""
    person = await sign_in("admin", "/")
    hosts: set[str] = set()
    broken: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Permissions-Policy" in message.text:
            broken.append(f"{person.page.url}: {message.text}")

    person.context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    person.page.on("console", heard)
    person.page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).netloc))
    for screen in (
        *("/", "/phone", "/contacts", "/history", "/voicemail", "/recordings", "/calendar", "/profile"),
        *("/settings", "/sign-in", "/forgotten"),
    ):
        await person.open(screen)
        await expect(person.page.get_by_role("heading", level=1).first).to_be_visible(timeout=SLOW)
        await person.page.wait_for_load_state("networkidle")
    for path in ("/admin/", "/admin/extensions/extension/", "/calls/", "/sign-in/", "/api/v1/docs/"):
        await person.page.goto(house.root + path, wait_until="networkidle")
    assert {host for host in hosts if host} == {urlsplit(house.root).netloc}
    assert broken == []
