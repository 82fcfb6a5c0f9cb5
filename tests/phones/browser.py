"""A phone in a real Chromium: JsSIP in a page of the product's own web, signed in by a session."""

import asyncio
import contextlib
import hashlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, async_playwright
from playwright.async_api import Error as PageError

from tests.phones.audio import Samples, hears_problem
from tests.phones.base import (
    DEADLINE_S,
    SENT_LEVEL_DBOV,
    Account,
    BasePhone,
    CallState,
    DtmfVia,
    EndReason,
    NotSupported,
    Phone,
    PhoneError,
)

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path(__file__).with_name("page") / "phone.js"
CLIENT = ROOT / "webapp" / "client"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    # The core of a test listens on loopback, which Chromium leaves out of its candidates.
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-gpu",
)
RATE = 16000
POLL_S = 0.05
_GAIN = float(10 ** (SENT_LEVEL_DBOV / 20) * np.sqrt(2))


def bundled() -> str:
    """The page's script with JsSIP in it, made once for each version of it."""
    key = hashlib.sha256(PAGE.read_bytes() + (CLIENT / "package-lock.json").read_bytes()).hexdigest()[:16]
    kept = Path(tempfile.gettempdir()) / f"centrale-phone-{key}.js"
    if not kept.exists():
        with tempfile.TemporaryDirectory(prefix="centrale-phone-") as name:
            folder = Path(name)
            shutil.copy(PAGE, folder / "phone.js")
            (folder / "node_modules").symlink_to(CLIENT / "node_modules")
            rolldown = CLIENT / "node_modules" / ".bin" / "rolldown"
            made = folder / "out.js"
            subprocess.run(
                [str(rolldown), "phone.js", "-f", "iife", "-p", "browser", "-o", str(made)],
                cwd=folder,
                check=True,
                capture_output=True,
            )
            draft = kept.with_suffix(f".{os.getpid()}")
            shutil.copy(made, draft)
            draft.replace(kept)
    return kept.read_text()


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A headless Chromium with a microphone that nobody has to allow."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


