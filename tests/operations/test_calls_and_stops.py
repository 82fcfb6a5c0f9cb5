"""Two real phones with the demo's credentials, in a call while Centrale is stopped or loses a part."""

import asyncio
import json
import os
import signal
import urllib.request
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.operations.conftest import Start
from tests.operations.harness import Running
from tests.operations.test_parts import WORDS
from tests.phones.baresip import Baresip
from tests.phones.base import Account, Transport

pytestmark = pytest.mark.timeout(300)

History = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def running(start: Start) -> Running:
    """Centrale with all its parts, ready."""
    one = start()
    one.wait_for("ready after", seconds=120)
    return one


@pytest.fixture
def demo(running: Running, env: dict[str, str]) -> dict[str, Any]:
    """What the card shows, as data."""
    found: dict[str, Any] = json.loads((Path(env["CENTRALE_HOME"]) / "demo.json").read_text())
    return found


@pytest.fixture
async def phones(demo: dict[str, Any], env: dict[str, str]) -> AsyncIterator[tuple[Baresip, Baresip]]:
    """Two of the demo's phones, registered, one over UDP and one over TCP."""
    transports: tuple[Transport, Transport] = ("udp", "tcp")
    both = [
        Baresip(
            Account(
                number=extension["number"],
                username=extension["username"],
                password=extension["password"],
                domain=demo["sip"]["domain"],
                host="127.0.0.1",
                port=int(env["CENTRALE_SIP_PORT"]),
                transport=transport,
            )
        )
        for extension, transport in zip(demo["extensions"][:2], transports, strict=True)
    ]
    for phone in both:
        await phone.start()
        await phone.register()
    for phone in both:
        await phone.wait_registered(30)
    yield both[0], both[1]
    for phone in both:
        await phone.stop()


@pytest.fixture
def history(demo: dict[str, Any], env: dict[str, str]) -> History:
    """The calls in the history, as the REST API gives them to the demo's token."""

    def ask() -> list[dict[str, Any]]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{env['CENTRALE_HTTP_PORT']}/api/v1/calls/",
            headers={"Authorization": f"Bearer {demo['api_token']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                found: list[dict[str, Any]] = json.load(answer)["results"]
                return found
        except OSError:
            return []

    return ask


async def until(true: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Polls without holding up the phones, which live on this loop."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(true):
            await asyncio.sleep(0.05)


async def talk(phones: tuple[Baresip, Baresip]) -> None:
    """The first phone calls the second, and they are connected."""
    caller, callee = phones
    await caller.call(callee.account.number)
    await callee.wait_ringing()
    await callee.answer()
    await caller.wait_established()
    await callee.wait_established()


async def test_ctrl_c_ends_calls_with_bye_and_keeps_their_records(
    running: Running, start: Start, phones: tuple[Baresip, Baresip], history: History
) -> None:
    await talk(phones)
    running.signal(signal.SIGINT)
    for phone in phones:
        await phone.wait_ended(10)
    assert await asyncio.to_thread(running.end) == 0
    assert "was killed" not in running.output
    again = start()
    await until(lambda: "ready after" in again.output, "the second start")
    await until(history, "the call is in the history")
    (call,) = history()
    assert (call["outcome"], call["ended_by"]) == ("answered", "core")
    assert call["dialled"] == phones[1].account.number
    assert await asyncio.to_thread(again.stop) == 0


@pytest.mark.parametrize("name", ["web", "courier", "worker"])
async def test_calls_go_on_while_another_part_dies(
    running: Running, phones: tuple[Baresip, Baresip], history: History, name: str
) -> None:
    await talk(phones)
    os.kill(running.child(WORDS[name]).pid, signal.SIGKILL)
    await until(lambda: f"{name} was ended by SIGKILL" in running.output, "the kill is seen")
    await phones[0].send_dtmf("5")
    await phones[1].wait_dtmf("5")
    await phones[0].hangup()
    await phones[1].wait_ended()
    await until(history, "the call is in the history")
    (call,) = history()
    assert (call["outcome"], call["ended_by"]) == ("answered", "caller")
    assert await asyncio.to_thread(running.stop) == 0


async def test_killed_core_comes_back_with_phones_and_a_record(
    running: Running, phones: tuple[Baresip, Baresip], history: History
) -> None:
    await talk(phones)
    os.kill(running.child(WORDS["core"]).pid, signal.SIGKILL)
    await until(history, "the interrupted call is in the history")
    (call,) = history()
    assert call["outcome"] == "interrupted"
    for phone in phones:
        await phone.hangup()
    # Bindings are back without the phones doing anything; a phone on a connection renews that itself.
    await phones[1].call(phones[0].account.number)
    await phones[0].wait_ringing(30)
    await phones[0].hangup()
    assert await asyncio.to_thread(running.stop) == 0
