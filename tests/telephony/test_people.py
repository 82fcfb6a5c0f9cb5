"""Who is shown to whom, calls begun through the control API, and organisations that do not meet."""

import asyncio

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Originate
from pbx.control.configuration import ExtensionConfig
from tests.phones.audio import tone_level
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone, CallState, header
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.office import Office, both_hear, check_answered, connect, hang_up, leg_of

RINGBACK_HZ = 425


@pytest.mark.parametrize("kind", [Baresip, Linphone, Pjsua], ids=lambda kind: kind.kind)
async def test_the_callee_sees_name_and_number_whatever_the_phone_says(
    office: Office, kind: type[BasePhone]
) -> None:
    await office.open(
        {"101": ["101"], "102": ["102"]},
        extensions=[
            ExtensionConfig(id="x101", number="101", name='Zoë "Z" Ånd \\ 電話', language="en"),
            ExtensionConfig(id="x102", number="102", name="Desk 102", language="en"),
        ],
    )
    a, b = await office.phones(Pjsua(office.account("101", username="101")), kind(office.account("102")))
    await a.call("102", headers={"P-Asserted-Identity": "<sip:100@evil.test>"})
    await b.wait_ringing()
    shown = b.caller_shown
    assert shown is not None
    assert (shown.name, shown.number) == ('Zoë "Z" Ånd \\ 電話', "101")
    assert (shown.asserted_name, shown.asserted_number) == ('Zoë "Z" Ånd \\ 電話', "101")
    assert "evil" not in str(shown.headers)
    assert f"@{office.domain}" in shown.headers["From"]
    await b.answer()
    await a.wait_established()
    await hang_up(a, b)
    record = await office.record()
    assert (record.caller_number, record.caller_name) == ("101", 'Zoë "Z" Ånd \\ 電話')


async def test_a_device_shows_its_extension_not_its_user_name(office: Office) -> None:
    await office.open({"101": ["reception-left"], "102": ["102"]})
    a, b = await office.phones(
        Pjsua(office.account("101", username="reception-left")), Pjsua(office.account("102"))
    )
    await a.call("102")
    await b.wait_ringing()
    assert b.caller_shown is not None
    assert (b.caller_shown.name, b.caller_shown.number) == ("Desk 101", "101")
    await a.hangup()
    await b.wait_ended()


async def test_the_caller_sees_who_answered(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Baresip(office.account("102")))
    await connect(a, b, "102")
    answers = [text for text in a.trace.split("SIP/2.0 ") if text.startswith("200 OK") and "INVITE" in text]
    assert header(answers[-1], "P-Asserted-Identity") == f'"Desk 102" <sip:102@{office.domain}>'
    await hang_up(a, b)


async def test_a_call_begun_through_the_control_api(office: Office) -> None:
    await office.open(dutch=["101"])
    a, b = await office.phones(Linphone(office.account("101")), Pjsua(office.account("102")))
    async with office.client() as client:
        call = await client.originate(Originate(tenant=office.tenant, extension="101", number="102"))
        await a.wait_ringing()
        assert b.state is CallState.IDLE
        assert a.caller_shown is not None
        assert (a.caller_shown.name, a.caller_shown.number) == ("Desk 102", "102")
        await a.answer()
        await b.wait_ringing()
        assert b.caller_shown is not None
        assert (b.caller_shown.name, b.caller_shown.number) == ("Desk 101", "101")
        await a.until(lambda: _hears_ringback(a), "ringback")
        await b.answer()
        await b.wait_established()
        await both_hear(a, b)
        (live,) = await client.calls(office.tenant)
        assert live.id == call
        assert live.answered_at is not None
        assert await client.hangup(call)
        await asyncio.gather(a.wait_ended(), b.wait_ended())
        assert not await client.hangup(call)
    record = await office.record()
    assert record.id == call
    check_answered(record, "operator")
    assert (record.caller_number, record.dialled) == ("101", "102")
    assert record.code == 480
    assert record.reason == "ended by an operator"


