"""Transfers from real phones: blind ones and what becomes of those that fail, attended ones, what both sides
are told and hear, and a cable that is pulled in the middle."""

import asyncio

import pytest

from tests.phones.audio import tone_level
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone, CallState, header
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.music import hears_none
from tests.telephony.office import Office, both_hear, connect, hang_up, shows
from tests.telephony.raw_phone import RawPhone, call_between, refer_to

Transferor = type[Pjsua] | type[Linphone] | type[Baresip]
ALL = pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)
NUMBERS = {"101": ["101"], "102": ["102"], "103": ["103"], "104": ["104"]}


def told(phone: BasePhone) -> list[tuple[str, str]]:
    """Name and number of whom the phone was told it talks to, by requests in its call, oldest first."""
    found = []
    for message in phone.received("UPDATE") + phone.received("INVITE"):
        value = header(message, "P-Asserted-Identity")
        if value and "tag=" in header(message, "To"):
            name, _, rest = value.partition("<")
            found.append((name.strip().strip('"'), rest.removeprefix("sip:").partition("@")[0]))
    return found


async def is_told(phone: BasePhone, name: str, number: str) -> None:
    """Wait until the phone knows that it talks to them."""
    await phone.until(lambda: (name, number) in told(phone), f"identity of {number}")


async def talking(office: Office, caller: BasePhone, kind: Transferor, *more: BasePhone) -> BasePhone:
    """101 calls 102, who will transfer; the others are registered too. Gives the phone of 102."""
    transferor = kind(office.account("102"))
    await office.phones(caller, transferor, *more)
    await asyncio.gather(caller.send_tone(600), transferor.send_tone(1100))
    await connect(caller, transferor, "102")
    await both_hear(caller, transferor)
    return transferor


# --- blind ---


@ALL
async def test_blind_transfer_answered(office: Office, kind: Transferor) -> None:
    await office.open()
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, kind, c)
    await c.send_tone(1500)
    await b.transfer("103")
    await shows(c, "Desk 101", "101")
    assert c.caller_shown is not None
    assert c.caller_shown.asserted_number == "101"
    await c.answer()
    await c.wait_established()
    await b.wait_ended()
    await a.wait_hears(1500, c)
    await c.wait_hears(600, a)
    await hears_none(a, 1100)
    await hears_none(c, 1100)
    await is_told(a, "Desk 103", "103")
    if isinstance(b, Pjsua):
        assert b.transfer_codes[-1] == 200
    await hang_up(a, c)
    record = await office.record()
    assert record.outcome == "answered"
    assert any(step.step == "transfer to 103" for step in record.path)


@ALL
async def test_the_caller_transfers_too(office: Office, kind: Transferor) -> None:
    await office.open()
    a, b, c = kind(office.account("101")), Linphone(office.account("102")), Pjsua(office.account("103"))
    await office.phones(a, b, c)
    await connect(a, b, "102")
    await both_hear(a, b)
    await a.transfer("103")
    await shows(c, "Desk 102", "102")
    await c.answer()
    await a.wait_ended()
    await both_hear(b, c, 700, 1500)
    await hang_up(c, b)
    assert (await office.record()).outcome == "answered"


@ALL
@pytest.mark.parametrize("how", ["busy", "declined", "unknown", "not_registered"])
async def test_a_transfer_that_fails_goes_on_as_before(office: Office, kind: Transferor, how: str) -> None:
    await office.open()
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, kind, c)
    if how in ("busy", "declined"):
        await c.set_on_invite("486" if how == "busy" else "603")
    await b.transfer({"unknown": "999", "not_registered": "104"}.get(how, "103"))
    code = {"busy": "486", "declined": "603", "unknown": "404", "not_registered": "480"}[how]
    await b.until(lambda: f"SIP/2.0 {code} " in b.trace, f"sipfrag {code}")
    if kind is Baresip:
        await returns(b)
    await asyncio.gather(a.send_tone(800), b.send_tone(1300))
    await a.wait_hears(1300, b)
    await b.wait_hears(800, a)
    await hang_up(a, b)
    record = await office.record()
    assert (record.outcome, record.ended_by) == ("answered", "caller")


async def returns(phone: BasePhone) -> None:
    """The phone hung up because the transfer failed, as baresip does: it rings again and answers."""
    await shows(phone, "Return: Desk 101", "101")
    await phone.answer()
    await phone.wait_established()


@ALL
async def test_nobody_answers_and_it_comes_back(office: Office, kind: Transferor) -> None:
    """To the phone that is still there: it talks at once."""
    await office.open(NUMBERS, ring_seconds=3)
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, kind, c)
    await b.transfer("103")
    await c.wait_ringing()
    await c.wait_ended()
    if kind is Baresip:
        await returns(b)
    await asyncio.gather(a.send_tone(800), b.send_tone(1300))
    await a.wait_hears(1300, b)
    await b.wait_hears(800, a)
    await is_told(a, "Desk 102", "102")
    await hang_up(a, b)


