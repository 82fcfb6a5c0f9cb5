"""The sipp scenarios against a pjsua2 phone: called directly, calling through the small server (they expect a
challenge)."""

from pathlib import Path

import pytest

from tests.phones.base import Account, CallState
from tests.phones.pjsua import Pjsua
from tests.phones.sipp import Sipp, require_ok
from tests.phones_selftest.tiny_server import TinyServer

PASSWORDS = {"alice": "wonderland", "bob": "builder"}


def account(server: TinyServer, user: str) -> Account:
    return Account(user, username=user, password=PASSWORDS[user], port=server.port, codecs=["PCMA"])


@pytest.mark.parametrize(
    "scenario",
    [
        "uac",
        "uac_media",
        "uac_late_offer",
        "uac_hold",
        "uac_reinvite_late_offer",
        "uac_update",
        "uac_session_timer",
        "uac_100rel",
        "uac_cancel",
    ],
)
async def test_sipp_calls(scenario: str, tmp_path: Path) -> None:
    tone = tmp_path / "tone.al"
    tone.write_bytes(bytes([0xD5, 0x55]) * 8000)
    async with TinyServer(PASSWORDS, tmp_path) as server, Pjsua(account(server, "bob")) as bob:
        await bob.register()
        await bob.wait_registered()
        replace = {"TONE_FILE": str(tone)}
        async with Sipp(scenario, account(server, "alice"), number="bob", replace=replace) as sipp:
            await bob.wait_ringing()
            if scenario != "uac_cancel":
                await bob.answer()
            require_ok(await sipp.wait())
        await bob.wait_ended()


async def test_sipp_expects_a_failure(tmp_path: Path) -> None:
    async with (
        TinyServer(PASSWORDS, tmp_path) as server,
        Pjsua(account(server, "bob"), on_invite="480") as bob,
    ):
        await bob.register()
        await bob.wait_registered()
        alice = account(server, "alice")
        require_ok(await Sipp("uac_no_answer", alice, number="bob", replace={"CODE": "480"}).run())
        wrong = await Sipp("uac_no_answer", alice, number="bob", replace={"CODE": "486"}).run()
        assert (wrong.failed, wrong.successful) == (1, 0)
        assert wrong.exit_code == 1
        assert "480" in wrong.errors


async def test_sipp_sees_a_session_interval_too_small(tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path) as server, Pjsua(account(server, "bob")) as bob:
        await bob.register()
        await bob.wait_registered()
        require_ok(await Sipp("uac_timer_too_small", account(server, "alice"), number="bob").run())


@pytest.mark.parametrize(
    "scenario",
    ["uas", "uas_early_media", "uas_100rel", "uas_hold", "uas_update", "uas_session_timer"],
)
async def test_sipp_answers(scenario: str) -> None:
    alice = Pjsua(Account("alice", codecs=["PCMA"]))
    async with alice, Sipp(scenario, Account("bob"), pause_ms=300, rtp_echo=True) as sipp:
        await alice.call(sipp.contact_uri)
        await alice.wait_established()
        if scenario in ("uas_hold", "uas_update", "uas_session_timer"):
            method = "INVITE" if scenario == "uas_hold" else "UPDATE"
            await alice.until(lambda: len(alice.received(method)) == (2 if method == "INVITE" else 1), method)
        await alice.wait_hears(1000, alice)  # sipp sends back what it gets
        await alice.hangup()
        require_ok(await sipp.wait())


async def test_sipp_hangs_up() -> None:
    async with Pjsua(Account("alice")) as alice, Sipp("uas_bye", Account("bob"), pause_ms=300) as sipp:
        await alice.call(sipp.contact_uri)
        await alice.wait_ended()
        require_ok(await sipp.wait())


async def test_sipp_is_refreshed_by_the_caller() -> None:
    async with (
        Pjsua(Account("alice", codecs=["PCMA"])) as alice,
        Sipp("uas_refreshed", Account("bob")) as sipp,
    ):
        await alice.call(sipp.contact_uri)
        await alice.wait_established()
        await alice.reinvite()  # PJSIP would do it by itself after 45 s
        await sipp_answered_twice(alice)
        await alice.hangup()
        require_ok(await sipp.wait())


async def sipp_answered_twice(alice: Pjsua) -> None:
    await alice.until(lambda: alice.trace.count("SIP/2.0 200 OK") >= 2, "answer to the re-INVITE")


@pytest.mark.parametrize(
    ("scenario", "replace", "code"),
    [
        ("uas_final", {"CODE": "486", "PHRASE": "Busy Here"}, 486),
        ("uas_final", {"CODE": "603", "PHRASE": "Decline"}, 603),
        ("uas_redirect", {"TARGET": "sip:carol@127.0.0.1:9"}, 302),
    ],
)
async def test_sipp_refuses(scenario: str, replace: dict[str, str], code: int) -> None:
    async with (
        Pjsua(Account("alice")) as alice,
        Sipp(scenario, Account("bob"), replace=replace, pause_ms=100) as sipp,
    ):
        await alice.call(sipp.contact_uri)
        assert (await alice.wait_ended()).code == code
        require_ok(await sipp.wait())


@pytest.mark.parametrize("scenario", ["uas_no_answer", "uas_silent"])
async def test_sipp_never_answers(scenario: str) -> None:
    async with Pjsua(Account("alice")) as alice, Sipp(scenario, Account("bob")) as sipp:
        await alice.call(sipp.contact_uri)
        if scenario == "uas_no_answer":
            await alice.until(lambda: alice.state is CallState.RINGING, "180")
        else:
            await alice.until(lambda: "SIP/2.0 100" in alice.trace, "100")
        await alice.hangup()
        assert (await alice.wait_ended()).code == 487
        require_ok(await sipp.wait())


async def test_sipp_is_called_on_the_port_it_registered_from(tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path) as server, Pjsua(account(server, "alice")) as alice:
        bob = account(server, "bob")
        port = await Sipp.register(bob)
        async with Sipp("uas", bob, local_port=port, pause_ms=100) as sipp:
            await alice.register()
            await alice.wait_registered()
            await alice.call("bob")
            await alice.wait_established()
            await alice.hangup()
            require_ok(await sipp.wait())
