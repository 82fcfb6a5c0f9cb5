"""Ways that audio takes between browser and core: over TURN only, and what a machine behind a NAT offers."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from pbx.control.messages import Claim
from tests.phones import net
from tests.phones.pjsua import Pjsua
from tests.phones.raw import RawSip
from tests.running import RunningCore, organisation
from tests.services import turn
from tests.telephony.conftest import make_core
from tests.webrtc.house import Desks, House
from tests.webrtc.test_calls import connect
from webapp.phone.ice import TURN_SECONDS, ice_servers

pytestmark = pytest.mark.timeout(240)
PUBLIC = "203.0.113.7"  # RFC 5737: nobody's


@pytest.fixture
async def relay(house: House) -> AsyncIterator[turn.Turn]:
    """A TURN server that the web tells browsers of."""
    assert turn.installed(), "coturn is missing: config/setup/apt-test.txt"
    with turn.server() as found:
        told = {"CENTRALE_TURN": found.url, "CENTRALE_TURN_SECRET": found.secret}
        house.core.extra_env |= told
        await _web_again(house)
        yield found
        for name in told:
            del house.core.extra_env[name]
        await _web_again(house)


async def _web_again(house: House) -> None:
    house.plane.kill("web")
    house.plane.start("web")
    await house.up()


async def test_a_browser_that_gets_out_over_turn_only(desks: Desks, relay: turn.Turn) -> None:
    """Short-lived credentials from the product let it; all audio goes over the relay. Those that have ended,
    and those of who does not know the secret, open nothing."""
    browser, desk = await desks.browser("101"), await desks.desk("103")
    (server,) = browser.told["ice_servers"]
    assert server["urls"] == [relay.url]
    await browser.relay_only()
    await connect(browser, "103", desk)
    assert await browser.way() == "relay"
    await browser.hangup()
    await desk.wait_ended()
    await connect(desk, "101", browser)
    assert await browser.way() == "relay"
    await desk.hangup()
    await browser.wait_ended()

    def made(secret: str, now: float) -> dict[str, object]:
        (each,) = ice_servers((), (relay.url,), secret, "somebody", now)
        return {"urls": each.urls, "username": each.username, "credential": each.credential}

    found, errors = await browser.gather([made(relay.secret, time.time())])
    assert set(found) == {"relay"} and errors == []
    for bad in (made(relay.secret, time.time() - TURN_SECONDS - 60), made("guessed", time.time())):
        found, errors = await browser.gather([bad])
        assert found == [] and 401 in errors


async def test_the_public_address_is_one_more_candidate(prepared: Path, tmp_path: Path) -> None:
    """In the offer to a browser that is called, and only there."""
    core = make_core(prepared, tmp_path)
    core.extra_env["CENTRALE_PUBLIC_ADDRESS"] = PUBLIC
    await core.start()
    try:
        plain = organisation(numbers={"101": ["101"], "102": ["102"]})
        devices = [
            replace(each, srtp="dtls", ha1_md5=None, ha1_sha256=None) if each.username == "102" else each
            for each in plain.devices
        ]
        await core.apply(replace(plain, devices=devices))
        async with RawSip(net.LOOPBACK, core.relay_port, "tcp") as browser:
            sdp = await _offer(core, browser)
    finally:
        core.close()
    hosts = {line.split()[4] for line in sdp.splitlines() if " typ host" in line}
    assert hosts == {net.LOOPBACK, PUBLIC}, sdp
    assert "UDP/TLS/RTP/SAVP" in sdp and "a=rtcp-mux" in sdp


async def _offer(core: RunningCore, browser: RawSip) -> str:
    """What 102, a browser on that connection, is offered when 101 calls."""
    async with core.client() as client:
        claim = Claim(tenant="office", device="d102", ip=net.LOOPBACK, port=browser.local_port)
        await client.claim(claim)
    assert (await browser.register(core.account("102"), expires=600)).code == 200
    async with Pjsua(core.account("101")) as desk:
        await desk.register()
        await desk.wait_registered()
        await desk.call("102")
        invite = await browser.wait_request("INVITE")
        await desk.hangup()
        return bytes(invite.body).decode()
