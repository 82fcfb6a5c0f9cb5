"""Several phones ring for one number; phones that send calls elsewhere."""

import asyncio

import sipmessage

from tests.phones.baresip import Baresip
from tests.phones.base import CallState
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.phones.raw import RawSip
from tests.running import eventually
from tests.telephony.office import Office, both_hear, check_answered, connect, hang_up, leg_of

ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'
TWO_PHONES = {"101": ["101"], "102": ["102", "102b", "102c"], "103": ["103"]}


async def accept(raw: RawSip, invite: sipmessage.Request, tag: str) -> None:
    """200 with an answer, from a raw phone."""
    await raw.respond(
        invite, 200, "OK", to_tag=tag, headers=[("Contact", f"<{raw.contact}>")], body=raw.sdp()
    )


async def test_all_phones_ring_and_the_first_answer_wins(office: Office) -> None:
    await office.open(TWO_PHONES)
    a, b, c, d = await office.phones(
        Pjsua(office.account("101")),
        Pjsua(office.account("102")),
        Linphone(office.account("102", username="102b")),
        Baresip(office.account("102", "tcp", username="102c")),
    )
    await a.call("102")
    await asyncio.gather(b.wait_ringing(), c.wait_ringing(), d.wait_ringing())
    await c.answer()
    await asyncio.gather(a.wait_established(), c.wait_established(), b.wait_ended(), d.wait_ended())
    for other in (b, d):
        await eventually(lambda phone=other: phone.received("CANCEL"), 3, f"CANCEL at {other}")
        assert other._reason_header() == ELSEWHERE
    await both_hear(a, c)
    await hang_up(c, a)
    record = await office.record()
    check_answered(record, "callee")
    legs = {leg.device: leg for leg in record.legs}
    assert set(legs) == {"d101", "d102", "d102b", "d102c"}
    assert legs["d102b"].answered_at is not None
    for device in ("d102", "d102c"):
        assert (legs[device].answered_at, legs[device].ended_by, legs[device].code) == (None, "core", 200)
        assert legs[device].reason == "answered on another phone"


async def test_cancel_on_the_wire_says_that_the_call_was_completed_elsewhere(office: Office) -> None:
    await office.open(TWO_PHONES)
    a, b = await office.phones(Pjsua(office.account("101")), Baresip(office.account("102", username="102b")))
    raw = await office.raw("102")
    await a.call("102")
    invite = await raw.wait_request("INVITE")
    await raw.respond(invite, 180, "Ringing", to_tag="r1")
    await b.wait_ringing()
    await b.answer()
    cancel = await raw.wait_request("CANCEL")
    assert cancel.headers.get("Reason") == ELSEWHERE
    assert cancel.headers.get("Via") == invite.headers.get("Via")
    await raw.respond(cancel, 200, "OK", to_tag="r1")
    await raw.respond(invite, 487, "Request Terminated", to_tag="r1")
    await raw.wait_request("ACK")
    await a.wait_established()
    await hang_up(a, b)
    await office.record()


async def test_two_phones_answer_in_the_same_moment(office: Office) -> None:
    await office.open(TWO_PHONES)
    a = await office.phone(Pjsua(office.account("101")))
    first, second = await office.raw("102"), await office.raw("102", username="102b")
    await a.call("102")
    invites = await asyncio.gather(first.wait_request("INVITE"), second.wait_request("INVITE"))
    await asyncio.gather(accept(first, invites[0], "one"), accept(second, invites[1], "two"))
    await a.wait_established()

    def byes() -> list[RawSip]:
        return [
            raw
            for raw in (first, second)
            if any(isinstance(m, sipmessage.Request) and m.method == "BYE" for m in raw.inbox)
        ]

    await eventually(byes, 5, "BYE for the loser")
    for raw in (first, second):
        await raw.wait_request("ACK")
    (loser,) = byes()
    bye = await loser.wait_request("BYE")
    # When its 200 crossed a CANCEL, that said why, and PJSIP's own BYE says nothing.
    cancels = [m for m in loser.inbox if isinstance(m, sipmessage.Request) and m.method == "CANCEL"]
    assert ELSEWHERE in [message.headers.get("Reason") for message in (bye, *cancels)]
    await loser.respond(bye, 200, "OK")
    winner = first if loser is second else second
    await a.hangup()
    await winner.respond(await winner.wait_request("BYE"), 200, "OK")
    await a.wait_ended()
    record = await office.record()
    assert record.outcome == "answered"
    reasons = [leg.reason for leg in record.legs if leg.role == "callee"]
    assert reasons.count("answered on another phone") == 1, record


async def test_an_answer_that_crosses_the_cancel_gets_a_bye(office: Office) -> None:
    await office.open(TWO_PHONES)
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102", username="102b")))
    raw = await office.raw("102")
    await a.call("102")
    invite = await raw.wait_request("INVITE")
    await raw.respond(invite, 180, "Ringing", to_tag="late")
    await b.wait_ringing()
    await b.answer()
    cancel = await raw.wait_request("CANCEL")
    await accept(raw, invite, "late")
    await raw.respond(cancel, 200, "OK", to_tag="late")
    await raw.wait_request("ACK")
    bye = await raw.wait_request("BYE")
    await raw.respond(bye, 200, "OK")
    await both_hear(a, b)
    await hang_up(a, b)
    record = await office.record()
    late = next(leg for leg in record.legs if leg.device == "d102")
    assert late.reason == "answered on another phone"


