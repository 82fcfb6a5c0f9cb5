"""REFER in a call (RFC 3515): what is asked reaches the logic, the phone hears how far it is, and nothing
that a phone writes makes us call a host."""

import pytest

from pbx.ports import LegEnded, Referred, TellReferrer
from tests.running import eventually
from tests.sip.edge import Edge

ACTIVE = "active;expires=180"
OVER = "terminated;reason=noresource"


async def test_a_blind_transfer_and_its_progress(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone)
    answer = await dialog.refer(f"<sip:103@127.0.0.1:{edge.port}>")
    assert answer.code == 202
    assert answer.contact, "a 202 to REFER names a Contact"
    event = f"refer;id={dialog.cseq}"
    assert await edge.event(Referred) == Referred(leg=leg, number="103", replaces=None)
    assert await dialog.notified() == (event, ACTIVE, "SIP/2.0 100 Trying\r\n")
    for code, reason, final in ((180, "Ringing", False), (180, "Ringing", False), (200, "OK", True)):
        edge.stack.submit(TellReferrer(leg=leg, code=code, reason=reason, final=final))
    assert await dialog.notified() == (event, ACTIVE, "SIP/2.0 180 Ringing\r\n")
    assert await dialog.notified() == (event, OVER, "SIP/2.0 200 OK\r\n")
    # The next one begins anew.
    assert (await dialog.refer("<sip:104@elsewhere.test>")).code == 202
    assert (await edge.event(Referred)).number == "104"


async def test_the_phone_that_was_called_may_transfer_too(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone)
    assert (await dialog.refer("<tel:+31201234567>")).code == 202
    assert await edge.event(Referred) == Referred(leg=leg, number="+31201234567")


@pytest.mark.parametrize(
    ("refer_to", "number"),
    [
        ("sip:103@office.test", "103"),
        ("<sips:103@203.0.113.9:5061;transport=tls>", "103"),
        ('"Sales (103)" <sip:103;phone-context=x@attacker.example>', "103"),
        ("<sip:%2A8@office.test>", "*8"),
        ("<sip:103@office.test;method=INVITE>", "103"),
    ],
)
async def test_only_the_user_part_counts(edge: Edge, refer_to: str, number: str) -> None:
    phone = await edge.phone("101")
    _, dialog = await edge.call_from(phone)
    assert (await dialog.refer(refer_to)).code == 202
    assert (await edge.event(Referred)).number == number
    await dialog.notified()
    await phone.raw.expect_silence(0.5)


@pytest.mark.parametrize(
    ("refer_to", "code"),
    [
        ("", 400),
        ("<http://attacker.example/>", 400),
        ("<sip:127.0.0.1>", 400),
        ("<sip:" + "1" * 5000 + "@office.test>", 400),
        ("<sip:103@office.test;method=BYE>", 403),
        ("<sip:103@office.test?Replaces=nonsense>", 400),
        ("<sip:103@office.test?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>", 481),
        ("<sip:103@office.test?Replaces=" + "a" * 3000 + "%3Bto-tag%3Db%3Bfrom-tag%3Dc>", 400),
    ],
)
async def test_nonsense_is_refused_and_the_call_goes_on(edge: Edge, refer_to: str, code: int) -> None:
    phone = await edge.phone("101")
    _, dialog = await edge.call_from(phone)
    assert (await dialog.refer(refer_to)).code == code
    assert not any(isinstance(event, Referred | LegEnded) for event in edge.events)
    assert (await dialog.refer("<sip:103@office.test>")).code == 202


async def test_two_targets_are_one_too_many(edge: Edge) -> None:
    phone = await edge.phone("101")
    _, dialog = await edge.call_from(phone)
    answer = await dialog.refer("<sip:103@office.test>", ("Refer-To", "<sip:104@office.test>"))
    assert answer.code == 400


async def test_an_attended_transfer_names_the_other_leg(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone)
    other, consultation = await edge.call_from(phone, "103")
    third = await edge.phone("104")
    ringing, early, _ = await edge.call_to(third, answer=False)
    for wanted, found in ((consultation.replaces, other), (early.replaces, ringing)):
        value = wanted.replace(";", "%3B").replace("=", "%3D")
        assert (await dialog.refer(f"<sip:103@office.test?Replaces={value}&Require=replaces>")).code == 202
        assert await edge.event(Referred) == Referred(leg=leg, number="103", replaces=found)
        edge.stack.submit(TellReferrer(leg=leg, code=200, reason="OK", final=True))
        await eventually(lambda: any("terminated" in text for text in phone.raw.history))


