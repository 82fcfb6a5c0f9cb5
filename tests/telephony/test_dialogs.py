"""What happens inside a call: hold, other codecs, late offers, UPDATE, PRACK, session timers."""

import asyncio

import pytest

from tests.phones.audio import tone_level
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.phones.raw import RawSip
from tests.phones.sipp import Sipp, require_ok
from tests.running import eventually
from tests.telephony.office import Office, both_hear, check_answered, connect, hang_up, leg_of


def offers(phone: BasePhone, direction: str) -> int:
    """How often a media direction was said, sent or received."""
    return phone.trace.count(f"a={direction}")


def silent(phone: BasePhone) -> bool:
    """Whether no tone that a phone sends was heard in the last half second."""
    samples, rate = phone.heard(last_s=0.5)
    return bool(rate) and all(tone_level(samples, rate, hz) < -50 for hz in (600, 1100))


async def test_hold_by_both_then_resume_by_both(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await a.hold()
    await eventually(lambda: _states(office, {"held", "answered"}), 5, "one held")
    await b.hold()
    await eventually(lambda: _states(office, {"held"}), 5, "both held")
    await a.resume()
    await b.resume()
    await both_hear(a, b, 800, 1300)
    await hang_up(b, a)
    check_answered(await office.record(), "callee", audio=False)


async def test_hold_and_resume_in_quick_succession(office: Office) -> None:
    """The call ends as the last wish says, however the re-INVITEs overtake each other."""
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    for _ in range(3):
        await a.hold()
        await a.resume()
    await both_hear(a, b, 800, 1300)
    await eventually(lambda: _states(office, {"answered"}), 5, "nobody held")
    await a.hold()
    await a.resume()
    await a.hold()
    await eventually(lambda: _states(office, {"held", "answered"}), 5, "held")
    await hang_up(a, b)


async def _states(office: Office, wanted: set[str]) -> bool:
    calls = await office.calls()
    return bool(calls) and {leg.state for leg in calls[0].legs} == wanted


async def test_a_held_call_does_not_count_as_dead(office: Office) -> None:
    await office.open(rtp_timeout_seconds=5)
    a, b = await office.phones(Linphone(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await a.hold()
    await eventually(lambda: _states(office, {"held", "answered"}), 5, "held")
    (call,) = await office.calls()
    with pytest.raises(AssertionError):
        await eventually(lambda: _gone(office), 8, "end of the held call")
    await a.resume()
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)
    assert (await office.record()).id == call.id


async def _gone(office: Office) -> bool:
    return not await office.calls()


async def test_hold_with_inactive(office: Office) -> None:
    await office.open()
    a, raw, invite = await talking_to_raw(office)
    offer = one_codec().replace(b"a=sendrecv", b"a=inactive").replace(b"o=- 1 1", b"o=- 1 2")
    answer = await raw.ask(back_to(raw, invite, "INVITE", 1, offer))
    assert answer.code == 200
    assert "a=inactive" in str(answer.body)
    await raw.send(back_to(raw, invite, "ACK", 1))
    await eventually(lambda: _states(office, {"held", "answered"}), 5, "held")
    offer = one_codec().replace(b"o=- 1 1", b"o=- 1 3")
    answer = await raw.ask(back_to(raw, invite, "INVITE", 2, offer))
    assert answer.code == 200
    assert "a=sendrecv" in str(answer.body)
    await raw.send(back_to(raw, invite, "ACK", 2))
    await eventually(lambda: _states(office, {"answered"}), 5, "resumed")
    await raw_hangs_up(raw, invite, 3)
    await a.wait_ended()
    record = await office.record()
    assert (record.outcome, record.ended_by) == ("answered", "callee")


def one_codec() -> bytes:
    """PCMA alone: after an answer with several codecs the core asks again for one (PJSIP locks the codec)."""
    return (
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        b"m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
    )


async def talking_to_raw(office: Office) -> tuple[Pjsua, RawSip, object]:
    """101 calls 102, a raw phone that answered."""
    a = await office.phone(Pjsua(office.account("101")))
    raw = await office.raw("102")
    await a.call("102")
    invite = await raw.wait_request("INVITE")
    await raw.respond(
        invite, 200, "OK", to_tag="raw", headers=[("Contact", f"<{raw.contact}>")], body=one_codec()
    )
    await raw.wait_request("ACK")
    await a.wait_established()
    return a, raw, invite


def back_to(raw: RawSip, invite: object, method: str, cseq: int, body: bytes = b"") -> bytes:
    """A request of the called phone in the dialog of `invite`."""
    return raw.request(
        method,
        str(invite.contact[0].uri),  # type: ignore[attr-defined]
        sender=str(invite.to_address.uri),  # type: ignore[attr-defined]
        to=str(invite.from_address.uri),  # type: ignore[attr-defined]
        call_id=invite.call_id,  # type: ignore[attr-defined]
        cseq=cseq,
        from_tag="raw",
        to_tag=invite.from_address.parameters.get("tag") or "",  # type: ignore[attr-defined]
        headers=[("Contact", f"<{raw.contact}>")] if method != "ACK" else [],
        body=body,
    )


async def raw_hangs_up(raw: RawSip, invite: object, cseq: int) -> None:
    assert (await raw.ask(back_to(raw, invite, "BYE", cseq))).code == 200


async def test_two_changes_at_once_get_491_and_the_call_goes_on(office: Office) -> None:
    """A re-INVITE meets ours: one gets 491 (RFC 3261 section 14.2), nothing hangs."""
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await asyncio.gather(a.hold(), b.hold())
    await eventually(lambda: _states(office, {"held"}), 8, "both held")
    await asyncio.gather(a.resume(), b.resume())
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)


@pytest.mark.parametrize("who", ["caller", "callee"])
@pytest.mark.parametrize(("before", "after"), [("PCMA", "G722"), ("opus", "PCMU"), ("G722", "opus")])
async def test_a_phone_changes_its_codec(office: Office, who: str, before: str, after: str) -> None:
    await office.open()
    a, b = await office.phones(
        Pjsua(office.account("101", codecs=[before])), Pjsua(office.account("102", codecs=[before]))
    )
    await connect(a, b, "102")
    await both_hear(a, b)
    changing = a if who == "caller" else b
    await changing.reinvite(codecs=[after])

    async def changed() -> bool:
        (call,) = await office.calls()
        return leg_of(call, who).codec == after

    await eventually(changed, 5, "other codec")
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)
    codecs = (after, before) if who == "caller" else (before, after)
    check_answered(await office.record(), codecs=codecs, audio=False)


