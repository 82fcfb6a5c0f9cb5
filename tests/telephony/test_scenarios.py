"""The sipp scenarios of tests/scenarios against the core, with real phones on the other side."""

import asyncio

import pytest

from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.phones.sipp import Sipp, SippResult, require_ok
from tests.running import eventually
from tests.telephony.office import Office, both_hear, connect, hang_up

KINDS = pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)


async def answers(phone: BasePhone) -> None:
    await phone.wait_ringing()
    await phone.answer()


async def parked(office: Office) -> bool:
    return any(call.parked for call in await office.calls())


async def held(office: Office) -> bool:
    return any(leg.state == "held" for call in await office.calls() for leg in call.legs)


@KINDS
async def test_hold_and_resume(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    b = await office.phone(kind(office.account("102")))
    async with Sipp("uac_hold_resume", office.account("101"), number="102", pause_ms=700) as phone:
        await answers(b)
        await eventually(lambda: held(office), 10, "hold")
        require_ok(await phone.wait())
    await b.wait_ended()
    assert (await office.record()).outcome == "answered"


@KINDS
async def test_blind_transfer(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    b, c = await office.phones(kind(office.account("102")), Linphone(office.account("103")))
    keys = {"target": "103"}
    async with Sipp("uac_blind_transfer", office.account("101"), number="102", keys=keys) as phone:
        await answers(b)
        await answers(c)
        require_ok(await phone.wait())
    await both_hear(b, c)
    await hang_up(b, c)


async def test_a_blind_transfer_that_fails_fails_the_scenario(office: Office) -> None:
    await office.open()
    b = await office.phone(Pjsua(office.account("102")))
    keys = {"target": "999"}
    async with Sipp("uac_blind_transfer", office.account("101"), number="102", keys=keys) as phone:
        await answers(b)
        result: SippResult = await phone.wait()
    assert result.failed == 1
    assert "SIP/2.0 404" in result.messages
    await b.hangup()
    await b.wait_ended()


@KINDS
async def test_attended_transfer(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a, c = await office.phones(kind(office.account("101")), Linphone(office.account("103")))
    account = office.account("102")
    port = await Sipp.register(account)
    async with Sipp("uas_attended_transfer", account, number="103", local_port=port) as phone:
        await a.call("102")
        await answers(c)
        require_ok(await phone.wait())
    await asyncio.gather(a.send_tone(600), c.send_tone(1500))
    await c.wait_hears(600, a)
    await a.wait_hears(1500, c)
    await hang_up(a, c)


@KINDS
async def test_park_and_retrieve(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a = await office.phone(kind(office.account("101")))
    account = office.account("102")
    port = await Sipp.register(account)
    async with Sipp("uas_park_and_retrieve", account, number="703", local_port=port) as phone:
        await a.call("102")
        await eventually(lambda: parked(office), 10, "a parked call")
        require_ok(await phone.wait())
    await a.wait_ended()
    assert not await parked(office)


@pytest.mark.parametrize("code", ["*8", "**102"])
async def test_pickup(office: Office, code: str) -> None:
    await office.open()
    a, b = await office.phones(Baresip(office.account("101")), Pjsua(office.account("102")))
    await a.call("102")
    await b.wait_ringing()
    require_ok(await Sipp("uac_pickup", office.account("103"), number=code).run())
    await asyncio.gather(a.wait_ended(), b.wait_ended())


async def test_a_lamp(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Baresip(office.account("101")), Pjsua(office.account("102")))
    async with Sipp("uac_blf", office.account("103"), number="102") as phone:
        await eventually(lambda: "dialog-info" in phone.result().messages, 10, "subscription")
        await connect(a, b, "102")
        await eventually(lambda: "confirmed" in phone.result().messages, 10, "lamp on")
        await hang_up(a, b)
        require_ok(await phone.wait())
