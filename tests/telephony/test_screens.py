"""What phones show of a call that comes back, in the language of whoever sees it: one organisation is Dutch,
one English with a Dutch colleague."""

import asyncio

from pbx.control.configuration import ParkConfig
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.telephony.office import Office, connect, hang_up, shows

SOON = ParkConfig(seconds=2)


async def test_a_parked_call_comes_back_in_the_language_of_its_parker(
    office: Office, other_office: Office
) -> None:
    await office.open(park=SOON, language="nl", dutch=["101", "102", "103"])
    await other_office.open(park=SOON, dutch=["103"])
    screens = (
        (office, "102", "Parkeer 710: Desk 101"),
        (other_office, "102", "Park 710: Desk 101"),
        (other_office, "103", "Parkeer 711: Desk 104"),
    )
    callers = ("101", "101", "104")
    pairs = [
        await where.phones(Linphone(where.account(caller)), Pjsua(where.account(parker)))
        for (where, parker, _), caller in zip(screens, callers, strict=True)
    ]
    for (_, parker, shown), (caller, phone) in zip(screens, pairs, strict=True):
        await connect(caller, phone, parker)
        await phone.transfer(shown.split()[1].rstrip(":"))
        await phone.wait_ended()
    await asyncio.gather(
        *(
            comes_back(phone, shown, who, caller)
            for (_, _, shown), who, (caller, phone) in zip(screens, callers, pairs, strict=True)
        )
    )


async def test_a_transfer_that_fails_comes_back_in_the_language_of_who_transferred(
    office: Office, other_office: Office
) -> None:
    """baresip hangs up when it hears that it failed, and is rung."""
    await office.open(language="nl", dutch=["101", "102", "103"])
    await other_office.open()
    for where, shown in ((office, "Terug: Desk 101"), (other_office, "Return: Desk 101")):
        caller, phone = await where.phones(Linphone(where.account("101")), Baresip(where.account("102")))
        await connect(caller, phone, "102")
        await phone.transfer("999")
        await is_told(phone, "Niet doorverbonden" if where is office else "Not transferred")
        await comes_back(phone, shown, "101", caller)


async def is_told(phone: BasePhone, reason: str) -> None:
    """The phone hears that its transfer failed, in these words."""
    await phone.until(lambda: f"SIP/2.0 404 {reason}" in phone.trace, reason)


async def comes_back(phone: BasePhone, shown: str, number: str, caller: BasePhone) -> None:
    """The phone rings and shows that; it takes the call, which ends."""
    await shows(phone, shown, number)
    await phone.answer()
    await phone.wait_established()
    await hang_up(caller, phone)
