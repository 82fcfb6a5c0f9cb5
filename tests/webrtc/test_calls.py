"""Browsers call and are called: by and from desk phones, and each other, with audio both ways."""

import asyncio
from typing import Any

import pytest

from tests.phones.baresip import Baresip
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.webrtc.house import Desks, House

pytestmark = pytest.mark.timeout(180)


async def talk(a: Any, b: Any) -> None:
    """Both hear each other, and hear the other one only."""
    await a.send_tone(600)
    await b.send_tone(1100)
    await b.wait_hears(600, a, 2.0, timeout=20)
    await a.wait_hears(1100, b, 2.0, timeout=20)


async def connect(caller: Any, number: str, called: Any) -> None:
    """`called` answers the call of `caller`, and both talk."""
    await caller.call(number)
    await called.wait_ringing()
    await called.answer()
    await caller.wait_established()
    await talk(caller, called)


@pytest.mark.parametrize("kind", [Pjsua, Baresip])
async def test_a_browser_calls_a_desk_phone(desks: Desks, kind: type[Any]) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103", kind)
    await browser.call("103")
    await desk.wait_ringing()
    await browser.wait_ringing()
    assert desk.caller_shown.number == "101"
    await desk.answer()
    await browser.wait_established()
    await talk(browser, desk)
    await browser.hangup()
    await desk.wait_ended()


@pytest.mark.parametrize("kind", [Pjsua, Baresip])
async def test_a_desk_phone_calls_a_browser(desks: Desks, kind: type[Any]) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103", kind)
    await desk.call("101")
    await browser.wait_ringing()
    assert browser.caller_shown is not None and browser.caller_shown.number == "103"
    await browser.answer()
    await desk.wait_established()
    await talk(browser, desk)
    await desk.hangup()
    await browser.wait_ended()


async def test_a_browser_calls_a_browser(desks: Desks) -> None:
    anna, bob = await desks.browser("101"), await desks.browser("102")
    await connect(anna, "102", bob)
    await bob.hangup()
    await anna.wait_ended()


async def test_media_is_encrypted_opus_on_one_port(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await connect(browser, "103", desk)
    stats = await browser.stats()
    (transport,) = stats["transport"]
    assert transport["dtlsState"] == "connected" and transport["srtpCipher"]
    (record,) = await desks.calls()
    assert {leg.codec for leg in record.legs if leg.answered_at} == {"opus"}
    await browser.hangup()


async def test_keys_of_a_browser_reach_the_desk_phone(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await connect(browser, "103", desk)
    await browser.send_dtmf("15#")
    await desk.wait_dtmf("15#")
    await browser.hangup()


async def test_hold_by_either_side(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await connect(desk, "101", browser)
    for holder in (browser, desk):
        await holder.hold()
        await _held(desks, 1)
        await holder.resume()
        await _held(desks, 0)
        await talk(browser, desk)
    await browser.hangup()
    await desk.wait_ended()


async def _held(desks: Desks, count: int) -> None:
    async def so() -> bool:
        return [len(call.holding) for call in await desks.calls()] == [count]

    await eventually(so, what=f"{count} holding")


async def test_a_browser_declines(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await desk.call("101")
    await browser.wait_ringing()
    await browser.decline(486)

    async def declined() -> bool:
        return any(leg.code == 486 for call in await desks.calls() for leg in call.legs)

    await eventually(declined, what="486 of the browser")
    await desk.hangup()


async def test_a_caller_gives_up(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await desk.call("101")
    await browser.wait_ringing()
    await desk.hangup()
    await browser.wait_ended()


async def test_wishes_of_a_browser_count_for_one_call(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    for headers, recorded in ((["X-Centrale-Record: yes"], True), ([], False)):
        await browser.call("103", headers)
        await desk.wait_ringing()
        await desk.answer()
        await browser.wait_established()
        await talk(browser, desk)
        (call,) = await desks.calls()
        assert call.recording is recorded
        await browser.hangup()
        await desk.wait_ended()
        await desks.quiet()


async def test_who_may_not_sign_in_any_more_is_out_of_the_call(desks: Desks, house: House) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await connect(browser, "103", desk)
    people = f"from webapp.people.models import User; User.objects.filter(email={house.email('101')!r})"
    try:
        await asyncio.to_thread(house.shell, f"{people}.update(is_active=False)")
        await desk.wait_ended()
        await desks.quiet()
    finally:
        await asyncio.to_thread(house.shell, f"{people}.update(is_active=True)")
