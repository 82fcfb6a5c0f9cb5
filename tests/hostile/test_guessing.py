"""Wrong passwords: slowed, then banned, seen and lifted by admins; the office behind the address works on."""

import asyncio
import os
import subprocess
import sys
import time

import pytest

from pbx.control.commands import Originate
from pbx.control.messages import (
    Event,
)
from tests.hostile.attack import assert_well, flood, guess, request
from tests.phones.base import Transport
from tests.phones.digest import Challenge
from tests.phones.pjsua import Pjsua
from tests.registration.client import TRANSPORTS, Client, asked, bindings
from tests.running import ROOT, RunningCore, eventually

GUESSER = "127.0.0.67"


def wrong(number: int) -> str:
    return f"guess-{number}"


async def banned(core: RunningCore, address: str = GUESSER) -> bool:
    return any(ban.address == address for ban in await asked(core, lambda client: client.bans()))


async def events_of(core: RunningCore, address: str) -> list[str]:
    """Kinds of the events about bans of `address`, so far."""
    found = []
    async with core.client() as client:
        last = (await client.health()).last_number
        stream = client.events(since=0)
        async for message in stream:
            if isinstance(message, Event):
                if message.ban is not None and message.ban.address == address:
                    found.append(message.kind)
                if message.number >= last:
                    break
        await stream.aclose()
    return found


async def works(core: RunningCore, phone: Client, cseq: int) -> None:
    """The registered phone refreshes, is called, and calls."""
    account = phone.account("101")
    answer = await phone.register(account, cseq=cseq, call_id="office")
    assert answer.code == 200, answer
    command = Originate(tenant="office", extension="101", number="110")
    call = await asked(core, lambda client: client.originate(command))
    invite = await phone.wait_request("INVITE", 5)
    await phone.respond(invite, 486, to_tag="busy")
    await phone.wait_request("ACK", 5)
    await asked(core, lambda client: client.hangup(call))
    final = await phone.ask_with_digest(
        account, "INVITE", "sip:999@office.test", algorithm="MD5", body=phone.sdp(),
        headers=[("Contact", f"<{phone.contact}>")],
    )  # fmt: skip
    assert final.code == 404


async def test_wrong_passwords_end_in_a_ban_that_spares_the_office(core: RunningCore) -> None:
    assert core.process is not None
    async with Client(core, source=GUESSER) as office, Client(core, source=GUESSER) as attacker:
        assert (await office.register(office.account("101"), call_id="office")).code == 200
        target = attacker.account("102")
        challenge = await attacker.challenge(target)

        assert await guess(attacker, target, challenge, 10, wrong) == 10, "the first ones are answered"
        slowed = await guess(attacker, target, challenge, 40, wrong)
        assert 5 <= slowed <= 15, "then one of four"
        assert not await banned(core)
        await works(core, office, 10)
        await guess(attacker, target, challenge, 60, wrong)
        await eventually(lambda: banned(core), 3)

        (ban,) = await asked(core, lambda client: client.bans())
        assert ban.address == GUESSER
        assert ban.failures >= 30
        assert 299 <= ban.until - ban.since <= 301
        await eventually(lambda: events_of(core, GUESSER), 3)
        assert await events_of(core, GUESSER) == ["ban.added"]

        # Nothing for the guesser any more, not even with the right password; no connection either.
        assert await guess(attacker, target, challenge, 5, lambda _: target.password) == 0
        flooded = await asyncio.to_thread(flood, core, GUESSER, [request("OPTIONS", "101")] * 20, 0.1)
        assert not flooded.answers
        for transport in ("tcp", "tls"):
            await refused(core, transport)
        # The office's phone goes on, and everybody elsewhere.
        await works(core, office, 30)
        async with Client(core) as other:
            assert (await other.register(other.account("103"))).code == 200

        # A crash lifts no ban, and takes no phone away.
        core.kill()
        await core.start()
        assert await banned(core)
        await works(core, office, 50)
        assert await guess(attacker, target, challenge, 5, lambda _: target.password) == 0

        assert await asked(core, lambda client: client.unban(GUESSER))
        assert not await banned(core)
        assert not await asked(core, lambda client: client.unban(GUESSER))
        assert (await attacker.register(target)).code == 200
        await eventually(lambda: removed(core), 3)
        # A crash does not bring the ban back.
        core.kill()
        await core.start()
        assert not await banned(core)
        await assert_well(core, core.process.pid)


async def removed(core: RunningCore) -> bool:
    return "ban.removed" in await events_of(core, GUESSER)