async def test_a_dialog_of_another_organisation_is_no_dialog(edge: Edge) -> None:
    outsider = await edge.phone("101", "b.test")
    _, theirs = await edge.call_from(outsider)
    phone = await edge.phone("101")
    _, dialog = await edge.call_from(phone)
    value = theirs.replaces.replace(";", "%3B").replace("=", "%3D")
    assert (await dialog.refer(f"<sip:103@office.test?Replaces={value}>")).code == 481
    # Nor is the call itself.
    value = dialog.replaces.replace(";", "%3B").replace("=", "%3D")
    assert (await dialog.refer(f"<sip:103@office.test?Replaces={value}>")).code == 481


async def test_a_flood_of_transfers_is_one_transfer(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone)
    assert (await dialog.refer("<sip:103@office.test>")).code == 202
    answers = [(await dialog.refer(f"<sip:{number}@office.test>")).code for number in range(200, 230)]
    assert set(answers) == {491}
    assert sum(isinstance(event, Referred) for event in edge.events) == 1
    edge.stack.submit(TellReferrer(leg=leg, code=486, reason="Busy Here", final=True))
    await eventually(lambda: any("486 Busy" in text for text in phone.raw.history))
    assert (await dialog.refer("<sip:104@office.test>")).code == 202


async def test_the_same_refer_twice_is_one(edge: Edge) -> None:
    phone = await edge.phone("101")
    _, dialog = await edge.call_from(phone)
    dialog.cseq += 1
    request = phone.raw.request(
        "REFER",
        dialog.target,
        sender=dialog.ours,
        to=dialog.theirs,
        call_id=dialog.call_id,
        cseq=dialog.cseq,
        from_tag=dialog.tag,
        to_tag=dialog.their_tag,
        headers=[("Refer-To", "<sip:103@office.test>"), phone.contact],
    )
    for _ in range(2):
        await phone.raw.send(request)
        assert (await phone.raw.wait_response(dialog.call_id, dialog.cseq)).code == 202
    await edge.event(Referred)
    assert not any(isinstance(event, Referred) for event in edge.events)
    # And one with an old number is out of order (RFC 3261 section 12.2.2).
    dialog.cseq -= 1
    assert (await dialog.refer("<sip:104@office.test>")).code == 500
    dialog.cseq += 1


async def test_without_a_subscription_nothing_is_told(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone)
    answer = await dialog.refer("<sip:103@office.test>", ("Refer-Sub", "false"))
    assert answer.code == 202
    assert answer.headers.get("Refer-Sub") == "false"
    await edge.event(Referred)
    edge.stack.submit(TellReferrer(leg=leg, code=200, reason="OK", final=True))
    await phone.raw.expect_silence(0.5)
    assert (await dialog.refer("<sip:104@office.test>")).code == 202


@pytest.mark.parametrize("code", [481, 500, 603])
async def test_a_phone_that_no_longer_cares_keeps_its_call(edge: Edge, code: int) -> None:
    phone = await edge.phone("101")
    _, dialog = await edge.call_from(phone)
    assert (await dialog.refer("<sip:103@office.test>")).code == 202
    await dialog.reply(await phone.raw.wait_request("NOTIFY"), code)
    assert (await dialog.ask("UPDATE", [phone.contact])).code == 200
    assert not any(isinstance(event, LegEnded) for event in edge.events)


async def test_a_phone_that_hangs_up_hears_nothing_more(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone)
    assert (await dialog.refer("<sip:103@office.test>")).code == 202
    await dialog.notified()
    assert (await dialog.ask("BYE")).code == 200
    await edge.event(LegEnded)
    edge.stack.submit(TellReferrer(leg=leg, code=200, reason="OK", final=True))
    await phone.raw.expect_silence(0.5)


async def test_refer_while_it_rings(edge: Edge) -> None:
    """A phone may pass on a call that still rings there; not from a dialog that we do not know."""
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone, answer=False)
    assert (await dialog.refer("<sip:103@office.test>")).code == 202
    assert (await edge.event(Referred)).leg == leg
    stranger = await edge.phone("102")
    dialog.phone = stranger
    dialog.their_tag = "guessed"
    assert (await dialog.refer("<sip:103@office.test>")).code == 481
