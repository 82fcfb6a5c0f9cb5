"""Trunks that register, at a provider of text and at a second Centrale."""

from dataclasses import replace
from typing import Literal

import pytest

from pbx.control.client import ControlClient
from pbx.control.messages import BindingState
from tests.phones import net
from tests.running import DOMAIN, RunningCore, eventually, organisation, password
from tests.trunks.conftest import TrunkCore, office, trunk
from tests.trunks.provider import Provider

ACCOUNT = {"register": True, "username": "cust1", "domain": "provider.test"}


async def test_it_registers_with_digest_and_says_so(line: TrunkCore, provider: Provider) -> None:
    provider.password = "right"
    await line.apply(office(trunk(provider, password="right", **ACCOUNT)))
    state = await line.reaches("up")
    assert state.code == 200
    first, second = provider.of("REGISTER")[:2]
    assert first.uri == "sip:provider.test"
    assert not first["authorization"]
    assert 'username="cust1"' in second["authorization"]
    assert "<sip:cust1@provider.test>" in second["to"]
    assert not second.all("route")
    contact = provider.registered["cust1"]
    user = contact.removeprefix("sip:").partition("@")[0]
    assert len(user) == 24
    assert user not in ("cust1", "one", "office")


async def test_the_password_is_nowhere_in_what_the_core_writes(
    own_line: TrunkCore, provider: Provider
) -> None:
    provider.password = "hush-hush-77"
    own_line.core.close()
    own_line.core.extra_env["CENTRALE_LOG_LEVEL"] = "debug"
    await own_line.core.start()
    await own_line.apply(office(trunk(provider, password="hush-hush-77", **ACCOUNT)))
    await own_line.reaches("up")
    assert "hush-hush-77" not in own_line.core.log.read_text(errors="replace")
    assert "hush-hush-77" not in "".join(message.text for message in provider.requests)


async def test_a_wrong_password_is_down_and_not_tried_again_at_once(
    line: TrunkCore, provider: Provider
) -> None:
    provider.password = "right"
    await line.apply(office(trunk(provider, password="wrong", **ACCOUNT)))
    state = await line.reaches("down")
    assert state.code in (401, 403)
    tried = len(provider.of("REGISTER"))
    assert tried <= 3
    # The right one counts at once.
    await line.apply(office(trunk(provider, password="right", **ACCOUNT), version=2))
    await line.reaches("up")


async def test_a_provider_that_comes_back_is_found_by_itself(line: TrunkCore, provider: Provider) -> None:
    provider.codes["REGISTER"] = 503
    await line.apply(office(trunk(provider, **ACCOUNT)))
    assert (await line.reaches("down")).code == 503
    await eventually(lambda: len(provider.of("REGISTER")) > 2, 20, "it tries again")
    del provider.codes["REGISTER"]
    await line.reaches("up")


async def test_the_contact_is_the_same_after_a_crash(own_line: TrunkCore, provider: Provider) -> None:
    await own_line.apply(office(trunk(provider, **ACCOUNT)))
    await own_line.reaches("up")
    before = provider.registered.pop("cust1")
    own_line.core.kill()
    await own_line.core.start()
    await own_line.reaches("up")
    assert provider.registered["cust1"] == before


async def test_a_trunk_that_goes_unregisters(line: TrunkCore, provider: Provider) -> None:
    await line.apply(office(trunk(provider, **ACCOUNT)))
    await line.reaches("up")
    await line.apply(office(version=2))
    assert await line.state() is None
    await eventually(lambda: "cust1" not in provider.registered, 10, "unregistered")
    await line.apply(office(trunk(provider, **ACCOUNT), version=3))
    await eventually(lambda: "cust1" in provider.registered, 10, "registered again")
    async with line.core.client() as client:
        await client.remove_tenant("office")
    await eventually(lambda: "cust1" not in provider.registered, 10, "unregistered")


async def test_requests_go_through_the_proxy_which_they_name(line: TrunkCore, provider: Provider) -> None:
    proxied = trunk(**ACCOUNT, proxy=f"{provider.address}:{provider.port}")
    await line.apply(office(replace(proxied, host="registrar.invalid")))
    await line.reaches("up")
    assert provider.of("REGISTER")[0]["route"] == f"<sip:{provider.address}:{provider.port};lr>"


async def test_a_host_name_is_looked_up(line: TrunkCore) -> None:
    async with Provider(address=net.LOOPBACK) as near:
        config = replace(trunk(near, **ACCOUNT), host="localhost", domain="")
        await line.apply(office(config))
        await line.reaches("up")
        assert near.of("REGISTER")[0].uri == f"sip:localhost:{near.port}"


async def test_a_name_that_leads_nowhere_is_down_and_stops_nothing(line: TrunkCore) -> None:
    lost = replace(trunk(**ACCOUNT), host="nowhere.invalid")
    await line.apply(office(lost))
    state = await line.reaches("down")
    assert "nowhere.invalid" in state.reason
    async with line.core.client() as client:
        assert (await client.health()).ready


async def test_settings_that_cannot_be_used_are_said(line: TrunkCore) -> None:
    await line.apply(office(trunk(**ACCOUNT, proxy="no proxy;x")))
    assert "no proxy" in (await line.reaches("down")).reason


# --- At another PBX ---


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_it_registers_at_a_second_pbx_over_each_transport(
    line: TrunkCore, second_core: RunningCore, transport: Literal["udp", "tcp", "tls"]
) -> None:
    await second_core.apply(organisation("carrier"))
    config = trunk(
        port=second_core.tls_port if transport == "tls" else second_core.port,
        transport=transport,
        register=True,
        username="105",
        password=password("105"),
        domain=DOMAIN,
    )
    await line.apply(office(config, domain="customer.test"))
    await line.reaches("up")
    async with second_core.client() as client:
        (binding,) = await bindings(client)
    assert binding.device == "d105"
    assert binding.transport == transport
    wrong = replace(config, password="wrong")
    await line.apply(office(wrong, domain="customer.test", version=2))
    assert (await line.reaches("down")).code in (401, 403)


async def bindings(client: ControlClient) -> list[BindingState]:
    return await client.bindings("carrier")
