"""Somebody who uses the screens: a browser context with a session, whose microphone is a tone that the test
chooses, and of which the test can ask what it hears."""

import asyncio
import json
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Self

import numpy as np
from playwright.async_api import Browser, BrowserContext, Page

from tests.operations.house import House
from tests.phones.audio import hears_problem
from tests.running import eventually

EARS = (Path(__file__).parent / "ears.js").read_text()
RATE = 16000
PATIENCE_MS = 15_000
# As Chromium on Linux says who it is.
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


class Person:
    """One person in one browser. `problems` are errors that the pages had."""

    def __init__(self, house: House, context: BrowserContext, email: str) -> None:
        self.house, self.context, self.email = house, context, email
        self.problems: list[str] = []
        self._page: Page | None = None

    @classmethod
    async def signed_in(
        cls,
        house: House,
        browser: Browser,
        role: str = "user",
        *,
        width: int = 1280,
        height: int = 800,
        scheme: Any = "light",
        language: str = "en",
        tone: float = 900.0,
        login: tuple[str, str] | None = None,
    ) -> Self:
        """A new browser context with that role's session of the demo organisation, or that of whose address
        and password `login` is. `tone` in Hz is what its microphone hears."""
        (user,) = (each for each in house.demo["users"] if each["role"] == role)
        email, password = login or (user["email"], user["password"])
        cookies = await asyncio.to_thread(session_of, house.root, email, password)
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="nl-NL" if language == "nl" else "en-GB",
            permissions=["microphone", "notifications"],
        )
        await context.add_cookies([{**cookie, "url": house.root} for cookie in cookies])  # type: ignore[list-item]
        await context.add_init_script(EARS.replace("TONE_HZ", str(tone)))
        context.set_default_timeout(PATIENCE_MS)
        return cls(house, context, email)

    @property
    def page(self) -> Page:
        assert self._page is not None
        return self._page

    async def open(self, path: str) -> Page:
        """Go to a screen ("/phone") in the first tab."""
        if self._page is None:
            self._page = await self.tab()
        await self._page.goto(f"{self.house.root}/app{path}")
        return self._page

    async def renew(self, path: str) -> Page:
        """The first tab was closed: open another one."""
        self._page = None
        return await self.open(path)

    async def tab(self) -> Page:
        """One more tab."""
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        return page

    async def ready(self) -> None:
        """Until this browser is registered at the core."""
        await eventually(lambda: self.page.evaluate("ears.registered"), 30, f"{self.email} is registered")

    async def number(self) -> str:
        """Their extension."""
        me = await self.page.evaluate("fetch('/api/v1/me/').then((answer) => answer.json())")
        return str(me["extensions"][0]["number"])

    async def hears(
        self, hz: float, level: float = -20.0, within_db: float = 8.0, seconds: float = 15.0
    ) -> None:
        """Until the last second that the calls of this page brought is a tone of `hz` at `level` dBov."""
        problem: str | None = "nothing"
        for _ in range(int(seconds / 0.25)):
            heard = np.array(await self.page.evaluate("ears.heard()"), np.int16)
            problem = hears_problem(heard, RATE, hz, level, within_db)
            if problem is None:
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"{self.email} does not hear {hz:g} Hz: {problem}")

    async def hears_nothing_of(self, hz: float) -> None:
        """The last second has nothing of that tone."""
        heard = np.array(await self.page.evaluate("ears.heard()"), np.float64)
        if len(heard) == 0:
            return
        spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) / len(heard)
        at = round(hz * len(heard) / RATE)
        assert spectrum[at - 3 : at + 4].max() < 100, f"{self.email} hears {hz:g} Hz"


def session_of(root: str, email: str, password: str) -> list[dict[str, str]]:
    """Cookies of a session of somebody who has accepted the policies."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.addheaders = [("User-Agent", AGENT)]

    def ask(path: str, body: Any = None) -> Any:
        token = next((cookie.value for cookie in jar if cookie.name == "centrale_csrf"), "")
        headers = {"Content-Type": "application/json", "X-CSRFToken": str(token)}
        data = None if body is None else json.dumps(body).encode()
        with browser.open(urllib.request.Request(f"{root}/api/v1/{path}", data, headers)) as answer:
            return json.loads(answer.read() or b"null")

    ask("auth/")
    ask("auth/sign-in/", {"email": email, "password": password})
    texts = [{"kind": each["kind"], "version": each["version"]} for each in ask("policies/")]
    if texts:
        ask("policies/accept/", {"accept": texts})
    return [{"name": cookie.name, "value": urllib.parse.unquote(str(cookie.value))} for cookie in jar]
