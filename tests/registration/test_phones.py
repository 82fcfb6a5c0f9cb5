"""Real phones sign in, are called and sign out, over every transport they have; and what survives a crash."""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from pbx.control.commands import Originate
from pbx.control.messages import (
    Event,
)
from tests.phones.baresip import Baresip
from tests.phones.base import BasePhone, Transport
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.registration.client import TRANSPORTS, Client, asked, bindings
from tests.registration.conftest import BOTH, STRICT
from tests.running import ROOT, RunningCore, eventually

KINDS: list[type[BasePhone]] = [Baresip, Linphone, Pjsua]


async def ring(core: RunningCore, phone: BasePhone, tenant: str = "office") -> None:
    """The core calls the phone; it must ring at once, with nothing done by the phone before."""
    command = Originate(tenant=tenant, extension=phone.account.number, number="110")
    call = await asked(core, lambda client: client.originate(command))
    await phone.wait_ringing(4)
    assert await asked(core, lambda client: client.hangup(call))
    await phone.wait_ended()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
async def test_signs_in_is_called_and_signs_out(
    office: RunningCore, kind: type[BasePhone], transport: Transport
) -> None:
    number = str(101 + KINDS.index(kind))
    async with kind(office.account(number, transport)) as phone:
        await phone.register(expires=300)
        await phone.wait_registered()
        (seen,) = await bindings(office, f"d{number}")
        assert (seen.tenant, seen.transport, seen.aor) == ("office", transport, f"sip:{number}@office.test")
        assert 290 < seen.expires_at - seen.registered_at <= 300
        assert seen.user_agent
        await ring(office, phone)
        await phone.unregister()
        await phone.wait_unregistered()

        async def gone() -> bool:
            return not await bindings(office, f"d{number}")

        await eventually(gone, what="end of the binding")


@pytest.mark.parametrize(("tenant", "domain"), [("both", BOTH), ("strict", STRICT)])
@pytest.mark.parametrize("kind", [Linphone, Pjsua])
async def test_signs_in_with_sha_256(
    office: RunningCore, kind: type[BasePhone], tenant: str, domain: str
) -> None:
    number = str(104 + KINDS.index(kind))
    async with kind(office.account(number, domain=domain)) as phone:
        await phone.register()
        await phone.wait_registered()
        await ring(office, phone, tenant)
        await phone.unregister()
        await phone.wait_unregistered()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_password_does_not_get_in(office: RunningCore, kind: type[BasePhone]) -> None:
    number = str(107 + KINDS.index(kind))
    async with kind(office.account(number, password="guess")) as phone:
        await phone.register()
        await phone.until(lambda: "401" in phone.trace, "refusal")
        assert not phone.registered
        assert await bindings(office, f"d{number}") == []
    await asked(office, lambda client: client.unban("127.0.0.1"))  # forget the failures


@pytest.mark.parametrize("kind", KINDS)
async def test_is_reachable_right_after_a_crash_of_the_core(core: RunningCore, kind: type[BasePhone]) -> None:
    async with kind(core.account("101")) as phone:
        await phone.register(expires=600)
        await phone.wait_registered()
        before = await bindings(core)
        core.kill()
        await core.start()
        assert await bindings(core) == before
        await ring(core, phone)
        assert await bindings(core) == before, "the phone did nothing for that"


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_a_phone_on_a_connection_is_found_again_after_a_crash(
    core: RunningCore, transport: Transport
) -> None:
    """A connection dies with the core. A phone notices and registers anew by itself; until then its binding
    stands, and an attempt to reach it fails at once rather than after half a minute."""
    async with Pjsua(core.account("101", transport)) as phone:
        await phone.register()
        await phone.wait_registered()
        core.kill()
        await core.start()
        assert len(await bindings(core)) == 1
        call = await asked(
            core, lambda c: c.originate(Originate(tenant="office", extension="101", number="110"))
        )

        async def over() -> bool:
            return call not in [each.id for each in await asked(core, lambda c: c.calls())]

        await eventually(over, 5, "failure of the call to a connection that is gone")


async def test_two_nodes_of_one_phone_ring_together(core: RunningCore) -> None:
    async with Pjsua(core.account("101")) as desk, Baresip(core.account("101")) as mobile:
        for phone in (desk, mobile):
            await phone.register()
            await phone.wait_registered()
        assert len(await bindings(core, "d101")) == 2
        call = await asked(
            core, lambda c: c.originate(Originate(tenant="office", extension="101", number="110"))
        )
        await asyncio.gather(desk.wait_ringing(), mobile.wait_ringing())
        await asked(core, lambda c: c.hangup(call))
        await asyncio.gather(desk.wait_ended(), mobile.wait_ended())


async def test_the_command_line_shows_bindings(office: RunningCore) -> None:
    async with Client(office, "tcp") as phone:
        assert (await phone.register(phone.account("110"))).code == 200
        environment = os.environ | {"CENTRALE_CONTROL": office.address, "CENTRALE_ENV_FILE": "/nonexistent"}
        environment["CENTRALE_HOME"] = str(office.home)
        shown = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "manage.py", "pbx", "bindings", "--json"],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert shown.returncode == 0, shown.stderr
        (seen,) = [each for each in json.loads(shown.stdout) if each["device"] == "d110"]
        assert (seen["device"], seen["transport"]) == ("d110", "tcp")
        assert seen["source"] == f"127.0.0.1:{phone.local_port}"
        assert (await phone.register(phone.account("110"), "*", 0)).code == 200


async def test_bindings_are_told_as_they_come_and_go(office: RunningCore) -> None:
    async with office.client() as control, Client(office) as phone:
        start = (await control.health()).last_number
        account = phone.account("110")
        assert (await phone.register(account)).code == 200
        assert await control.remove_binding("office", "d110", phone.contact)
        assert not await control.remove_binding("office", "d110", phone.contact)
        assert await bindings(office, "d110") == []
        seen: list[Event] = []
        stream = control.events(since=start)
        async for message in stream:
            if isinstance(message, Event) and message.binding and message.binding.device == "d110":
                seen.append(message)
            if len(seen) == 2:
                break
        await stream.aclose()
        assert [event.kind for event in seen] == ["binding.changed", "binding.removed"]
        assert {event.tenant for event in seen} == {"office"}