async def test_one_phone_is_busy_the_other_rings_on(office: Office) -> None:
    await office.open(TWO_PHONES)
    a, b, c = await office.phones(
        Pjsua(office.account("101")),
        Pjsua(office.account("102"), on_invite="486"),
        Pjsua(office.account("102", username="102b")),
    )
    await a.call("102")
    await b.wait_ended()
    await c.wait_ringing()
    await c.answer()
    await a.wait_established()
    await hang_up(a, c)
    check_answered(await office.record(), audio=False)


async def test_a_decline_speaks_for_all_phones(office: Office) -> None:
    await office.open(TWO_PHONES)
    a, b, c = await office.phones(
        Pjsua(office.account("101")),
        Pjsua(office.account("102")),
        Pjsua(office.account("102", username="102b")),
    )
    await a.call("102")
    await asyncio.gather(b.wait_ringing(), c.wait_ringing())
    await b.decline(603)
    await c.wait_ended()
    assert (await a.wait_ended()).code == 603
    record = await office.record()
    assert (record.outcome, record.code) == ("declined", 603)


async def test_one_account_on_two_phones(office: Office) -> None:
    """Two bindings of one device ring alike."""
    await office.open()
    a, b, c = await office.phones(
        Pjsua(office.account("101")), Pjsua(office.account("102")), Linphone(office.account("102", "tcp"))
    )
    await a.call("102")
    await asyncio.gather(b.wait_ringing(), c.wait_ringing())
    await b.answer()
    await asyncio.gather(a.wait_established(), c.wait_ended())
    await hang_up(b, a)
    assert len((await office.record()).legs) == 3


async def test_calling_the_own_second_phone(office: Office) -> None:
    await office.open({"101": ["101", "101b"], "102": ["102"]})
    a, b = await office.phones(Baresip(office.account("101")), Pjsua(office.account("101", username="101b")))
    await connect(a, b, "101")
    await both_hear(a, b)
    await hang_up(a, b)
    record = await office.record()
    check_answered(record)
    assert {leg.device for leg in record.legs} == {"d101", "d101b"}  # the calling phone did not ring


async def test_calling_oneself_without_a_second_phone(office: Office) -> None:
    await office.open()
    a = await office.phone(Pjsua(office.account("101")))
    await a.call("101")
    assert (await a.wait_ended()).code == 480
    assert (await office.record()).outcome == "not_registered"


async def test_a_phone_sends_the_call_to_another_extension(office: Office) -> None:
    await office.open()
    a, b, c = await office.phones(
        Pjsua(office.account("101")), Linphone(office.account("102")), Pjsua(office.account("103"))
    )
    await a.call("102")
    await b.wait_ringing()
    await b.redirect("103")
    await c.wait_ringing()
    await c.answer()
    await a.wait_established()
    await both_hear(a, c)
    await hang_up(a, c)
    record = await office.record()
    check_answered(record)
    assert leg_of(record, "callee", "103").answered_at is not None
    assert leg_of(record, "callee", "102").code == 302
    assert any("forwarded to 103" in step.result for step in record.path), record.path


async def test_a_loop_of_forwards_ends(office: Office) -> None:
    await office.open()
    a, _, _ = await office.phones(
        Pjsua(office.account("101")),
        Pjsua(office.account("102"), on_invite=f"302 sip:103@{office.domain}"),
        Pjsua(office.account("103"), on_invite=f"302 sip:102@{office.domain}"),
    )
    await a.call("102")
    assert (await a.wait_ended()).code == 500
    record = await office.record()
    assert record.outcome == "failed"
    assert len(record.legs) < 10
    assert "too many forwards in a row" in [step.result for step in record.path]


async def test_a_forward_never_leaves_the_organisation(office: Office) -> None:
    await office.open()
    outside = RawSip("127.0.0.1", office.core.port)
    await outside.open()
    try:
        a, _ = await office.phones(
            Pjsua(office.account("101")),
            Pjsua(office.account("102"), on_invite=f"302 sip:evil@127.0.0.1:{outside.local_port}"),
        )
        await a.call("102")
        assert (await a.wait_ended()).code == 500
        assert not outside.inbox
    finally:
        await outside.close()
    assert (await office.record()).outcome == "failed"


async def test_early_media_of_the_called_phone_is_heard(office: Office) -> None:
    await office.open()
    a, b = await office.phones(
        Linphone(office.account("101")), Pjsua(office.account("102"), on_invite="early")
    )
    await b.send_tone(700)
    await a.call("102")
    await a.until(lambda: a.state is CallState.EARLY, "early media")
    await a.wait_hears(700, b)
    (call,) = await office.calls()
    assert call.answered_at is None
    assert leg_of(call, "callee").state == "early"
    await b.answer()
    await asyncio.gather(a.wait_established(), b.wait_established())
    await both_hear(a, b, 600, 1100)
    await hang_up(a, b)
    check_answered(await office.record())


async def test_early_media_then_busy(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102"), on_invite="early"))
    await a.call("102")
    await a.wait_hears(1000, b)
    await b.decline(486)
    assert (await a.wait_ended()).code == 486
    record = await office.record()
    assert (record.outcome, record.answered_at) == ("busy", None)


async def test_early_media_of_two_phones_is_not_mixed(office: Office) -> None:
    await office.open(TWO_PHONES)
    a, b, _ = await office.phones(
        Pjsua(office.account("101")),
        Pjsua(office.account("102"), on_invite="early"),
        Pjsua(office.account("102", username="102b"), on_invite="early"),
    )
    await a.call("102")
    await a.wait_ringing()
    assert a.state is CallState.RINGING
    await b.answer()
    await a.wait_established()
    await both_hear(a, b)
    await hang_up(a, b)
    await office.record()
