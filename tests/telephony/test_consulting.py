"""Transfers that a program asks for over the control API, with real phones that do nothing but talk: blind,
attended out of two calls, and consulting from one phone leg: swap, join, and what each end of it leads to."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Consult, Join, OnCall, Originated, Swap, Transfer
from pbx.control.configuration import ExtensionConfig
from tests.phones.audio import tone_level
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone, CallState
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.music import hears_music, hears_none, own_music
from tests.telephony.office import Office, both_hear, connect, hang_up, shows

KINDS = pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
ALL = pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)


async def tell(office: Office, call: str, command: OnCall) -> object:
    async with office.client() as client:
        return await client.command(call, command)


async def refused(office: Office, call: str, command: OnCall) -> int:
    """The status with which the core refuses it."""
    with pytest.raises(ControlError) as problem:
        await tell(office, call, command)
    return problem.value.status


async def talking(office: Office, a: BasePhone, b: BasePhone, *more: BasePhone) -> str:
    """101 calls 102, with 600 and 1,100 Hz; gives the call."""
    await office.phones(a, b, *more)
    await connect(a, b, "102")
    await both_hear(a, b)
    (call,) = await office.calls()
    return call.id


# --- blind ---


@ALL
async def test_blind_transfer(office: Office, other_office: Office, kind: type[BasePhone]) -> None:
    """The phone of who transfers is free at once; only who takes part may ask, and nobody from elsewhere."""
    await office.open()
    await other_office.open()
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    call = await talking(office, a, b, c)
    ask = Transfer(tenant=office.tenant, extension="102", number="103")
    assert await refused(office, call, Transfer(tenant=other_office.tenant, number="103")) == 404
    assert await refused(office, call, Transfer(tenant=office.tenant, extension="103", number="103")) == 403
    await tell(office, call, ask)
    await b.wait_ended()
    await shows(c, "Desk 101", "101")
    await c.answer()
    await c.wait_established()
    await both_hear(a, c, 700, 1500)
    await a.until(lambda: f"<sip:103@{office.domain}>" in a.trace, "identity of 103")
    await hang_up(c, a)
    assert (await office.record()).outcome == "answered"


@KINDS
async def test_a_blind_transfer_that_fails_rings_who_asked(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a, b = Linphone(office.account("101")), kind(office.account("102"))
    c = Pjsua(office.account("103"), on_invite="486")
    call = await talking(office, a, b, c)
    await tell(office, call, Transfer(tenant=office.tenant, extension="102", number="103"))
    await shows(b, "Return: Desk 101", "101")
    await b.answer()
    await b.wait_established()
    await both_hear(a, b, 800, 1300)
    await hang_up(b, a)


async def test_a_supervisor_transfers_for_another(office: Office) -> None:
    plain = await office.open()
    extensions = [
        ExtensionConfig(id=x.id, number=x.number, name=x.name, supervises=["102"] * (x.number == "105"))
        for x in plain.extensions
    ]
    await office.open(extensions=extensions)
    a, b, c = Baresip(office.account("101")), Pjsua(office.account("102")), Linphone(office.account("103"))
    call = await talking(office, a, b, c)
    ask = Transfer(tenant=office.tenant, extension="104", number="103")
    assert await refused(office, call, ask) == 403
    await tell(office, call, Transfer(tenant=office.tenant, extension="105", number="103"))
    await c.wait_ringing()
    await c.answer()
    await asyncio.gather(c.wait_established(), b.wait_ended())
    await hang_up(a, c)


# --- attended, out of two calls of one phone ---


@KINDS
async def test_attended_transfer_of_two_calls(office: Office, kind: type[Pjsua] | type[Linphone]) -> None:
    await office.open()
    a, b, c = Baresip(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    first = await talking(office, a, b, c)
    await b.hold()
    await eventually(lambda: held(office), 5, "hold")
    await connect(b, c, "103")
    (second,) = [call.id for call in await office.calls() if call.id != first]
    ask = Transfer(tenant=office.tenant, extension="101", to_call=second)
    assert await refused(office, first, ask) == 403
    await tell(office, first, Transfer(tenant=office.tenant, extension="102", to_call=second))
    await eventually(lambda: not b.lines, 10, "an end of both calls of who transferred")
    await both_hear(a, c, 700, 1500)
    await hang_up(a, c)
    one, two = await office.records(2)
    assert {one.outcome, two.outcome} == {"answered"}


async def held(office: Office) -> bool:
    return any(leg.state == "held" for call in await office.calls() for leg in call.legs)


# --- consulting from one leg ---


async def consulting(
    office: Office, folder: Path, a: BasePhone, b: BasePhone, c: BasePhone, **changes: Any
) -> tuple[str, str]:
    """102 talks to 101, consults 103, who answered: both calls. 101 hears music and nobody."""
    await office.open(**await own_music(office, folder), **changes)
    first = await talking(office, a, b, c)
    await c.send_tone(1500)
    answer = await tell(office, first, Consult(tenant=office.tenant, extension="102", number="103"))
    assert isinstance(answer, Originated)
    await shows(c, "Desk 102", "102")
    await hears_music(a, 1100)
    await c.answer()
    await c.wait_established()
    await b.wait_hears(1500, c)
    await c.wait_hears(1100, b)
    await hears_music(a, 1100, 1500)
    await hears_none(c, 600)
    return first, answer.call


@ALL
async def test_consult_swap_and_transfer(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    first, second = await consulting(office, tmp_path, a, b, c)
    assert await refused(office, first, Swap(tenant="elsewhere", to_call=second)) == 404
    await tell(office, first, Swap(tenant=office.tenant, extension="102", to_call=second))
    await b.wait_hears(600, a)
    await a.wait_hears(1100, b)
    await hears_music(c, 600, 1100)
    await tell(office, second, Swap(tenant=office.tenant, extension="102", to_call=first))
    await b.wait_hears(1500, c)
    await hears_music(a, 1100, 1500)
    await tell(office, first, Transfer(tenant=office.tenant, extension="102", to_call=second))
    await b.wait_ended()
    await a.wait_hears(1500, c)
    await c.wait_hears(600, a)
    await hang_up(a, c)
    assert {each.outcome for each in await office.records(2)} == {"answered"}


@KINDS
async def test_join_makes_three_way(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    first, second = await consulting(office, tmp_path, a, b, c)
    await tell(office, first, Join(tenant=office.tenant, extension="102", to_call=second))
    for phone, others in ((a, (1100, 1500)), (b, (600, 1500)), (c, (600, 1100))):
        for hz in others:
            await phone.until(lambda phone=phone, hz=hz: level(phone, hz) > -30, f"{hz} Hz")
    await b.hangup()
    await b.wait_ended()
    await a.wait_hears(1500, c)
    await c.wait_hears(600, a)
    await c.hangup()
    await asyncio.gather(a.wait_ended(20), c.wait_ended())


def level(phone: BasePhone, hz: float) -> float:
    samples, rate = phone.heard(last_s=1.0)
    return tone_level(samples, rate, hz) if rate else -120.0


@KINDS
async def test_who_consults_hangs_up_and_so_transfers(
    office: Office, tmp_path: Path, kind: type[BasePhone]
) -> None:
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    await consulting(office, tmp_path, a, b, c)
    await b.hangup()
    await b.wait_ended()
    await a.wait_hears(1500, c)
    await c.wait_hears(600, a)
    await hang_up(c, a)
    assert len(await office.records(2)) == 2


@KINDS
async def test_the_consulted_one_hangs_up(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    """Who consulted is back with the first."""
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    await consulting(office, tmp_path, a, b, c)
    await c.hangup()
    await c.wait_ended()
    await a.wait_hears(1100, b)
    await b.wait_hears(600, a)
    await hang_up(a, b)


@KINDS
async def test_who_waits_hangs_up(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    """The consultation goes on."""
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    await consulting(office, tmp_path, a, b, c)
    await a.hangup()
    await a.wait_ended()
    await both_hear(b, c, 800, 1300)
    await hang_up(b, c)
    assert {each.outcome for each in await office.records(2)} == {"answered"}


@KINDS
async def test_consulting_a_busy_one_comes_back(
    office: Office, tmp_path: Path, kind: type[BasePhone]
) -> None:
    await office.open(**await own_music(office, tmp_path))
    a, b = Linphone(office.account("101")), kind(office.account("102"))
    c = Pjsua(office.account("103"), on_invite="486")
    first = await talking(office, a, b, c)
    await tell(office, first, Consult(tenant=office.tenant, extension="102", number="103"))
    await hears_music(a, 1100)
    await a.wait_hears(1100, b, timeout=20)
    await b.wait_hears(600, a)
    assert b.state is CallState.ESTABLISHED
    await hang_up(a, b)


@KINDS
async def test_transfer_while_the_consulted_one_rings(office: Office, kind: type[BasePhone]) -> None:
    await office.open()
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    first = await talking(office, a, b, c)
    answer = await tell(office, first, Consult(tenant=office.tenant, extension="102", number="103"))
    assert isinstance(answer, Originated)
    await c.wait_ringing()
    await tell(office, first, Transfer(tenant=office.tenant, extension="102", to_call=answer.call))
    await b.wait_ended()
    await c.answer()
    await c.wait_established()
    await both_hear(a, c, 700, 1500)
    await hang_up(a, c)


@KINDS
async def test_who_consults_loses_power(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    """Silence ends it for all."""
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), Pjsua(office.account("103"))
    await consulting(office, tmp_path, a, b, c, rtp_timeout_seconds=5)
    await b.kill()
    await asyncio.gather(a.wait_ended(40), c.wait_ended(40))
    assert len(await office.records(2)) == 2