async def test_late_offer(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Linphone(office.account("102")))
    await a.call("102", late_offer=True)
    await b.wait_ringing()
    await b.answer()
    await asyncio.gather(a.wait_established(), b.wait_established())
    await both_hear(a, b)
    await a.reinvite(late_offer=True)
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)
    check_answered(await office.record(), audio=False)


@pytest.mark.parametrize("who", ["caller", "callee"])
async def test_update_with_an_offer(office: Office, who: str) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    updating = a if who == "caller" else b
    await updating.update()
    await eventually(lambda: "/UPDATE/" in updating.trace, 5, "UPDATE")
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)
    check_answered(await office.record(), audio=False)


@pytest.mark.parametrize("early", ["ring", "early"])
async def test_reliable_provisional_answers_on_both_sides(office: Office, early: str) -> None:
    await office.open()
    a, b = await office.phones(
        Pjsua(office.account("101"), prack="required"),
        Pjsua(office.account("102"), prack="required", on_invite=early),
    )
    await a.call("102")
    await b.wait_ringing()
    await a.wait_ringing()
    await eventually(lambda: b.received("PRACK"), 3, "PRACK at the callee")
    await eventually(lambda: "PRACK sip:" in a.trace and "RAck:" in a.trace, 3, "PRACK of the caller")
    assert "RSeq:" in a.trace
    await b.answer()
    await asyncio.gather(a.wait_established(), b.wait_established())
    await both_hear(a, b)
    await hang_up(a, b)
    check_answered(await office.record())


CALLERS = ["uac", "uac_100rel", "uac_hold", "uac_late_offer", "uac_reinvite_late_offer"]
CALLERS += ["uac_session_timer", "uac_update"]


@pytest.mark.parametrize("scenario", CALLERS)
async def test_sipp_as_caller(office: Office, scenario: str) -> None:
    await office.open()
    b = await office.phone(Pjsua(office.account("102")))
    call = Sipp(scenario, office.account("101"), number="102", pause_ms=600)
    async with call:
        await b.wait_ringing()
        await b.answer()
        require_ok(await call.wait())
    await b.wait_ended()
    check_answered(await office.record(), audio=False)


CALLED = ["uas", "uas_100rel", "uas_bye", "uas_early_media", "uas_hold", "uas_session_timer", "uas_update"]


@pytest.mark.parametrize("scenario", CALLED)
async def test_sipp_as_callee(office: Office, scenario: str) -> None:
    await office.open()
    a = await office.phone(Pjsua(office.account("101")))
    port = await Sipp.register(office.account("102"))
    async with Sipp(scenario, office.account("102"), local_port=port, pause_ms=600) as callee:
        await a.call("102")
        await a.wait_established()
        if scenario == "uas_bye":
            await a.wait_ended()
        else:
            if scenario in ("uas_hold", "uas_update", "uas_session_timer"):
                method = "INVITE" if scenario == "uas_hold" else "UPDATE"
                # Every message of these transactions has a CSeq: the first INVITE and its answers, then ours.
                times = 7 if scenario == "uas_hold" else 2
                await eventually(lambda: callee.result().messages.count(f" {method}\n") >= times, 8, method)
                await eventually(lambda: _states(office, {"answered"}), 5, "resume")
            await a.hangup()
            await a.wait_ended()
        require_ok(await callee.wait())
    ended_by = "callee" if scenario == "uas_bye" else "caller"
    check_answered(await office.record(), ended_by, audio=False)


async def test_a_session_interval_that_is_too_small(office: Office) -> None:
    """422 with Min-SE (RFC 4028 section 6)."""
    await office.open()
    async with Sipp("uac_timer_too_small", office.account("101"), number="102") as call:
        result = require_ok(await call.wait())
    assert "Min-SE: 90" in result.messages