@ALL
async def test_it_comes_back_to_a_phone_that_had_hung_up(office: Office, kind: Transferor) -> None:
    """Which rings, and shows that it is a return."""
    await office.open(NUMBERS, ring_seconds=3)
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, kind, c)
    await b.transfer("103")
    await c.wait_ringing()
    await b.hangup()
    await b.wait_ended()
    await c.wait_ended()
    await shows(b, "Return: Desk 101", "101")
    await b.answer()
    await b.wait_established()
    await asyncio.gather(a.send_tone(800), b.send_tone(1300))
    await a.wait_hears(1300, b)
    await b.wait_hears(800, a)
    await hang_up(a, b)
    record = await office.record()
    assert [step.step for step in record.path if "return" in step.step] == ["return to 102"]


async def test_nobody_takes_the_return(office: Office) -> None:
    """The caller hears why, and the call ends."""
    await office.open(NUMBERS, ring_seconds=2, return_seconds=5)
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, Pjsua, c)
    await b.transfer("103")
    await c.wait_ringing()
    await b.hangup()
    await b.wait_ended()
    await b.wait_ringing()
    await b.wait_ended()
    await a.wait_ended(20)
    assert (await office.record()).ended_by == "core"


async def test_the_caller_hangs_up_while_the_target_rings(office: Office) -> None:
    await office.open()
    a, c = Baresip(office.account("101")), Linphone(office.account("103"))
    b = await talking(office, a, Pjsua, c)
    await b.transfer("103")
    await c.wait_ringing()
    await a.hangup()
    await asyncio.gather(a.wait_ended(), b.wait_ended(), c.wait_ended())


async def test_a_ring_back_is_heard_and_not_the_transferor(office: Office) -> None:
    await office.open()
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, Pjsua, c)
    await b.transfer("103")
    await c.wait_ringing()
    await hears_none(a, 1100)

    def ringback() -> bool:
        samples, rate = a.heard(last_s=1.0)
        return bool(rate) and tone_level(samples, rate, 400) > -40

    await a.until(ringback, "ringback tone")
    await hang_up(a, b)


# --- on the wire ---


async def test_what_the_transferor_is_told(office: Office) -> None:
    """NOTIFY with sipfrag: 100, 180, 200, then BYE (RFC 3515, RFC 5589)."""
    await office.open()
    a, b, c = [await RawPhone.open(office, number) for number in ("101", "102", "103")]
    at_a, at_b = await call_between(a, b, "102")
    answer = await at_b.refer(f"<sip:103@{office.domain}>")
    assert answer.code == 202
    request, at_c = await c.rings()
    assert request.headers.get("P-Asserted-Identity") == f'"Desk 101" <sip:101@{office.domain}>'
    told = [await at_b.notified(), await at_b.notified()]
    assert [body for _, _, body in told] == ["SIP/2.0 100 Trying\r\n", "SIP/2.0 180 Ringing\r\n"]
    await c.answers(request, at_c)
    event, state, body = await at_b.notified()
    assert (state, body) == ("terminated;reason=noresource", "SIP/2.0 200 OK\r\n")
    assert event.startswith("refer")
    await b.hung_up()
    introduced = await a.introduced()
    assert introduced.headers.get("P-Asserted-Identity") == f'"Desk 103" <sip:103@{office.domain}>'
    assert (await at_a.ask("BYE")).code == 200
    await c.hung_up()


async def test_a_dialog_of_another_organisation_cannot_be_replaced(
    office: Office, other_office: Office
) -> None:
    await office.open()
    await other_office.open()
    a, b = [await RawPhone.open(office, number) for number in ("101", "102")]
    x, y = [await RawPhone.open(other_office, number) for number in ("101", "102")]
    at_a, at_b = await call_between(a, b, "102")
    at_x, at_y = await call_between(x, y, "102")
    for theirs in (at_x, at_y):
        answer = await at_b.refer(refer_to(theirs, "102", office.domain))
        assert answer.code == 481
    for dialog, other in ((at_a, b), (at_x, y)):
        assert (await dialog.ask("BYE")).code == 200
        await other.hung_up()


async def test_refer_outside_a_call_and_to_a_host_is_not_followed(office: Office) -> None:
    """A REFER names a number of ours, whatever host it carries; without a call it is refused."""
    await office.open()
    a, b = [await RawPhone.open(office, number) for number in ("101", "102")]
    at_a, at_b = await call_between(a, b, "102")
    assert (await at_b.refer("<sip:103@192.0.2.1:5999>")).code == 202
    bodies = [(await at_b.notified())[2], (await at_b.notified())[2]]
    assert bodies[0] == "SIP/2.0 100 Trying\r\n"
    assert bodies[1].startswith("SIP/2.0 480 ")  # 103 has no phone
    assert (await at_a.ask("BYE")).code == 200
    await b.hung_up()


