"""Every kind of phone registers with digest over each transport, calls through a server and unregisters."""

import dataclasses
from pathlib import Path

import pytest

from tests.phones import net
from tests.phones.baresip import Baresip
from tests.phones.base import Account, BasePhone, PhoneError, Transport
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.phones.raw import RawSip, contacts_of
from tests.phones.sipp import Sipp, require_ok
from tests.phones_selftest.tiny_server import TinyServer

PASSWORDS = {"alice": "wonderland", "bob": "b0b's"}
KINDS: list[type[BasePhone]] = [Baresip, Linphone, Pjsua]


def account(server: TinyServer, user: str, transport: Transport = "udp") -> Account:
    return Account(
        number=user,
        username=user,
        password=PASSWORDS[user],
        domain="127.0.0.1",
        port=server.port + (1 if transport == "tls" else 0),
        transport=transport,
        codecs=["PCMA"],
        display_name=user.title(),
    )


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
@pytest.mark.parametrize("kind", KINDS)
async def test_registers_is_called_and_unregisters(
    kind: type[BasePhone], transport: Transport, tmp_path: Path
) -> None:
    async with (
        TinyServer(PASSWORDS, tmp_path) as server,
        kind(account(server, "alice", transport)) as phone,
        Pjsua(account(server, "bob")) as caller,
    ):
        await phone.register(expires=300)
        await phone.wait_registered()
        assert "alice" in server.bindings
        await caller.register()
        await caller.wait_registered()

        await caller.call("alice")
        await phone.wait_ringing()
        assert phone.caller_shown is not None
        assert (phone.caller_shown.name, phone.caller_shown.number) == ("Bob", "bob")
        await phone.answer()
        await caller.wait_established()
        await phone.wait_hears(1000, caller)
        await caller.hangup()
        await phone.wait_ended()

        await phone.unregister()
        await phone.wait_unregistered()
        await phone.until(lambda: "alice" not in server.bindings, "removal of the binding")


@pytest.mark.parametrize("kind", KINDS)
async def test_calls_a_number_through_the_server(kind: type[BasePhone], tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path) as server:  # noqa: SIM117
        async with kind(account(server, "alice")) as caller, Pjsua(account(server, "bob")) as called:
            for phone in (caller, called):
                await phone.register()
                await phone.wait_registered()
            await caller.call("bob")
            await called.wait_ringing()
            await called.answer()
            await caller.wait_established()
            await called.hangup()
            assert (await caller.wait_ended()).code == 0


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_pjsua_and_raw_answer_both_digests(algorithm: str, tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path, algorithm) as server:
        async with Pjsua(account(server, "alice")) as phone:
            await phone.register()
            await phone.wait_registered()
        async with RawSip("127.0.0.1", server.port) as raw:
            answer = await raw.register(account(server, "bob"), expires=60)
            assert answer.code == 200
            assert contacts_of(answer) == {raw.contact: 60}


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_raw_client_over_every_transport(transport: Transport, tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path) as server:
        bob = account(server, "bob", transport)
        async with RawSip("127.0.0.1", bob.port, transport) as raw:
            assert (await raw.register(bob, expires=60)).code == 200
            assert (await raw.register(bob, "*", expires=0)).code == 200
            assert "bob" not in server.bindings


@pytest.mark.parametrize("scenario", ["register", "register_refresh", "unregister_all"])
async def test_sipp_registers(scenario: str, tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path) as server:
        require_ok(await Sipp(scenario, account(server, "alice"), pause_ms=100).run())


async def test_sipp_registers_over_tcp(tmp_path: Path) -> None:
    async with TinyServer(PASSWORDS, tmp_path) as server:
        require_ok(await Sipp("register", account(server, "alice", "tcp")).run())


@pytest.mark.parametrize("kind", [Linphone, Pjsua])
async def test_a_server_certificate_is_checked_when_asked(
    kind: type[Linphone | Pjsua], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger, _key = net.self_signed(other)
    async with TinyServer(PASSWORDS, tmp_path) as server:
        # linphone knows no addresses in certificates, only names
        alice = dataclasses.replace(account(server, "alice", "tls"), host="localhost")
        async with kind(alice, ca_file=tmp_path / "cert.pem") as phone:
            await phone.register()
            await phone.wait_registered()
        server.bindings.clear()
        async with kind(alice, ca_file=stranger) as phone:
            await phone.register()
            with pytest.raises(PhoneError, match="no registration"):
                await phone.wait_registered(timeout=2)
            assert "alice" not in server.bindings
