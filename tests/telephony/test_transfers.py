"""Transfers by what real phones send (REFER), and who hears whom afterwards."""

import pytest

from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.office import Office, both_hear, connect, hang_up

KINDS: list[type[BasePhone]] = [Baresip, Linphone, Pjsua]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@pytest.mark.parametrize("by", ["caller", "callee"])
async def test_a_blind_transfer(office: Office, kind: type[BasePhone], by: str) -> None:
    await office.open()
    others = [other for other in KINDS if other is not kind]
    a, b, c = await office.phones(
        kind(office.account("101")), others[0](office.account("102")), others[1](office.account("103"))
    )
    await (connect(a, b, "102") if by == "caller" else connect(b, a, "101"))
    await a.transfer("103")  # type: ignore[attr-defined]
    await c.wait_ringing()
    await c.answer()
    await c.wait_established()
    await a.wait_ended()
    await both_hear(b, c)
    shown = c.caller_shown
    assert shown is not None and shown.number == "102"
    await hang_up(c, b)


async def test_a_blind_transfer_that_is_declined_comes_back(office: Office) -> None:
    """To a phone that stays in its call, as desk phones do; baresip hangs up when it hears of it."""
    await office.open()
    a, b, c = await office.phones(
        Pjsua(office.account("101")), Baresip(office.account("102")), Linphone(office.account("103"))
    )
    await connect(a, b, "102")
    await a.transfer("103")
    await c.wait_ringing()
    await c.decline()
    await c.wait_ended()
    await eventually(lambda: a.transfer_codes and a.transfer_codes[-1] >= 400)
    await both_hear(a, b)
    await hang_up(a, b)


async def test_another_organisation_cannot_be_reached_by_a_transfer(
    office: Office, other_office: Office
) -> None:
    await office.open()
    await other_office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Baresip(office.account("102")))
    outsider = await other_office.phone(Baresip(other_office.account("103")))
    await connect(a, b, "102")
    await a.transfer("103")
    await eventually(lambda: a.transfer_codes and a.transfer_codes[-1] >= 400)
    assert not outsider.received("INVITE")
    await hang_up(b, a)