# --- attended ---


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
@pytest.mark.parametrize("who", ["called", "caller"])
async def test_attended_transfer(office: Office, kind: type[Pjsua] | type[Linphone], who: str) -> None:
    """The two others talk, both are told with whom, and both calls of the transferor end."""
    await office.open()
    first, c = Pjsua(office.account("101")), Linphone(office.account("103"))
    b = kind(office.account("102"))
    await office.phones(first, b, c)
    if who == "called":
        await connect(first, b, "102")
    else:
        await connect(b, first, "101")
    await both_hear(first, b)
    await b.hold()
    await eventually(lambda: held(office), 5, "hold")
    await connect(b, c, "103")
    await b.attended()
    await eventually(lambda: not b.lines, 10, "an end of both calls of the transferor")
    await both_hear(first, c, 700, 1500)
    await is_told(first, "Desk 103", "103")
    await is_told(c, "Desk 101", "101")
    await hang_up(c, first)
    one, two = await office.records(2)
    assert {one.outcome, two.outcome} == {"answered"}
    assert one.continued_in == two.id


async def held(office: Office) -> bool:
    return any(leg.state == "held" for call in await office.calls() for leg in call.legs)


async def test_attended_transfer_while_the_target_rings(office: Office) -> None:
    """Linphone asks for it before 103 has answered."""
    await office.open()
    a, b, c = Pjsua(office.account("101")), Linphone(office.account("102")), Pjsua(office.account("103"))
    await office.phones(a, b, c)
    await connect(a, b, "102")
    await both_hear(a, b)
    await b.hold()
    await eventually(lambda: held(office), 5, "hold")
    await b.call("103")
    await c.wait_ringing()
    await b.until(lambda: b.state is CallState.RINGING, "ringing")
    await b.attended()
    await eventually(lambda: not b.lines, 10, "an end of both calls of the transferor")
    await c.answer()
    await c.wait_established()
    await both_hear(a, c, 700, 1500)
    await is_told(a, "Desk 103", "103")
    await hang_up(a, c)


async def test_attended_transfer_while_it_rings_and_the_transferor_is_gone(office: Office) -> None:
    """On the wire: REFER with the early dialog, BYE and CANCEL at once after it (RFC 5589 section 7.3)."""
    await office.open()
    a = await office.phone(Linphone(office.account("101")))
    c = await office.phone(Pjsua(office.account("103")))
    b = await RawPhone.open(office, "102")
    await a.call("102")
    first = await b.picks_up()
    calling = asyncio.create_task(b.invite("103"))
    await c.wait_ringing()
    ringing = await b.raw.take(lambda m: getattr(m, "code", 0) == 180, "180")
    second = first.__class__(
        first.phone,
        str(ringing.from_address.uri),
        str(ringing.to_address.uri),
        ringing.call_id,
        ringing.from_address.parameters.get("tag") or "",
        "",
        ringing.to_address.parameters.get("tag") or "",
    )
    assert (await first.refer(refer_to(second, "103", office.domain))).code == 202
    answer, _ = await calling
    assert answer.code == 487
    await b.hung_up()
    await c.answer()
    await asyncio.gather(c.wait_established(), c.send_tone(1500), a.send_tone(700))
    await a.wait_hears(1500, c)
    await c.wait_hears(700, a)
    await hang_up(a, c)


async def test_the_consulted_one_may_be_busy(office: Office) -> None:
    """The first call still waits and is taken back."""
    await office.open()
    a, b, c = Linphone(office.account("101")), Pjsua(office.account("102")), Pjsua(office.account("103"))
    await office.phones(a, b, c)
    await connect(a, b, "102")
    await both_hear(a, b)
    await c.set_on_invite("486")
    await b.hold()
    await b.call("103")
    await b.until(lambda: len(b.lines) == 1, "an end of the second call", 20)
    await b.use_line(1)
    await b.resume()
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)


# --- a cable is pulled ---


@ALL
async def test_the_transferor_loses_power_while_the_target_rings(office: Office, kind: Transferor) -> None:
    """The two others go on as if nothing had been."""
    await office.open(rtp_timeout_seconds=5)
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, kind, c)
    await b.transfer("103")
    await c.wait_ringing()
    await b.kill()
    await c.answer()
    await c.wait_established()
    await both_hear(a, c, 700, 1500)
    await hang_up(a, c)


async def test_the_transferred_side_loses_power(office: Office) -> None:
    """Silence ends the call for the new partner."""
    await office.open(rtp_timeout_seconds=5)
    a, c = Linphone(office.account("101")), Pjsua(office.account("103"))
    b = await talking(office, a, Pjsua, c)
    await b.transfer("103")
    await c.wait_ringing()
    await a.kill()
    await c.answer()
    await c.wait_established()
    await c.wait_ended(30)
    record = await office.record()
    assert record.reason == "no audio from 101 for 5 seconds"


async def test_the_transferor_loses_power_while_consulting(office: Office) -> None:
    """Silence ends the consultation; who was held may wait or hang up."""
    await office.open(rtp_timeout_seconds=5)
    a, b, c = Linphone(office.account("101")), Pjsua(office.account("102")), Pjsua(office.account("103"))
    await office.phones(a, b, c)
    await connect(a, b, "102")
    await both_hear(a, b)
    await b.hold()
    await connect(b, c, "103")
    await b.kill()
    await c.wait_ended(30)
    await a.hangup()
    await a.wait_ended()
    assert len(await office.records(2)) == 2
