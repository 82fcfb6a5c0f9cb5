"""Answering elsewhere, from real phones: pickup by code, by Replaces, by the control API, who may not; going
on at another device; choosing the device to call with; limits and do not disturb."""

import asyncio
from dataclasses import replace

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Move, Originate, Pickup, SetState
from pbx.control.configuration import Snapshot
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone, CallState, header
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.music import hears_none
from tests.telephony.office import Office, both_hear, connect, hang_up
from tests.telephony.raw_phone import RawPhone, call_between

ALL = pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)


async def ringing(office: Office, *more: BasePhone) -> tuple[Linphone, Pjsua]:
    """101 calls 102, which rings."""
    a, b = Linphone(office.account("101")), Pjsua(office.account("102"))
    await office.phones(a, b, *more)
    await a.call("102")
    await b.wait_ringing()
    await a.wait_ringing()
    return a, b


async def with_groups(office: Office, **groups: str) -> None:
    """Extensions x101, x102 … with the pickup group that is given, none for the others."""
    plain = await office.open()
    office._version += 1
    changed = [replace(x, pickup_group=groups.get(f"x{x.number}")) for x in plain.extensions]
    snapshot: Snapshot = replace(plain, version=office._version, extensions=changed)
    async with office.client() as client:
        await client.snapshot(snapshot)


# --- codes ---


@ALL
@pytest.mark.parametrize("code", ["*8", "**102"])
async def test_pickup_by_code(office: Office, kind: type[BasePhone], code: str) -> None:
    await office.open()
    c = kind(office.account("103"))
    a, b = await ringing(office, c)
    await c.send_tone(1500)
    await c.call(code)
    await asyncio.gather(c.wait_established(), a.wait_established())
    await b.wait_ended()
    assert "Call completed elsewhere" in b.trace
    await a.wait_hears(1500, c)
    answers = [text for text in a.trace.split("SIP/2.0 ") if text.startswith("200 ") and "INVITE" in text]
    assert header(answers[-1], "P-Asserted-Identity") == f'"Desk 103" <sip:103@{office.domain}>'
    if kind is Pjsua:
        assert f'"Desk 101" <sip:101@{office.domain}>' in c.trace
    await hang_up(a, c)
    records = await office.records(2)
    (taken,) = [each for each in records if each.dialled == "102"]
    (code_call,) = [each for each in records if each.dialled == code]
    assert taken.outcome == "answered"
    assert code_call.continued_in == taken.id


@pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)
async def test_another_group_is_not_picked_up(office: Office, kind: type[BasePhone]) -> None:
    """Neither by *8 nor by number; the same group may."""
    await with_groups(office, x101="sales", x102="sales", x103="service", x104="sales")
    c, d = kind(office.account("103")), kind(office.account("104"))
    a, b = await ringing(office, c, d)
    for code in ("*8", "**102"):
        await c.call(code)
        assert (await c.wait_ended(20)).code in (403, 404)
    assert b.state is CallState.INCOMING
    await d.call("*8")
    await asyncio.gather(d.wait_established(), a.wait_established())
    await hang_up(a, d)


