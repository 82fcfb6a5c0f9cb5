"""The extension in a real Chromium: numbers on a page become links; a click opens the phone with it."""

import asyncio
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.browser.person import session_of
from tests.operations.house import House
from tests.phones.browser import CHROMIUM, FLAGS

EXTENSION = Path(__file__).parents[2] / "webapp" / "extension"
TEXT = b"""<!doctype html><meta charset="utf-8"><title>Shop</title>
<p id="text">Call us on 020 - 123 45 67 or +31 (0)10 765 43 21.</p>
<p id="none">Order 20261103, paid 01-02-2026, IBAN NL91ABNA0417164300, 0.12345678901</p>
<a id="link" href="tel:+31201234567">Call</a>"""


class _Shop(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(TEXT)

    def log_message(self, *_args: object) -> None:
        """A test needs no log."""


@pytest.fixture
def shop() -> Iterator[str]:
    """Address of a page of somebody else."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


async def set_server(page: Page, extension: str, root: str) -> None:
    await page.goto(f"{extension}/options.html")
    await page.get_by_label("Address of Centrale").fill(root)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_have_text("Saved.")


async def test_dials_what_a_person_clicks_on(house: House, shop: str, tmp_path: Path) -> None:
    (user,) = (each for each in house.demo["users"] if each["role"] == "user")
    cookies = await asyncio.to_thread(session_of, house.root, user["email"], user["password"])
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            tmp_path,
            executable_path=CHROMIUM,
            headless=False,
            locale="en-GB",
            args=[
                "--headless=new",
                "--lang=en-GB",
                f"--disable-extensions-except={EXTENSION}",
                f"--load-extension={EXTENSION}",
                *FLAGS,
            ],
        )
        await context.add_cookies([{**each, "url": house.root} for each in cookies])  # type: ignore[list-item]
        worker = (
            context.service_workers[0]
            if context.service_workers
            else await context.wait_for_event("serviceworker")
        )
        extension = worker.url.rsplit("/", 1)[0]
        page = await context.new_page()
        await page.goto(shop)
        await expect(page.locator("#text a")).to_have_count(0)  # no address yet
        await set_server(page, extension, house.root)
        await page.goto(shop)
        await expect(page.locator("#text a")).to_have_count(2)
        await expect(page.locator("#none a")).to_have_count(0)
        async with context.expect_page() as opened:
            await page.locator("#text a").first.click()
        phone = await opened.value
        await expect(phone.get_by_label("Name or number")).to_have_value("0201234567")
        await page.evaluate("document.getElementById('link').click()")  # a script dials nothing
        await page.locator("#text a").nth(1).click()
        await expect(phone.get_by_label("Name or number")).to_have_value("+31107654321")
        await context.close()
