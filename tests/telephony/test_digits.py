"""DTMF from phone to phone: RFC 4733 and INFO, either to either."""

import itertools

import pytest

from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone, DtmfVia
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.telephony.office import Office, both_hear, check_answered, connect, hang_up

DIGITS = "0123456789*#ABCD"
WAYS: list[DtmfVia] = ["rtp", "info"]


@pytest.mark.parametrize(("of_a", "of_b"), list(itertools.product(WAYS, WAYS)))
async def test_all_digits_in_both_directions(office: Office, of_a: DtmfVia, of_b: DtmfVia) -> None:
    """Each phone sends and wants digits its own way; a device set to INFO gets them so."""
    info = [number for number, way in (("101", of_a), ("102", of_b)) if way == "info"]
    await office.open(dtmf_by_info=info)
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await a.send_dtmf(DIGITS, via=of_a)
    await b.send_dtmf(DIGITS[::-1], via=of_b)
    await b.wait_dtmf(DIGITS, 15)
    await a.wait_dtmf(DIGITS[::-1], 15)
    assert a.dtmf_received == DIGITS[::-1]
    assert b.dtmf_received == DIGITS
    assert set(a.dtmf_via) == {of_a}
    assert set(b.dtmf_via) == {of_b}
    await both_hear(a, b)  # digits leave the audio alone
    await hang_up(a, b)
    check_answered(await office.record())


@pytest.mark.parametrize(("kind_a", "kind_b"), [(Baresip, Linphone), (Linphone, Baresip)])
async def test_digits_between_other_phones(
    office: Office, kind_a: type[BasePhone], kind_b: type[BasePhone]
) -> None:
    await office.open()
    a, b = await office.phones(kind_a(office.account("101")), kind_b(office.account("102")))
    await connect(a, b, "102")
    await a.send_dtmf("159#")
    await b.wait_dtmf("159#")
    await b.send_dtmf("*7530")
    await a.wait_dtmf("*7530")
    await hang_up(a, b)
    await office.record()


async def test_the_same_digit_twice_is_two_digits(office: Office) -> None:
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await connect(a, b, "102")
    await a.send_dtmf("0011")
    await b.wait_dtmf("0011")
    assert b.dtmf_received == "0011"
    await hang_up(a, b)


async def test_a_phone_without_telephone_event_gets_info(office: Office) -> None:
    """A phone that does not offer RFC 4733 gets INFO although nobody configured it."""
    await office.open()
    a = await office.phone(Pjsua(office.account("101")))
    raw = await office.raw("102")
    await a.call("102")
    invite = await raw.wait_request("INVITE")
    await raw.respond(
        invite, 200, "OK", to_tag="plain", headers=[("Contact", f"<{raw.contact}>")], body=plain()
    )
    await raw.wait_request("ACK")
    await a.wait_established()
    await a.send_dtmf("5")
    info = await raw.wait_request("INFO")
    assert "5" in str(info.body)
    await raw.respond(info, 200, "OK")
    await a.hangup()
    await raw.respond(await raw.wait_request("BYE"), 200, "OK")
    await a.wait_ended()


def plain() -> bytes:
    """An answer with PCMA alone."""
    return (
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        b"m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=sendrecv\r\n"
    )
