"""A call outlives its page: loaded again, killed, stopped for a while, without its WebSocket or the web."""

import contextlib
import os
import signal

import numpy as np
import psutil
import pytest

from pbx.control.messages import CallRecord, LegRecord
from tests.phones.audio import rms_dbov, tone_level
from tests.phones.base import Account, CallState
from tests.phones.browser import BrowserPhone, chromium
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.webrtc.house import Desks, House
from tests.webrtc.test_calls import connect, talk

pytestmark = pytest.mark.timeout(240)


async def talking(desks: Desks) -> tuple[BrowserPhone, Pjsua, str]:
    """A browser and a desk phone that talk, and the browser's leg."""
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await connect(browser, "103", desk)
    return browser, desk, (await own(desks)).id


async def only(desks: Desks) -> CallRecord:
    (call,) = await desks.calls()
    return call


async def own(desks: Desks) -> LegRecord:
    """The browser's leg that goes on."""
    legs = [leg for leg in (await only(desks)).legs if leg.extension == "101" and not leg.ended_at]
    return legs[-1]


async def absent(desks: Desks, *, so: bool) -> None:
    async def check() -> bool:
        return (await own(desks)).absent is so

    await eventually(check, 20, f"absent {so}")


async def hears_music(desk: Pjsua) -> None:
    """Something, and it is not the browser's tone."""

    def check() -> bool:
        samples, rate = desk.heard(last_s=1.0)
        return rms_dbov(samples) > -45 and tone_level(samples, rate, 600) < -45

    await eventually(check, 20, "music")


def chromiums() -> list[psutil.Process]:
    """Those that this process has started, with all their children."""
    return [each for each in psutil.Process().children(recursive=True) if "chrom" in each.name()]


def signal_all(number: signal.Signals) -> None:
    for process in chromiums():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(process.pid, number)


async def come_back(browser: BrowserPhone, leg: str) -> None:
    await browser.register()
    await browser.wait_registered(20)
    await browser.call(f"return.{leg}")
    await browser.wait_established()


async def test_the_page_is_loaded_again(desks: Desks) -> None:
    browser, desk, leg = await talking(desks)
    before = await only(desks)
    await browser.open()
    await come_back(browser, leg)
    await talk(browser, desk)
    after = await only(desks)
    assert after.id == before.id and desk.state is CallState.ESTABLISHED
    assert (await own(desks)).dialog == await browser.dialog()
    await desk.hangup()
    await browser.wait_ended()
    await desks.quiet()
    assert [call.dialled for call in await desks.house.core.records()][-1] == "103"  # and none for the return


async def test_the_browser_is_killed(desks: Desks, house: House) -> None:
    _, desk, leg = await talking(desks)
    signal_all(signal.SIGKILL)
    await absent(desks, so=True)
    await hears_music(desk)
    async with chromium() as another:
        number = Account("101")
        async with BrowserPhone(number, another, house.plane.http_port, house.session("101")) as browser:
            await come_back(browser, leg)
            await talk(browser, desk)
            await absent(desks, so=False)
            await browser.hangup()
            await desk.wait_ended()


async def test_a_browser_that_stays_away_has_hung_up(desks: Desks) -> None:
    _, desk, _ = await talking(desks)
    signal_all(signal.SIGKILL)
    await absent(desks, so=True)
    await desk.wait_ended(60)


async def test_a_browser_is_away_for_a_while(desks: Desks) -> None:
    browser, desk, _ = await talking(desks)
    signal_all(signal.SIGSTOP)
    try:
        await absent(desks, so=True)
        await hears_music(desk)
    finally:
        signal_all(signal.SIGCONT)
    await absent(desks, so=False)
    await talk(browser, desk)
    await browser.hangup()
    await desk.wait_ended()


async def test_the_websocket_is_lost(desks: Desks) -> None:
    browser, desk, _ = await talking(desks)
    await browser.drop_socket()
    await browser.wait_unregistered()
    await browser.wait_registered(20)
    assert not (await own(desks)).absent
    await talk(browser, desk)
    await desk.hangup()
    await browser.wait_ended()  # its BYE went over the new connection


async def test_the_network_changes(desks: Desks) -> None:
    browser, desk, _ = await talking(desks)
    await browser.drop_socket()
    await browser.wait_unregistered()
    await browser.wait_registered(20)
    await browser.restart_ice()
    await talk(browser, desk)
    await browser.hangup()
    await desk.wait_ended()


async def test_the_web_is_started_again(desks: Desks, house: House) -> None:
    browser, desk, _ = await talking(desks)
    house.plane.kill("web")
    await browser.wait_unregistered()
    await talk(browser, desk)
    house.plane.start("web")
    await house.up()
    await browser.wait_registered(40)
    await talk(browser, desk)
    await browser.hangup()
    await desk.wait_ended()


async def test_a_page_that_is_loaded_while_it_rings_rings_again(desks: Desks) -> None:
    browser, desk = await desks.browser("101"), await desks.desk("103")
    await desk.call("101")
    await browser.wait_ringing()
    await browser.open()
    assert browser.state is CallState.IDLE
    await browser.register()
    await browser.wait_ringing(20)
    await browser.answer()
    await desk.wait_established()
    await talk(browser, desk)
    await browser.hangup()
    await desk.wait_ended()


async def test_nobody_else_takes_a_place(desks: Desks) -> None:
    browser, desk, leg = await talking(desks)
    colleague, outsider = await desks.browser("102"), await desks.browser("outsider")
    for thief in (colleague, outsider):
        await thief.call(f"return.{leg}")
        assert (await thief.wait_ended()).code == 404
    await colleague.call("return.0123456789abcdef")
    assert (await colleague.wait_ended()).code == 404
    samples, rate = await browser.listened(1.0)
    assert tone_level(samples, rate, 1100) > -30 and np.any(samples)
    await browser.hangup()
    await desk.wait_ended()
