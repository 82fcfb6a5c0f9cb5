"""SRTP between real phones, as each device is set (RFC 4568)."""

from dataclasses import replace

import pytest

from pbx.control.configuration import DeviceConfig
from pbx.ports import Srtp
from tests.phones.baresip import Baresip
from tests.phones.pjsua import Pjsua
from tests.running import organisation
from tests.telephony.office import Office, both_hear, connect, hang_up


def devices(office: Office, **wishes: Srtp) -> list[DeviceConfig]:
    """The devices of an organisation, with what some of them want; names are d101, ..."""
    plain = organisation(office.tenant, office.domain).devices
    return [replace(device, srtp=wishes.get(device.id, "off")) for device in plain]


@pytest.mark.parametrize("wish", ["optional", "required"])
@pytest.mark.parametrize("by", ["101", "102"])
async def test_one_side_encrypts_and_the_other_does_not(office: Office, wish: Srtp, by: str) -> None:
    await office.open(devices=devices(office, d101=wish))
    a, b = await office.phones(Pjsua(office.account("101", "tls"), srtp=wish), Baresip(office.account("102")))
    await (connect(a, b, "102") if by == "101" else connect(b, a, "101"))
    await both_hear(a, b)
    assert "AES_CM_128_HMAC_SHA1_80" in a.trace
    assert "a=crypto" not in b.trace
    await hang_up(a, b)


async def test_a_plain_phone_does_not_talk_where_encryption_is_required(office: Office) -> None:
    await office.open(devices=devices(office, d101="required"))
    a, b = await office.phones(Pjsua(office.account("101")), Baresip(office.account("102")))
    await a.call("102")
    assert (await a.wait_ended()).code in (406, 488)
    assert not b.received("INVITE")
    await b.call("101")
    assert (await b.wait_ended()).code >= 400