def _hears_ringback(phone: BasePhone) -> bool:
    samples, rate = phone.heard(last_s=0.6)
    return bool(rate) and tone_level(samples, rate, RINGBACK_HZ) > -30


async def test_a_call_begun_through_the_control_api_that_nobody_takes(office: Office) -> None:
    await office.open()
    a = await office.phone(Pjsua(office.account("101"), on_invite="486"))
    async with office.client() as client:
        await client.originate(Originate(tenant=office.tenant, extension="101", number="102"))
        await a.wait_ended()
        first = (await office.records(1))[0]
        assert (first.outcome, first.answered_at) == ("busy", None)
        await client.originate(Originate(tenant=office.tenant, extension="105", number="102"))
        second = (await office.records(2))[1]
        assert second.outcome == "not_registered"
        with pytest.raises(ControlError) as refused:
            await client.originate(Originate(tenant=office.tenant, extension="999", number="102"))
        assert refused.value.status == 404


async def test_a_call_begun_through_the_control_api_to_a_number_that_fails(office: Office) -> None:
    await office.open()
    a = await office.phone(Pjsua(office.account("101"), on_invite="200"))
    async with office.client() as client:
        await client.originate(Originate(tenant=office.tenant, extension="101", number="999"))
    await a.wait_established()
    await a.wait_ended()
    assert (await office.record()).outcome == "unknown_number"


async def test_hanging_up_through_the_control_api_while_it_rings(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await a.call("102")
    await b.wait_ringing()
    async with office.client() as client:
        (call,) = await client.calls(office.tenant)
        assert await client.hangup(call.id)
    assert (await a.wait_ended()).code == 480
    await b.wait_ended()
    record = await office.record()
    assert (record.outcome, record.ended_by) == ("cancelled", "operator")


async def test_organisations_do_not_meet(office: Office, other_office: Office) -> None:
    """The same numbers and user names in two organisations: each call stays in its own."""
    await office.open()
    await other_office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    c, d = await other_office.phones(Pjsua(other_office.account("101")), Pjsua(other_office.account("102")))
    await a.call("102")
    await b.wait_ringing()
    assert d.state is CallState.IDLE
    await c.call("102")
    await d.wait_ringing()
    await asyncio.gather(b.answer(), d.answer())
    await asyncio.gather(a.wait_established(), c.wait_established())
    await asyncio.gather(both_hear(a, b, 600, 1100), both_hear(c, d, 800, 1300))
    (mine,) = await office.calls()
    (theirs,) = await other_office.calls()
    assert {mine.tenant, theirs.tenant} == {office.tenant, other_office.tenant}
    await asyncio.gather(hang_up(a, b), hang_up(d, c))
    check_answered(await office.record(), "caller")
    check_answered(await other_office.record(), "callee")


async def test_a_call_to_another_organisation_gets_404(office: Office, other_office: Office) -> None:
    await office.open()
    await other_office.open()
    a = await office.phone(Pjsua(office.account("101")))
    d = await other_office.phone(Pjsua(other_office.account("102")))
    await a.call(f"sip:102@{other_office.domain}")
    assert (await a.wait_ended()).code == 404
    assert d.state is CallState.IDLE


async def test_a_disabled_or_removed_device_does_not_ring(office: Office) -> None:
    await office.open({"101": ["101"], "102": ["102", "102b"]})
    a, b, c = await office.phones(
        Pjsua(office.account("101")),
        Pjsua(office.account("102")),
        Pjsua(office.account("102", username="102b")),
    )
    await office.open({"101": ["101"], "102": ["102b"]})
    async with office.client() as client:
        await eventually(lambda: _devices(client, office, {"d101", "d102b"}), 5, "binding to go")
    await connect(a, c, "102")
    assert b.state is CallState.IDLE
    await hang_up(a, c)
    assert leg_of(await office.record(), "callee").device == "d102b"


async def _devices(client: object, office: Office, wanted: set[str]) -> bool:
    bindings = await client.bindings(office.tenant)  # type: ignore[attr-defined]
    return {binding.device for binding in bindings} == wanted
