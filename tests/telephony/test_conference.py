"""Conferences from real phones: who hears whom, PIN, mute, remove, three-way, and their end."""

import asyncio

import pytest

from pbx.control import pins
from pbx.control.commands import Invite, Join, Member
from pbx.control.configuration import RoomConfig
from pbx.control.messages import RoomState
from tests.phones.audio import tone_level
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.music import hears_none
from tests.telephony.office import Office, both_hear, connect

TONES = {"101": 600.0, "102": 1100.0, "103": 1700.0}


def room(**changes: object) -> RoomConfig:
    fields: dict[str, object] = {"id": "board", "number": "800", "name": "Board", "announce": False}
    return RoomConfig(**{**fields, **changes})  # type: ignore[arg-type]


async def rooms(office: Office) -> list[RoomState]:
    async with office.client() as client:
        return await client.rooms(office.tenant)


async def members(office: Office, count: int) -> bool:
    return sum(len(each.members) for each in await rooms(office)) == count


async def enter(office: Office, *phones: BasePhone) -> None:
    for number, phone in enumerate(phones, 1):
        await phone.call("800")
        await phone.wait_established()
        await eventually(lambda count=number: members(office, count), 10, f"{number} in the room")


async def all_hear_all(*phones: BasePhone) -> None:
    """Each phone sends its tone; everybody hears the others'."""
    tones = [TONES[phone.account.number] for phone in phones]
    await asyncio.gather(*(phone.send_tone(hz) for phone, hz in zip(phones, tones, strict=True)))
    for phone in phones:
        for other, hz in zip(phones, tones, strict=True):
            if other is not phone:
                await hears_among(phone, hz)


async def hears_among(phone: BasePhone, hz: float) -> None:
    """The tone is heard, whatever else is."""

    def fits() -> bool:
        samples, rate = phone.heard(last_s=1.0)
        return bool(rate) and tone_level(samples, rate, hz) > -40

    await phone.until(fits, f"{hz} Hz", poll=0.1)


async def leave(*phones: BasePhone) -> None:
    for phone in phones:
        await phone.hangup()
    await asyncio.gather(*(phone.wait_ended() for phone in phones))


async def test_three_phones_confer_and_one_is_muted_and_removed(office: Office) -> None:
    await office.open(rooms=[room()])
    a, b, c = await office.phones(
        Pjsua(office.account("101")), Linphone(office.account("102")), Baresip(office.account("103"))
    )
    await enter(office, a, b, c)
    await all_hear_all(a, b, c)
    (state,) = await rooms(office)
    legs = {member.number: member.leg for member in state.members}
    async with office.client() as client:
        await client.member(state.id, legs["102"], Member(tenant=office.tenant, action="mute"))
        await hears_none(a, TONES["102"])
        await hears_among(a, TONES["103"])
        await client.member(state.id, legs["102"], Member(tenant=office.tenant, action="unmute"))
        await hears_among(a, TONES["102"])
        await client.member(state.id, legs["103"], Member(tenant=office.tenant, action="remove"))
    await c.wait_ended()
    await hears_none(a, TONES["103"])
    await leave(a, b)
    await eventually(lambda: members(office, 0), 10, "an empty house")
    assert await rooms(office) == []
    assert {record.outcome for record in await office.records(3)} == {"answered"}


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_a_room_asks_for_its_pin(office: Office, kind: type[BasePhone]) -> None:
    await office.open(rooms=[room(pin=pins.hashed("2468"))])
    phone = await office.phone(kind(office.account("101")))
    await phone.call("800")
    await phone.wait_established()
    await phone.send_dtmf("9999#")
    await asyncio.sleep(1.0)
    assert await rooms(office) == []
    await phone.send_dtmf("2468#")
    await eventually(lambda: members(office, 1), 15, "let in")
    await leave(phone)


async def test_a_call_becomes_a_conference_and_a_third_is_invited(office: Office) -> None:
    await office.open()
    a, b, c = await office.phones(
        Pjsua(office.account("101")), Pjsua(office.account("102")), Linphone(office.account("103"))
    )
    await connect(a, b, "102")
    await both_hear(a, b)
    (call,) = await office.calls()
    async with office.client() as client:
        state = await client.command(call.id, Join(tenant=office.tenant, extension="101"))
        assert isinstance(state, RoomState)
        await client.invite(state.id, Invite(tenant=office.tenant, extension="101", number="103"))
    await c.wait_ringing()
    await c.answer()
    await eventually(lambda: members(office, 3), 10, "all three")
    await all_hear_all(a, b, c)
    await leave(c)
    await leave(a)
    await b.wait_ended()
    await eventually(lambda: members(office, 0), 10, "the end")


async def test_another_organisation_sees_and_hears_nothing(office: Office, other_office: Office) -> None:
    await office.open(rooms=[room()])
    await other_office.open(rooms=[room()])
    a = await office.phone(Pjsua(office.account("101")))
    stranger = await other_office.phone(Pjsua(other_office.account("101")))
    await enter(office, a)
    await enter(other_office, stranger)
    await a.send_tone(TONES["101"])
    await hears_none(stranger, TONES["101"])
    assert len((await rooms(other_office))[0].members) == 1
    await leave(a)
    await leave(stranger)