async def test_nothing_rings(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Linphone(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    c = await office.phone(Baresip(office.account("103")))
    for code in ("*8", "**102", "**999"):
        await c.call(code)
        assert (await c.wait_ended(20)).code == 404
    await both_hear(a, b)
    await hang_up(a, b)


async def test_two_pick_up_at_once(office: Office) -> None:
    """One gets it, the other hears that nothing rings; nobody is left over."""
    await office.open()
    c, d = Pjsua(office.account("103")), Baresip(office.account("104"))
    a, _ = await ringing(office, c, d)
    await asyncio.gather(c.call("*8"), d.call("**102"))
    await a.wait_established()
    await eventually(lambda: CallState.ENDED in (c.state, d.state), 20, "one too late")
    assert {c.state, d.state} == {CallState.ESTABLISHED, CallState.ENDED}
    await hang_up(a, c if c.state is CallState.ESTABLISHED else d)


async def test_taken_by_the_id_in_live_state(office: Office, other_office: Office) -> None:
    """As screens do it: what rings for my group, then my own talk at another phone of mine; no one else."""
    await with_groups(office, x101="sales", x102="sales", x103="sales", x104="service")
    await other_office.open()
    c, d = Pjsua(office.account("103")), Pjsua(office.account("104"))
    stranger = Pjsua(other_office.account("102"))
    a, b = await ringing(office, c, d, stranger)
    (call,) = await office.calls()

    async def refused(who: BasePhone, what: str, code: int) -> None:
        await who.call(f"take.{what}")
        assert (await who.wait_ended(20)).code == code

    await refused(d, call.id, 403)
    await refused(stranger, call.id, 404)
    await c.call(f"take.{call.id}")
    await asyncio.gather(c.wait_established(), a.wait_established())
    await b.wait_ended()
    await both_hear(a, c)
    await refused(d, call.id, 404)

    (call,) = [each for each in await office.calls() if each.id == call.id]
    (leg,) = [each for each in call.legs if each.extension == "103" and each.state != "ended"]
    await refused(d, leg.id, 403)
    await refused(stranger, leg.id, 404)
    again = await office.phone(Baresip(office.account("103")))
    await again.call(f"take.{leg.id}")
    await again.wait_established()
    await c.wait_ended()
    await both_hear(a, again)
    await hang_up(a, again)
    taken = [each for each in await office.records(6) if each.continued_in == call.id]
    assert sorted(each.dialled for each in taken) == ["102", "103"]


# --- Replaces ---


async def dialog_at(office: Office, caller: BasePhone) -> tuple[RawPhone, str]:
    """101 calls 102, a raw phone that rings: that phone, and its dialog as a Replaces value."""
    b = await RawPhone.open(office, "102")
    await office.phones(caller)
    await caller.call("102")
    _, dialog = await b.rings()
    return b, dialog.replaces


@pytest.mark.parametrize("kind", [Pjsua, None], ids=["pjsua", "raw"])
async def test_pickup_by_replaces(office: Office, kind: type[Pjsua] | None) -> None:
    """INVITE with Replaces for a ringing dialog (RFC 3891), as a BLF key sends it."""
    await office.open()
    a = Linphone(office.account("101"))
    b, value = await dialog_at(office, a)
    if kind is Pjsua:
        c = await office.phone(Pjsua(office.account("103")))
        await c.send_tone(1500)
        await c.call("102", headers={"Replaces": value, "Require": "replaces"})
        await asyncio.gather(a.wait_established(), c.wait_established())
        await a.wait_hears(1500, c)
    else:
        raw = await RawPhone.open(office, "103")
        await raw.call("102", [("Replaces", value), ("Require", "replaces")])
        await a.wait_established()
    cancel = await b.raw.wait_request("CANCEL")
    assert "Call completed elsewhere" in (cancel.headers.get("Reason") or "")
    await b.raw.respond(cancel, 200)
    await a.hangup()
    await a.wait_ended()


async def test_replaces_is_not_for_other_groups_nor_organisations(
    office: Office, other_office: Office
) -> None:
    await with_groups(office, x101="sales", x102="sales", x103="service")
    await other_office.open()
    a = Baresip(office.account("101"))
    b, value = await dialog_at(office, a)
    headers = [("Replaces", value), ("Require", "replaces")]
    colleague = await RawPhone.open(office, "103")
    answer, _ = await colleague.invite("102", headers)
    assert answer.code == 403
    stranger = await RawPhone.open(other_office, "102")
    answer, _ = await stranger.invite("102", headers)
    assert answer.code == 481
    assert not any(getattr(each, "method", "") == "CANCEL" for each in b.raw.inbox)
    assert a.state is CallState.RINGING
    await a.hangup()
    await b.raw.respond(await b.raw.wait_request("CANCEL"), 200)


async def test_replaces_of_a_talk_is_for_its_own_people_only(office: Office) -> None:
    """Another phone of the same extension goes on with the call; a colleague may not."""
    await office.open({"101": ["101"], "102": ["102", "102b"], "103": ["103"]})
    a, b = await RawPhone.open(office, "101"), await RawPhone.open(office, "102")
    at_a, at_b = await call_between(a, b, "102")
    headers = [("Replaces", at_b.replaces), ("Require", "replaces")]
    answer, _ = await (await RawPhone.open(office, "103")).invite("102", headers)
    assert answer.code == 403
    mine = await RawPhone.open(office, "102", username="102b")
    there = await mine.call("102", headers)
    await b.hung_up()
    assert (await at_a.ask("BYE")).code == 200
    await mine.hung_up()
    assert there.their_tag


# --- the control API ---


@ALL
async def test_pickup_by_the_control_api(office: Office, other_office: Office, kind: type[BasePhone]) -> None:
    """My phone rings, shows the caller, and has the call when I answer."""
    await with_groups(office, x101="sales", x102="sales", x103="sales", x104="service")
    await other_office.open()
    c = kind(office.account("103"))
    a, b = await ringing(office, c)
    (call,) = await office.calls()
    async with office.client() as client:
        for tenant, extension, status in (
            (office.tenant, "104", 403),
            (other_office.tenant, "103", 404),
        ):
            with pytest.raises(ControlError) as refused:
                await client.command(call.id, Pickup(tenant=tenant, extension=extension))
            assert refused.value.status == status
        await client.command(call.id, Pickup(tenant=office.tenant, extension="103"))
    await c.wait_ringing()
    await c.answer()
    await asyncio.gather(c.wait_established(), a.wait_established(), b.wait_ended())
    await both_hear(a, c, 700, 1500)
    await hang_up(a, c)


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_move_to_another_device_of_mine(office: Office, kind: type[BasePhone]) -> None:
    """The talk goes on until the other device answers; then the first is free."""
    await office.open({"101": ["101"], "102": ["102", "102b"], "103": ["103"]})
    a, b = Linphone(office.account("101")), kind(office.account("102"))
    other = Baresip(office.account("102", username="102b"))
    await office.phones(a, b)
    await connect(a, b, "102")
    await office.phone(other)
    await both_hear(a, b)
    (call,) = await office.calls()
    async with office.client() as client:
        for extension, device, status in (("102", "d103", 404), ("103", "d102b", 403), ("102", "d102", 404)):
            with pytest.raises(ControlError) as refused:
                await client.command(call.id, Move(tenant=office.tenant, extension=extension, device=device))
            assert refused.value.status == status
        await client.command(call.id, Move(tenant=office.tenant, extension="102", device="d102b"))
        await other.wait_ringing()
        assert other.caller_shown is not None
        assert other.caller_shown.name == "Move: Desk 101"
        await both_hear(a, b, 800, 1300)
        await other.decline()
        await other.wait_ended()
        await both_hear(a, b)
        await client.command(call.id, Move(tenant=office.tenant, extension="102", device="d102b"))
    await other.wait_ringing()
    await other.answer()
    await asyncio.gather(other.wait_established(), b.wait_ended())
    await both_hear(a, other, 700, 1500)
    await hang_up(a, other)
    record = await office.record()
    assert record.outcome == "answered"


@ALL
async def test_click_to_call_with_the_device_of_choice(office: Office, kind: type[BasePhone]) -> None:
    """Only that device rings, shows whom I call, and then calls."""
    await office.open({"101": ["101", "101b"], "102": ["102"]})
    desk, mobile = Linphone(office.account("101")), kind(office.account("101", username="101b"))
    b = Pjsua(office.account("102"))
    await office.phones(desk, mobile, b)
    async with office.client() as client:
        await client.originate(Originate(tenant=office.tenant, extension="101", number="102", device="d101b"))
    await mobile.wait_ringing()
    assert mobile.caller_shown is not None
    assert (mobile.caller_shown.name, mobile.caller_shown.number) == ("Desk 102", "102")
    assert desk.state is CallState.IDLE
    await mobile.answer()
    await b.wait_ringing()
    assert b.caller_shown is not None
    assert b.caller_shown.number == "101"
    await b.answer()
    await asyncio.gather(mobile.wait_established(), b.wait_established())
    await both_hear(mobile, b)
    await hang_up(b, mobile)


# --- limits ---


@ALL
async def test_call_waiting_up_to_the_limit(office: Office, kind: type[BasePhone]) -> None:
    """A second call rings at a phone that talks; a third finds it busy."""
    plain = await office.open()
    office._version += 1
    devices = [replace(each, max_calls=2) for each in plain.devices]
    async with office.client() as client:
        await client.snapshot(replace(plain, version=office._version, devices=devices))
    b = kind(office.account("102"))
    a, c, d = [Pjsua(office.account(number)) for number in ("101", "103", "104")]
    await office.phones(a, b, c, d)
    await connect(a, b, "102")
    await c.call("102")
    await b.until(lambda: b.lines == [CallState.ESTABLISHED, CallState.INCOMING], "call waiting")
    await d.call("102")
    assert (await d.wait_ended(20)).code == 486
    await c.hangup()
    await c.wait_ended()
    await a.hangup()
    await a.wait_ended()


@ALL
async def test_do_not_disturb(office: Office, kind: type[BasePhone]) -> None:
    """Set by the code from the phone, shown by the control API, off again."""
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), kind(office.account("102")))
    await b.call("*78")
    await b.wait_ended(20)
    async with office.client() as client:
        states = {each.extension: each for each in await client.extensions(office.tenant)}
        assert states["102"].do_not_disturb
        await a.call("102")
        assert (await a.wait_ended(20)).code == 486
        await client.set_state(office.tenant, "102", SetState(do_not_disturb=False))
    await connect(a, b, "102")
    await hear_each_other_briefly(a, b)
    await hang_up(a, b)


async def hear_each_other_briefly(a: BasePhone, b: BasePhone) -> None:
    await both_hear(a, b)
    await hears_none(a, 600)
