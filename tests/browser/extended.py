"""A Chromium as people have it, with a profile: for the extension, and for what is installed. A page of
somebody else to use the extension on."""

import contextlib
import http.server
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, async_playwright

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


@contextlib.contextmanager
def shop_of_others() -> Iterator[str]:
    """Address of a page with phone numbers."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@contextlib.asynccontextmanager
async def profile(
    folder: Path, *flags: str, language: str = "en-GB", scheme: Any = "light"
) -> AsyncIterator[BrowserContext]:
    """A browser with that folder as its profile; what it keeps, such as service workers, is not incognito."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            headless=False,
            locale=language,
            color_scheme=scheme,
            permissions=["microphone", "notifications"],
            env={**os.environ, "LANGUAGE": language.replace("-", "_")},
            args=["--headless=new", f"--lang={language}", *flags, *FLAGS],
        )
        yield context
        await context.close()


@contextlib.asynccontextmanager
async def extended(
    folder: Path, language: str = "en-GB", scheme: Any = "light"
) -> AsyncIterator[tuple[BrowserContext, str]]:
    """With the extension loaded; and the address of its own pages."""
    flags = (f"--disable-extensions-except={EXTENSION}", f"--load-extension={EXTENSION}")
    async with profile(folder, *flags, language=language, scheme=scheme) as context:
        known = context.service_workers
        worker = known[0] if known else await context.wait_for_event("serviceworker")
        yield context, worker.url.rsplit("/", 1)[0]
