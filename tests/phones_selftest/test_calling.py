"""Phone calls phone directly, without a server: each kind with each codec, heard at both ends by content."""

import asyncio
import itertools
import os
from pathlib import Path

import pytest

from tests.phones.audio import assert_hears
from tests.phones.baresip import Baresip
from tests.phones.base import ALL_CODECS, Account, BasePhone, CallState, NotSupported
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua

KINDS: list[type[BasePhone]] = [Baresip, Linphone, Pjsua]
PAIRS = list(itertools.product(KINDS, KINDS))


def account(user: str, codec: str = "PCMA") -> Account:
    return Account(number=user, codecs=[codec], display_name=f"Phone {user}")


async def connect(caller: BasePhone, called: BasePhone) -> None:
    await caller.call(called.contact_uri)
    await called.wait_ringing()
    await caller.wait_ringing()
    await called.answer()
    await caller.wait_established()
    await called.wait_established()


@pytest.mark.parametrize("codec", ALL_CODECS)
@pytest.mark.parametrize(("kind_a", "kind_b"), PAIRS)
async def test_both_hear_the_other_and_not_themselves(
    kind_a: type[BasePhone], kind_b: type[BasePhone], codec: str
) -> None:
    async with kind_a(account("100", codec)) as a, kind_b(account("200", codec)) as b:
        await a.send_tone(600)
        await b.send_tone(1100)
        await connect(a, b)
        assert b.caller_shown is not None
        assert b.caller_shown.number == "100"
        await asyncio.gather(a.wait_hears(1100, b), b.wait_hears(600, a))
        assert_hears(*a.heard(last_s=1), 1100, b.sent_level_dbov, not_hz=[600])
        assert_hears(*b.heard(last_s=1), 600, a.sent_level_dbov, not_hz=[1100])
        await a.hangup()
        assert (await b.wait_ended()).code == 0
        await a.wait_ended()


@pytest.mark.parametrize(("kind_a", "kind_b"), PAIRS)
async def test_digits_hold_and_resume(kind_a: type[BasePhone], kind_b: type[BasePhone]) -> None:
    async with kind_a(account("100")) as a, kind_b(account("200")) as b:
        await connect(a, b)
        await a.send_dtmf("12#")
        await b.wait_dtmf("12#")
        await b.send_dtmf("*90")
        await a.wait_dtmf("*90")
        await a.send_tone(700)
        await a.hold()
        await b.until(lambda: any("sendonly" in m or "inactive" in m for m in [b.trace]), "hold")
        await a.resume()
        if kind_b is not Baresip:
            await b.wait_hears(700, a)
        await b.hangup()
        await a.wait_ended()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_tone_changes_and_stops_during_the_call(kind: type[BasePhone]) -> None:
    async with kind(account("100")) as a, Pjsua(account("200")) as b:
        await connect(a, b)
        for hz in (500, 1300):
            await a.send_tone(hz)
            await b.wait_hears(hz, a)
        await a.send_tone(0)
        await b.until(lambda: abs(b.heard(last_s=0.5)[0]).max(initial=0) < 50, "silence")


@pytest.mark.parametrize(("kind_a", "kind_b"), [(Linphone, Pjsua), (Pjsua, Linphone), (Pjsua, Pjsua)])
async def test_digits_by_info(kind_a: type[BasePhone], kind_b: type[BasePhone]) -> None:
    async with kind_a(account("100")) as a, kind_b(account("200")) as b:
        await connect(a, b)
        await a.send_dtmf("7", via="info")
        await b.wait_dtmf("7")


async def test_baresip_hears_info_digits_but_does_not_send_them() -> None:
    async with Pjsua(account("100")) as a, Baresip(account("200")) as b:
        await connect(a, b)
        await a.send_dtmf("5", via="info")
        await b.wait_dtmf("5")
        with pytest.raises(NotSupported):
            await b.send_dtmf("5", via="info")


@pytest.mark.parametrize(("kind", "code"), [(Baresip, 486), (Linphone, 603), (Pjsua, 486), (Pjsua, 480)])
async def test_declining_reaches_the_caller(kind: type[BasePhone], code: int) -> None:
    for caller_kind in KINDS:
        async with caller_kind(account("100")) as a, kind(account("200")) as b:
            await a.call(b.contact_uri)
            await b.wait_ringing()
            await b.decline(code)
            assert (await a.wait_ended()).code == code


@pytest.mark.parametrize("kind", KINDS)
async def test_caller_gives_up(kind: type[BasePhone]) -> None:
    async with kind(account("100")) as a, Pjsua(account("200")) as b, kind(account("300")) as c:
        await a.call(b.contact_uri)
        await b.wait_ringing()
        await a.hangup()
        await b.wait_ended()
        await b.call(c.contact_uri)
        await c.wait_ringing()
        await b.hangup()
        await c.wait_ended()


async def test_linphone_and_pjsua_redirect() -> None:
    for kind in (Linphone, Pjsua):
        async with kind(account("200")) as b, Pjsua(account("100")) as a:
            await a.call(b.contact_uri)
            await b.wait_ringing()
            await b.redirect("sip:300@127.0.0.1:9")
            assert (await a.wait_ended()).code == 302


async def test_pjsua_early_media_late_offer_update_and_reinvite() -> None:
    async with (
        Pjsua(account("100"), prack="required") as a,
        Pjsua(account("200"), on_invite="early", timer="required", session_expires=90) as b,
    ):
        await b.send_tone(900)
        await a.call(b.contact_uri)
        await a.until(lambda: a.state is CallState.EARLY, "183")
        await a.wait_hears(900, b)
        await b.until(lambda: bool(b.received("PRACK")), "PRACK")
        await b.answer()
        await a.wait_established()
        await a.update()
        await b.until(lambda: bool(b.received("UPDATE")), "UPDATE")
        await b.reinvite(late_offer=True)
        await a.until(lambda: bool(a.received("INVITE")), "re-INVITE")
        await a.wait_hears(900, b)
        await a.hangup()
        await b.wait_ended()
        await a.call(b.contact_uri, late_offer=True)
        await b.wait_ringing()
        await b.answer()
        await a.wait_hears(900, b)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_left_behind(kind: type[BasePhone]) -> None:
    phone = kind(account("100"))
    async with phone:
        pid, folder = phone.pid, phone.folder
        assert folder.is_dir()
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
