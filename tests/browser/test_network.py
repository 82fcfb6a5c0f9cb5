"""The machine of a browser goes over to another network in a call: other address, dead WebSocket, dead media.
Really done: Chromium runs in a network namespace of its own, which loses one link and gets another."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.person import Person
from tests.browser.test_survival import DESK, LONG, both_hear, call
from tests.phones.browser import CHROMIUM, FLAGS
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.services import network
from tests.survival.plane import Plane
from tests.telephony.conftest import make_core
from tests.webrtc.house import House

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(not network.permitted(), reason="NOT TESTED: `ip netns` is not permitted here"),
]
WAYS = """Promise.all(ears.connections.map(async (each) => {
  const all = [...(await each.getStats()).values()];
  const chosen = all.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  const pair = all.find(({ id }) => id === chosen);
  return {
    state: each.connectionState,
    credentials: /a=ice-ufrag:(\\S+)/.exec(each.localDescription.sdp)[1],
    received: all.find(({ type }) => type === 'inbound-rtp')?.packetsReceived ?? 0,
    pair: pair?.id ?? null,
  };
}))"""


@dataclass(frozen=True)
class Place:
    """What a Person needs to know of the product."""

    root: str
    demo: dict[str, Any]


@contextlib.asynccontextmanager
async def reachable(port: int) -> AsyncIterator[str]:
    """The web, which listens on loopback, at the address that the other machine sees."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, network.HOST, port)
    try:
        yield f"http://{network.HOST}:{port}"
    finally:
        server.close()


async def test_the_network_changes_in_a_call(prepared: Path, tmp_path: Path) -> None:
    with network.laptop() as machine:
        core = make_core(prepared, tmp_path)
        core.extra_env |= {"CENTRALE_BIND": network.HOST, "CENTRALE_HOSTS": f"127.0.0.1,{network.HOST}"}
        house = House(Plane(core, None))
        try:
            await core.start()
            await asyncio.to_thread(house.prepare)
            house.plane.start("web", "courier")
            await house.up()
            async with reachable(house.plane.http_port) as root, async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=str(machine.wrapped(CHROMIUM, tmp_path)),
                    headless=True,
                    args=[*FLAGS, f"--unsafely-treat-insecure-origin-as-secure={root}"],
                )
                try:
                    place: Any = Place(root, house.plane.demo)
                    person = await Person.signed_in(place, browser)
                    await goes_on(house, person, machine)
                finally:
                    await browser.close()
        finally:
            house.plane.close()
            core.close()


async def goes_on(house: House, person: Person, machine: network.Machine) -> None:
    """A call over the one link, over the other, and over the first again."""
    account = replace(house.plane.account(DESK), host=network.HOST)
    async with Pjsua(account) as desk:
        await desk.register()
        await desk.wait_registered(30)
        await person.open("/phone")
        card = await call(person, desk)
        await both_hear(person, desk)
        before = await talking(house)
        for lost, found in (("a", "b"), ("b", "a")):
            (way,) = await person.page.evaluate(WAYS)
            machine.down(lost)
            machine.up(found)
            await eventually(partial(begun_anew, person, way), 60, "ICE restart over the other link")
            await expect(card.get_by_role("status")).to_have_text("Talking", timeout=2 * LONG)
            await person.ready()
            await both_hear(person, desk)
        assert await talking(house) == before, "the same call on the same legs"
        await card.get_by_role("button", name="Hang up").click()
        await desk.wait_ended()


async def begun_anew(person: Person, way: dict[str, Any]) -> bool:
    """The call goes another way than this one."""
    (now,) = await person.page.evaluate(WAYS)
    return bool(now["credentials"] != way["credentials"] and now["pair"] not in (None, way["pair"]))


async def talking(house: House) -> tuple[str, list[str]]:
    """The one call that goes on, and its legs."""
    async with house.core.client() as client:
        (found,) = await client.calls()
    return found.id, [leg.id for leg in found.legs if leg.ended_at is None]
