"""SRTP as each device wants it (RFC 4568): what is offered and what is taken."""

import pytest

from pbx.ports import Answer, IncomingCall, Invite, LegEnded, Srtp
from tests.sip.edge import Dialog, Edge

CRYPTO = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WnD7c1ksDGs+dIefCEo8omPg4uO8DYIinNGL5yxQ\r\n"


@pytest.mark.parametrize(
    ("srtp", "profile", "keys"),
    [("off", b"RTP/AVP ", 0), ("optional", b"RTP/AVP ", 1), ("required", b"RTP/SAVP ", 1)],
)
async def test_what_a_phone_is_offered(edge: Edge, srtp: Srtp, profile: bytes, keys: int) -> None:
    phone = await edge.phone("102")
    leg = edge.new_leg()
    edge.stack.submit(
        Invite(leg=leg, to=phone.binding, domain="a.test", called="102", number="1", name="", srtp=srtp)
    )
    request = await phone.raw.wait_request("INVITE")
    assert profile in request.body
    assert request.body.count(b"a=crypto:") == keys
    assert request.body.count(b"AES_CM_128_HMAC_SHA1_80") == keys
    assert request.body.count(b"m=") == 1
    dialog = Dialog.called(phone, request)
    # A phone that knows no SRTP answers plainly: good unless it is required.
    await dialog.reply(request, 200)
    await phone.raw.wait_request("ACK")
    if srtp == "required":
        await dialog.reply(await phone.raw.wait_request("BYE"), 200)
        await edge.event(LegEnded)


@pytest.mark.parametrize(
    ("srtp", "offered", "code"),
    [
        ("off", "plain", 200),
        ("off", "encrypted", 488),
        ("optional", "plain", 200),
        ("optional", "encrypted", 200),
        ("optional", "either", 200),
        ("required", "plain", 488),
        ("required", "encrypted", 200),
    ],
)
async def test_what_is_taken_from_a_phone(edge: Edge, srtp: Srtp, offered: str, code: int) -> None:
    edge.admission.srtp = srtp
    phone = await edge.phone("101")
    offer = phone.raw.sdp(phone.rtp_port)
    if offered != "plain":
        offer += CRYPTO
    if offered == "encrypted":
        offer = offer.replace(b"RTP/AVP", b"RTP/SAVP")
    dialog = await phone.invite("102", body=offer)
    if code == 200:
        leg = (await edge.event(IncomingCall)).leg
        edge.stack.submit(Answer(leg=leg, number="102", name="", domain="a.test"))
    answer = await dialog.final()
    assert answer.code == code
    if code == 200:
        await dialog.send("ACK", cseq=1)
        assert (b"a=crypto:1 AES_CM_128_HMAC_SHA1_80" in answer.body) == (offered != "plain")
        assert (b"RTP/SAVP" in answer.body) == (offered == "encrypted")
