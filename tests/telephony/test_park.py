"""Parking from real phones: by transfer to a slot, by the code, by the control API; taking back, time-out,
lamps, and that no other organisation gets at it."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Park, Parked, Pickup
from pbx.control.configuration import ParkConfig
from tests.phones.audio import Samples, read_growing_wav
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.subscriptions.watcher import Watcher
from tests.telephony.music import hears_music, own_music
from tests.telephony.office import Office, both_hear, connect, hang_up, shows
from tests.telephony.prompts import prompt_file
from tests.telephony.words import ALIKE_OF_ALL, BETTER, Heard

ALL = pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)


async def parked_at(office: Office) -> str | None:
    """The slot where the organisation's call waits."""
    return next((call.parked for call in await office.calls() if call.parked), None)


async def is_parked(office: Office, slot: str) -> None:
    async def there() -> bool:
        return await parked_at(office) == slot

    await eventually(there, 10, f"a call in {slot}")


async def talking(office: Office, a: BasePhone, b: BasePhone, *more: BasePhone) -> None:
    """101 calls 102; the tones are 600 and 1,100 Hz."""
    await office.phones(a, b, *more)
    await connect(a, b, "102")
    await both_hear(a, b)


@ALL
async def test_transfer_to_a_slot_and_take_it_elsewhere(
    office: Office, tmp_path: Path, kind: type[Pjsua] | type[Linphone] | type[Baresip]
) -> None:
    await office.open(**await own_music(office, tmp_path))
    a, b, c = Linphone(office.account("101")), kind(office.account("102")), kind(office.account("103"))
    await talking(office, a, b, c)
    await b.transfer("705")
    await is_parked(office, "705")
    await b.wait_ended()
    await hears_music(a, 1100)
    await c.send_tone(1500)
    await c.call("705")
    await c.wait_established()
    await a.wait_hears(1500, c)
    await c.wait_hears(600, a)
    assert await parked_at(office) is None
    await a.until(lambda: "P-Asserted-Identity" in a.trace and "<sip:103@" in a.trace, "identity of 103")
    await hang_up(a, c)
    first, second = await office.records(2)
    assert {first.outcome, second.outcome} == {"answered"}


@pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)
async def test_transfer_to_the_code_takes_the_first_free_slot(
    office: Office, kind: type[Pjsua] | type[Linphone] | type[Baresip]
) -> None:
    await office.open(park=ParkConfig(first=801, last=802))
    a, b = Linphone(office.account("101")), kind(office.account("102"))
    await talking(office, a, b)
    await b.transfer("*68")
    await is_parked(office, "801")
    await b.wait_ended()
    await b.call("801")
    await b.wait_established()
    await both_hear(a, b, 800, 1300)
    await hang_up(b, a)


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_consult_the_code_hear_the_slot_and_transfer(
    office: Office, kind: type[Pjsua] | type[Linphone]
) -> None:
    """*68 on the second line says the slot; the attended transfer leaves the caller there."""
    await office.open()
    a, b, c = Pjsua(office.account("101")), kind(office.account("102")), Linphone(office.account("103"))
    await talking(office, a, b, c)
    await b.hold()
    await eventually(lambda: a_leg_is_held(office), 5, "hold")
    await b.call("*68")
    await b.wait_established()
    await hears_slot(office, b, "701")
    await b.attended()
    await is_parked(office, "701")
    await eventually(lambda: not b.lines, 10, "an end of both calls")
    await c.call("701")
    await c.wait_established()
    await both_hear(a, c, 700, 1500)
    await hang_up(c, a)


async def a_leg_is_held(office: Office) -> bool:
    return any(leg.state == "held" for call in await office.calls() for leg in call.legs)


async def hears_slot(office: Office, phone: BasePhone, slot: str) -> None:
    """Wait until the phone has heard "parked at" and the digits of the slot, and not other ones."""

    def words(digits: str) -> tuple[Samples, int]:
        names = ["parked_at", *(f"digit_{digit}" for digit in digits)]
        files = [prompt_file(office.core, name, "en") for name in names]
        return np.concatenate([samples for samples, _ in files]), files[0][1]

    rivals = [slot[:at] + str((int(digit) + 1) % 10) + slot[at + 1 :] for at, digit in enumerate(slot)]

    def said() -> bool:
        samples, rate = phone.heard()
        if not len(samples):
            return False
        heard = Heard(samples, rate)
        alike = heard.likeness(*words(slot))
        return alike > ALIKE_OF_ALL and all(alike > heard.likeness(*words(o)) + BETTER for o in rivals)

    await phone.until(said, f"slot {slot} in words", 25, poll=0.25)


@pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)
async def test_park_by_the_control_api(office: Office, other_office: Office, kind: type[BasePhone]) -> None:
    """The parker hears the slot and is free; another organisation neither sees nor takes it."""
    await office.open()
    await other_office.open()
    a, b = Linphone(office.account("101")), kind(office.account("102"))
    await talking(office, a, b)
    stranger = await other_office.phone(Pjsua(other_office.account("101")))
    (call,) = await office.calls()
    async with office.client() as client:
        with pytest.raises(ControlError) as refused:
            await client.command(call.id, Park(tenant=other_office.tenant))
        assert refused.value.status == 404
        with pytest.raises(ControlError) as refused:
            await client.command(call.id, Park(tenant=office.tenant, extension="103"))
        assert refused.value.status == 403
        with pytest.raises(ControlError) as refused:
            await client.command(call.id, Park(tenant=office.tenant, extension="102", slot="999"))
        assert refused.value.status == 404
        answer = await client.command(call.id, Park(tenant=office.tenant, extension="102"))
        assert answer == Parked(slot="701")
    await is_parked(office, "701")
    await b.wait_ended()
    await hears_slot(office, b, "701")
    await stranger.call("701")
    assert (await stranger.wait_ended(20)).code == 404
    assert await parked_at(office) == "701"
    async with office.client() as client:
        with pytest.raises(ControlError) as refused:
            await client.command(call.id, Pickup(tenant=other_office.tenant, extension="101"))
        assert refused.value.status == 404
        await client.command(call.id, Pickup(tenant=office.tenant, extension="102"))
    await b.wait_ringing()
    await b.answer()
    await b.wait_established()
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)


@ALL
async def test_nobody_takes_it_and_the_parker_is_rung(
    office: Office, kind: type[Pjsua] | type[Linphone] | type[Baresip]
) -> None:
    await office.open(park=ParkConfig(seconds=2))
    a, b = Linphone(office.account("101")), kind(office.account("102"))
    await talking(office, a, b)
    await b.transfer("710")
    await b.wait_ended()
    await shows(b, "Park 710: Desk 101", "101")
    assert await parked_at(office) is None
    await b.answer()
    await b.wait_established()
    await both_hear(a, b, 800, 1300)
    await hang_up(a, b)
    steps = {step.step: step.result for step in (await office.record()).path}
    assert steps["park 710"] == "nobody took it in time"


async def test_the_parker_does_not_take_it_either(office: Office) -> None:
    """The caller hears why, the call ends."""
    await office.open(park=ParkConfig(seconds=2), return_seconds=5)
    a, b = Linphone(office.account("101")), Pjsua(office.account("102"))
    await talking(office, a, b)
    await b.transfer("710")
    await b.wait_ended()
    await b.wait_ringing()
    await a.wait_ended(30)
    assert (await office.record()).ended_by == "core"


async def test_who_waits_hangs_up(office: Office) -> None:
    await office.open()
    a, b, c = Linphone(office.account("101")), Pjsua(office.account("102")), Baresip(office.account("103"))
    await talking(office, a, b, c)
    await b.transfer("701")
    await is_parked(office, "701")
    await a.hangup()
    await eventually(lambda: nobody(office), 5, "an end of the parked call")
    await c.call("701")
    assert (await c.wait_ended(20)).code == 404


async def nobody(office: Office) -> bool:
    return not await office.calls()


async def test_a_slot_that_is_taken_and_no_slot_left(office: Office) -> None:
    """A transfer to a taken slot fails and comes back; the same when all are taken."""
    await office.open(park=ParkConfig(first=701, last=701))
    a, b = Linphone(office.account("101")), Pjsua(office.account("102"))
    c, d = Linphone(office.account("103")), Pjsua(office.account("104"))
    await talking(office, a, b, c, d)
    await b.transfer("701")
    await is_parked(office, "701")
    await connect(c, d, "104")
    await both_hear(c, d)
    await d.transfer("*68")
    await d.until(lambda: d.transfer_codes[-1:] == [486], "486 by NOTIFY")
    await both_hear(c, d, 800, 1300)
    await asyncio.gather(hang_up(c, d), a.hangup())


async def test_the_lamp_of_a_slot(office: Office, other_office: Office) -> None:
    """BLF of 701 (RFC 4235): off, on while a call waits there, off; the same number elsewhere stays off."""
    await office.open()
    await other_office.open()
    a, b, c = Linphone(office.account("101")), Pjsua(office.account("102")), Baresip(office.account("103"))
    await talking(office, a, b, c)
    lamps = []
    for place in (office, other_office):
        lamp = Watcher(place.core)
        await lamp.open()
        await lamp.watch(place.account("105"), "701")
        lamps.append(lamp)
    lamp, elsewhere = lamps
    try:
        await lamp.shows()
        await b.transfer("701")
        await is_parked(office, "701")
        await lamp.until(lambda: any(b"confirmed" in each.body for each in lamp.notifies), "lamp on")
        await c.call("701")
        await c.wait_established()
        await lamp.shows()
        await hang_up(a, c)
        assert not any(b"confirmed" in each.body for each in elsewhere.notifies)
    finally:
        await asyncio.gather(*(each.close() for each in lamps))


def test_prompts_of_slots_exist(exchange: object, prepared: Path) -> None:
    """Every word that a slot may need, in both languages."""
    for language in ("en", "nl"):
        for name in ("parked_at", "park_empty", "park_full", *(f"digit_{digit}" for digit in range(10))):
            _, rate = read_growing_wav(prepared / "prompts" / language / f"{name}.wav")
            assert rate, name
