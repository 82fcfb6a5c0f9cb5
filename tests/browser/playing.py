"""The player of messages and recordings, as somebody uses it: what it draws, what is heard, where it is."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Locator, Page, expect

from tests.browser.person import RATE, Person
from tests.phones.audio import dominant
from tests.running import eventually

SCRIPT = (Path(__file__).parent / "player.js").read_text()


class Player:
    """The open player with that label. `listen` before the page is opened."""

    def __init__(self, page: Page, label: Any) -> None:
        self.page, self.group = page, page.get_by_role("group", name=label)

    @staticmethod
    async def listen(person: Person) -> None:
        """From the next page on, what is played can be heard."""
        await person.context.add_init_script(SCRIPT)

    def button(self, name: str) -> Locator:
        return self.group.get_by_role("button", name=name)

    async def is_drawn(self) -> None:
        """Until there is a wave form."""
        await expect(self.group).to_be_visible()
        await eventually(
            lambda: self.group.evaluate("(group) => player.drawn(group) > 500"), 20, "a wave form"
        )

    async def plays(self, hz: float, seconds: float = 20.0) -> None:
        """Until that tone is the loudest of what is heard, and time goes on."""
        before = await self.at()
        found = 0.0
        for _ in range(int(seconds / 0.25)):
            heard = np.array(await self.page.evaluate("player.heard()"), np.int16)
            found = dominant(heard, RATE) if np.any(heard) else 0.0
            if abs(found - hz) < 10:
                assert await self.at() > before
                return
            await asyncio.sleep(0.25)
        raise AssertionError(f"hears {found:g} Hz and not {hz:g}, at {await self.at():g} s")

    async def at(self) -> float:
        """Seconds from the beginning."""
        return float(await self.page.evaluate("player.media?.currentTime ?? 0"))

    async def length(self) -> float:
        return float(await self.page.evaluate("player.media.duration"))

    async def speed(self) -> float:
        return float(await self.page.evaluate("player.media.playbackRate"))

    async def goes_through(self, speed: float) -> None:
        """At another speed to its end; then to other places, by mouse and by keyboard."""
        await self.group.get_by_text(f"{speed:g}×", exact=True).click()
        assert await self.speed() == speed
        await expect(self.button("Play")).to_be_visible(timeout=20_000)
        await self.seek_by_mouse(0.5)
        await self.seek_by_keyboard()

    async def seek_by_mouse(self, share: float) -> None:
        """A click in the wave form goes there, also while it stands still."""
        box = await self.group.locator("[data-wave]").bounding_box()
        assert box is not None
        await self.page.mouse.click(box["x"] + box["width"] * share, box["y"] + box["height"] / 2)
        wanted = share * await self.length()

        async def there() -> bool:
            return abs(await self.at() - wanted) < 0.5

        await eventually(there, 15, f"playing at {wanted:g} s")

    async def seek_by_keyboard(self) -> None:
        """Home goes to the beginning, an arrow a little on."""
        slider = self.group.get_by_role("slider")
        await slider.focus()
        await slider.press("Home")
        await expect(slider).to_have_attribute("aria-valuenow", "0")
        await slider.press("ArrowRight")
        await expect(slider).not_to_have_attribute("aria-valuenow", "0")
