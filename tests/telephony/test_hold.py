"""Hold from real phones: the other side hears music and not who holds, and gets its talk back; two calls of
one phone and swapping them."""

import asyncio
from pathlib import Path

import pytest

from pbx.control.client import ControlError
from pbx.control.commands import Hold
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.telephony.music import hears_music, hears_none, own_music
from tests.telephony.office import Office, both_hear, connect, hang_up


async def open_with_music(office: Office, folder: Path) -> None:
    await office.open(**await own_music(office, folder))


@pytest.mark.parametrize(
    ("holder", "other"),
    [(Pjsua, Linphone), (Linphone, Pjsua), (Baresip, Linphone)],
    ids=lambda kind: kind.kind,
)
@pytest.mark.parametrize("who", ["caller", "callee"])
async def test_hold_plays_music_and_resume_joins_again(
    office: Office, tmp_path: Path, holder: type[BasePhone], other: type[BasePhone], who: str
) -> None:
    await open_with_music(office, tmp_path)
    kinds = (holder, other) if who == "caller" else (other, holder)
    a, b = await office.phones(kinds[0](office.account("101")), kinds[1](office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    holding, held = (a, b) if who == "caller" else (b, a)
    tone = 600 if holding is a else 1100
    await holding.hold()
    await hears_music(held, tone)
    await holding.resume()
    await asyncio.gather(a.send_tone(800), b.send_tone(1300))
    await held.wait_hears(800 if holding is a else 1300, holding)
    if holder is not Baresip:  # which records no more after a hold
        await holding.wait_hears(1300 if holding is a else 800, held)
    await hang_up(holding, held)
    assert (await office.record()).outcome == "answered"


async def test_the_music_is_the_organisations_own(
    office: Office, other_office: Office, tmp_path: Path
) -> None:
    """The built-in one where there is none; never that of another organisation."""
    await open_with_music(other_office, tmp_path)
    await office.open()
    a, b = await office.phones(Pjsua(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await a.hold()
    await hears_none(b, 600, 2000)
    samples, _ = b.heard(last_s=1.0)
    assert abs(samples).max() > 100, "music"
    await hang_up(a, b)


@pytest.mark.parametrize("kind", [Pjsua, Linphone, Baresip], ids=lambda kind: kind.kind)
async def test_two_calls_of_one_phone_and_swap(
    office: Office, tmp_path: Path, kind: type[Pjsua] | type[Linphone] | type[Baresip]
) -> None:
    """101 calls 102, holds it, calls 103, swaps: who does not talk hears music, and each only his own."""
    await open_with_music(office, tmp_path)
    mine = kind(office.account("101"))
    first, second = Pjsua(office.account("102")), Linphone(office.account("103"))
    await office.phones(mine, first, second)
    await asyncio.gather(first.send_tone(1100), second.send_tone(1500), mine.send_tone(600))
    await connect(mine, first, "102")
    await first.wait_hears(600, mine)
    await mine.hold()
    await hears_music(first, 600)
    await connect(mine, second, "103")
    await second.wait_hears(600, mine)
    await hears_music(first, 600, 1500)
    await mine.hold()
    await hears_music(second, 600, 1100)
    await back_to_first(mine)
    await first.wait_hears(600, mine)
    await hears_none(first, 1500, 2000)
    await hears_music(second, 600, 1100)
    if isinstance(mine, Pjsua):
        await mine.wait_hears(1100, first)
    await asyncio.gather(first.hangup(), second.hangup())
    await mine.wait_ended()
    assert {each.outcome for each in await office.records(2)} == {"answered"}


async def back_to_first(phone: BasePhone) -> None:
    if isinstance(phone, Linphone):
        await phone.resume_line(1)
    elif isinstance(phone, Pjsua | Baresip):
        await phone.use_line(1)
        await phone.resume()


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_hold_by_the_control_api(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    """The phone of who holds does nothing, and hears nobody."""
    await open_with_music(office, tmp_path)
    a, b = await office.phones(kind(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    (call,) = await office.calls()
    async with office.client() as client:
        await client.command(call.id, Hold(tenant=office.tenant, extension="101"))
        await hears_music(b, 600)
        await hears_none(a, 1100, 2000)
        await client.command(call.id, Hold(tenant=office.tenant, extension="101", on=False))
        await both_hear(a, b, 800, 1300)
        with pytest.raises(ControlError) as refused:
            await client.command(call.id, Hold(tenant=office.tenant, extension="103"))
        assert refused.value.status == 403
        with pytest.raises(ControlError) as refused:
            await client.command(call.id, Hold(tenant="elsewhere", extension="101"))
        assert refused.value.status == 404
    await hang_up(a, b)


@pytest.mark.parametrize("kind", [Pjsua, Baresip], ids=lambda kind: kind.kind)
async def test_who_holds_loses_power(office: Office, tmp_path: Path, kind: type[BasePhone]) -> None:
    """The held side is not left with music for ever: it may hang up, and nothing is left."""
    await open_with_music(office, tmp_path)
    a, b = await office.phones(kind(office.account("101")), Linphone(office.account("102")))
    await connect(a, b, "102")
    await both_hear(a, b)
    await a.hold()
    await hears_music(b, 600)
    await a.kill()
    await b.hangup()
    await b.wait_ended()
    assert (await office.record()).ended_by == "callee"