class BrowserPhone(BasePhone):
    """One page of one person, who is signed in by `session` at the web on `http_port`. `account` is for
    looks only: who the browser is, the product says."""

    kind = "browser"

    def __init__(self, account: Account, browser: Chromium, http_port: int, session: str) -> None:
        super().__init__(account)
        self._browser = browser
        self._origin = f"http://127.0.0.1:{http_port}"
        self._session = session
        self._context: BrowserContext | None = None
        self._page: Page | None = None
        self._incoming: list[str] = []
        self._states: list[str] = []
        self.instance = str(uuid.uuid4())
        self.held_by_peer = False
        self.connected = False
        self.closes: list[int] = []
        self.told: dict[str, Any] = {}

    # --- life ---

    async def _launch(self) -> None:
        self._context = await self._browser.new_context(permissions=["microphone"], bypass_csp=True)
        cookies = {"centrale_session": self._session, "centrale_csrf": "a" * 32}
        await self._context.add_cookies(
            [{"name": name, "value": value, "url": self._origin} for name, value in cookies.items()]
        )
        await self.open()
        self._spawn_task(self._watch())

    async def open(self) -> None:
        """Open the page, or load it again: it forgets all that it knew."""
        assert self._context is not None
        if self._page is None:
            self._page = await self._context.new_page()
            self._page.on("console", lambda message: self._log.append(message.text))
            self._page.on("pageerror", lambda error: self._log.append(str(error)))
            # Some page of the product's own; what it shows does not matter.
            await self._page.goto(f"{self._origin}/healthz")
        else:
            await self._page.reload()
        await self._page.add_script_tag(content=bundled())
        self._incoming, self._states = [], []
        self.state, self.registered = CallState.IDLE, False

    async def _end_process(self) -> None:
        await super()._end_process()
        context, self._context, self._page = self._context, None, None
        if context is not None:
            with contextlib.suppress(PageError):
                await context.close()

    async def _do(self, script: str, *arguments: Any) -> Any:
        assert self._page is not None
        try:
            return await self._page.evaluate(f"(given) => phone.{script}(...given)", list(arguments))
        except PageError as error:
            raise PhoneError(self._failure(f"{script}: {error}")) from None

    async def _watch(self) -> None:
        while True:
            if self._page is not None and not self._page.is_closed():
                with contextlib.suppress(PageError):
                    known = len(self._incoming)
                    seen = await self._page.evaluate("(from) => phone.snapshot(from)", known)
                    if known == len(self._incoming):
                        self._take(seen)
            await asyncio.sleep(POLL_S)

    def _take(self, seen: dict[str, Any]) -> None:
        self.registered, self.registration_code = seen["registered"], seen["code"]
        self.connected, self.closes, self.held_by_peer = seen["connected"], seen["closes"], seen["held"]
        self._incoming.extend(seen["messages"])
        self._states = seen["lines"]
        self.state = CallState(seen["state"])
        ended = self.state is CallState.ENDED
        self.end_reason = EndReason(seen["end"]["code"], seen["end"]["cause"] or "") if ended else None

    # --- what it does ---

    async def register(self, expires: int = 600) -> None:
        """Become the person's phone, or be it again."""
        self.told = await self._do("open", self.instance)

    async def unregister(self) -> None:
        await self._do("unregister")

    async def call(self, number: str, headers: Sequence[str] = ()) -> None:
        number = number if number.startswith("sip:") else f"sip:{number}@{self.told['domain']}"
        before = len(self._states)
        await self._do("call", number, list(headers))
        await self.until(lambda: len(self._states) > before, "call")

    async def answer(self) -> None:
        await self._do("answer")

    async def decline(self, code: int = 486) -> None:
        await self._do("decline", code)

    async def hangup(self) -> None:
        await self._do("hangup")

    async def hold(self) -> None:
        await self._do("hold")

    async def resume(self) -> None:
        await self._do("resume")

    async def restart_ice(self) -> None:
        """A re-INVITE with new ICE credentials, as after a change of network."""
        await self._do("restart")

    async def drop_socket(self) -> None:
        """The WebSocket is lost; JsSIP opens another."""
        await self._do("drop")

    async def send_dtmf(self, digits: str, via: DtmfVia = "rtp") -> None:
        for digit in digits:
            await self._do("digit", digit, via)

    async def send_tone(self, hz: float) -> None:
        await self._do("tone", hz, _GAIN)

    async def stats(self) -> dict[str, list[dict[str, Any]]]:
        """What the browser says of the call's media, by type of report."""
        found: dict[str, list[dict[str, Any]]] = await self._do("stats")
        return found

    async def relay_only(self) -> None:
        """Use nothing but TURN from the next call on."""
        await self._do("relayOnly")

    async def gather(self, servers: list[dict[str, Any]]) -> tuple[list[str], list[int]]:
        """Which candidates these ICE servers give, and the codes of their errors."""
        found, errors = await self._do("gather", servers)
        return found, errors

    async def way(self) -> str:
        """The kind of our candidate of the pair that the call uses: host, srflx, prflx, relay."""
        stats = await self.stats()
        (transport,) = stats["transport"]
        (pair,) = (
            each for each in stats["candidate-pair"] if each["id"] == transport["selectedCandidatePairId"]
        )
        (local,) = (each for each in stats["local-candidate"] if each["id"] == pair["localCandidateId"])
        return str(local["candidateType"])

    async def dialog(self) -> str:
        """SIP Call-ID of the call."""
        return str(await self._do("dialog"))

    # --- what it hears ---

    def heard(self, last_s: float | None = None) -> tuple[Samples, int]:
        raise NotSupported(f"{self}: ask `listened`")

    async def listened(self, last_s: float) -> tuple[Samples, int]:
        """The last seconds heard (20 at most), and the rate in Hz."""
        return np.array(await self._do("heard", last_s), np.int16), RATE

    async def wait_hears(
        self, hz: float, level: "float | Phone", within_db: float = 1.0, timeout: float = DEADLINE_S
    ) -> None:
        dbov = level if isinstance(level, int | float) else level.sent_level_dbov
        problem: str | None = "nothing"
        deadline = asyncio.get_running_loop().time() + timeout
        while problem is not None:
            problem = hears_problem(*await self.listened(1.0), hz, dbov, within_db)
            if problem is not None and asyncio.get_running_loop().time() > deadline:
                raise PhoneError(self._failure(f"no tone of {hz:g} Hz: {problem}"))
            await asyncio.sleep(0.1)

    # --- what came ---

    @property
    def lines(self) -> list[CallState]:
        return [CallState(each) for each in self._states if each != "ended"]

    @property
    def trace(self) -> str:
        return "\n".join(self._incoming)

    def received(self, method: str) -> list[str]:
        return [text for text in self._incoming if text.startswith(f"{method} ")]