async def refused(core: RunningCore, transport: Transport) -> None:
    """A new connection from the banned address ends before anything is said."""
    client = Client(core, transport, GUESSER)
    try:
        await client.open()
        await client.send(client.plain(client.account("101"), "OPTIONS", headers=[]))
        await client.until(lambda: client.closed, "end of the connection", 3)
    except (ConnectionError, OSError):
        return
    finally:
        await client.close()
    assert client.inbox == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_transport_counts(core: RunningCore, transport: Transport) -> None:
    source = f"127.5.0.{TRANSPORTS.index(transport) + 1}"
    async with Client(core, transport, source) as attacker:
        target = attacker.account("102")
        challenge = await attacker.challenge(target)
        try:
            await guess(attacker, target, challenge, 150, wrong)
        except ConnectionError:
            assert transport != "udp"
        await eventually(lambda: banned(core, source), 3)


async def test_a_forger_cannot_have_others_banned(core: RunningCore) -> None:
    """Wrong credentials over UDP with a nonce that the address was never given prove nothing: whoever sits at
    that address may never have sent them."""
    victim = "127.0.0.69"
    async with Client(core, source=victim) as office, Client(core) as elsewhere:
        assert (await office.register(office.account("101"), call_id="office")).code == 200
        stolen = await elsewhere.challenge(elsewhere.account("102"))
        made_up = Challenge("office.test", "0" * 64, "MD5", "auth")
        for challenge in (stolen, made_up):
            async with Client(core, source=victim) as forger:
                await guess(forger, forger.account("102"), challenge, 70, wrong)
        assert await asked(core, lambda client: client.bans()) == []
        await works(core, office, 10)
        async with Client(core, source=victim) as newcomer:
            # Slowed, but a phone that repeats itself (as all do over UDP) gets in.
            account = newcomer.account("103")
            answer = None
            for _ in range(12):
                try:
                    answer = await asyncio.wait_for(newcomer.register(account), 0.5)
                    break
                except TimeoutError:
                    continue
            assert answer is None or answer.code == 200


async def test_garbage_under_a_forged_name_bans_nobody(core: RunningCore) -> None:
    """Bytes that are no SIP at all prove nothing over UDP either."""
    victim = "127.0.0.71"
    garbage = [b"\x00\xff garbage, long enough to be no keep-alive\r\n\r\n"] * 1000
    await asyncio.to_thread(flood, core, victim, garbage, 0.5)
    began = time.monotonic()
    async with Client(core, source="127.0.0.72") as other:
        assert (await other.register(other.account("104"))).code == 200
    while time.monotonic() - began < 2.5:  # garbage is reported once a second
        assert not await banned(core, victim)
        await asyncio.sleep(0.2)


async def test_a_right_password_now_and_then_does_not_wash_clean(core: RunningCore) -> None:
    """An attacker with one account of its own cannot reset the count by signing in between guesses."""
    source = "127.0.0.73"
    async with Client(core, source=source) as attacker:
        own, target = attacker.account("105"), attacker.account("102")
        challenge = await attacker.challenge(target)
        for turn in range(8):
            await guess(attacker, target, challenge, 20, wrong)
            try:
                mine = await asyncio.wait_for(attacker.register(own, [], call_id=f"own{turn}"), 0.5)
                assert mine.code == 200
            except TimeoutError:
                pass  # slowed, or banned by now
        await eventually(lambda: banned(core, source), 3)


async def test_a_phone_with_a_wrong_password_is_not_its_office_s_ruin(core: RunningCore) -> None:
    """A real phone with a mistyped password beside a good one at the same address."""
    async with Pjsua(core.account("101")) as good, Pjsua(core.account("102", password="typo")) as bad:
        await good.register()
        await good.wait_registered()
        for _ in range(3):
            await bad.register()
            await bad.until(lambda: bad.registration_code == 401, "refusal")
        assert not await banned(core, "127.0.0.1")
        assert {binding.device for binding in await bindings(core)} == {"d101"}


async def test_the_command_line_lifts_a_ban(core: RunningCore) -> None:
    async with Client(core, source=GUESSER) as attacker:
        target = attacker.account("102")
        challenge = await attacker.challenge(target)
        await guess(attacker, target, challenge, 130, wrong)
        await eventually(lambda: banned(core), 3)
    for action in (["bans"], ["unban", GUESSER]):
        shown = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "manage.py", "pbx", *action],
            cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
            env=os.environ | {"CENTRALE_CONTROL": core.address, "CENTRALE_ENV_FILE": "/nonexistent",
                              "CENTRALE_HOME": str(core.home)},
        )  # fmt: skip
        assert shown.returncode == 0, shown.stderr
        assert GUESSER in shown.stdout
    assert not await banned(core)
