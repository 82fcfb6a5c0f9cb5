"""Calls to and from the public network: who hears whom, what the provider is told, failover and limits."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from pbx.control.commands import Originate
from pbx.control.configuration import (
    CallerIdConfig,
    EmergencyConfig,
    ExtensionConfig,
    LimitsConfig,
    NumberConfig,
    Snapshot,
)
from tests.phones.baresip import Baresip
from tests.phones.base import Account, Transport
from tests.phones.pjsua import Pjsua, Srtp
from tests.phones.sipp import Sipp
from tests.running import DOMAIN, RunningCore, eventually, organisation, password
from tests.telephony.office import both_hear, connect, hang_up
from tests.trunks.conftest import DID, TrunkCore, office, trunk
from tests.trunks.provider import Provider

MAIN, MOBILE = "+31201234500", "+31612345678"
PUBLIC = "0101234567"


def peer(transport: Transport = "udp", **behaviour: Any) -> Pjsua:
    """A telephone at the provider's end, which registers nowhere."""
    return Pjsua(Account(number="provider", transport=transport), **behaviour)


def to_peer(phone: Pjsua, **changes: Any) -> Any:
    """The trunk that leads to it, and from which it calls."""
    fields: dict[str, Any] = {"port": phone.local_port, "transport": phone.account.transport}
    return trunk(**(fields | {"probe_seconds": 0, "sources": ["127.0.0.1"]} | changes))


def rich_office(*trunks: Any, **changes: Any) -> Snapshot:
    """101 shows the organisation's number, may show its mobile and may hide; 102 has a number of its own."""
    plain = office(*trunks)
    fields: dict[str, Any] = {
        "caller_ids": [
            CallerIdConfig(id="hide", kind="anonymous"),
            CallerIdConfig(id="main", kind="company", number=MAIN),
            CallerIdConfig(id="mobile", kind="mobile", number=MOBILE),
        ],
        "extensions": [
            ExtensionConfig(
                id=each.id,
                number=each.number,
                name=each.name,
                language="en",
                caller_ids=["hide", "main", "mobile"] if each.number == "101" else [],
                caller_id="main" if each.number == "101" else None,
            )
            for each in plain.extensions
        ],
    }
    return office(*trunks, **(fields | changes))


# --- Audio both ways ---


async def test_a_call_out_and_both_hear_each_other(line: TrunkCore) -> None:
    far = peer()
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    await line.apply(rich_office(to_peer(far)))
    await line.phones(phone)
    await connect(phone, far, PUBLIC)
    await both_hear(phone, far)
    state = await line.state()
    assert state is not None
    assert state.calls == 1
    await hang_up(phone, far)
    record = await line.record()
    assert (record.direction, record.trunk, record.shown) == ("outbound", "one", MAIN)
    assert record.outcome == "answered"
    last = (await line.events("trunk.changed"))[-1].trunk
    assert last is not None
    assert last.calls == 0


@pytest.mark.parametrize("kind", ["pjsua", "baresip"])
async def test_a_call_in_rings_the_extension_of_the_number(line: TrunkCore, kind: str) -> None:
    far = peer()
    await line.phones(far)
    await line.apply(rich_office(to_peer(far)))
    account = line.core.account("101")
    phone = Pjsua(account) if kind == "pjsua" else Baresip(account)
    await line.phones(phone)
    await connect(far, phone, f"sip:{DID}@127.0.0.1:{line.core.port}")
    await both_hear(phone, far)
    await hang_up(far, phone)
    record = await line.record()
    assert (record.direction, record.trunk, record.dialled) == ("inbound", "one", DID)


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_over_connections_too(line: TrunkCore, transport: Transport) -> None:
    far = peer(transport)
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    await line.apply(rich_office(to_peer(far)))
    await line.phones(phone)
    await connect(phone, far, PUBLIC)
    await both_hear(phone, far)
    await hang_up(far, phone)


@pytest.mark.parametrize(
    ("ours", "theirs", "encrypted"),
    [("required", "required", True), ("optional", "optional", True), ("optional", "off", False)],
)
async def test_encrypted_audio(line: TrunkCore, ours: Srtp, theirs: Srtp, encrypted: bool) -> None:
    far = peer(srtp=theirs)
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    await line.apply(rich_office(to_peer(far, srtp=ours)))
    await line.phones(phone)
    await connect(phone, far, PUBLIC)
    assert ("SRTP status: Active" in await far.statistics()) == encrypted
    await both_hear(phone, far)
    await hang_up(phone, far)
    await connect(far, phone, f"sip:{DID}@127.0.0.1:{line.core.port}")
    assert ("SRTP status: Active" in await far.statistics()) == encrypted
    await both_hear(phone, far)
    await hang_up(far, phone)


async def test_without_encryption_where_it_is_required_no_call_comes_about(line: TrunkCore) -> None:
    far = peer(srtp="off")
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    await line.apply(rich_office(to_peer(far, srtp="required")))
    await line.phones(phone)
    await phone.call(PUBLIC)
    await phone.wait_ended(30)
    await far.call(f"sip:{DID}@127.0.0.1:{line.core.port}")
    assert (await far.wait_ended(30)).code in (406, 488)


async def test_a_provider_by_sipp(line: TrunkCore) -> None:
    account = Account(number="provider", host="127.0.0.1", port=line.core.port)
    called = Sipp("uas", account, pause_ms=200, timeout_s=30)
    phone = Pjsua(line.core.account("101"))
    await line.apply(rich_office(trunk(port=called.local_port, probe_seconds=0, sources=["127.0.0.1"])))
    await line.phones(phone)
    async with called:
        await phone.call(PUBLIC)
        await phone.wait_established()
        await phone.hangup()
        result = await called.wait()
    assert result.ok, result.errors
    assert f"INVITE sip:+31101234567@127.0.0.1:{called.local_port} SIP/2.0" in result.messages
    await phone.set_on_invite("200")
    async with Sipp("uac_trunk", account, number=DID, pause_ms=200, timeout_s=30) as caller:
        result = await caller.wait()
    assert result.ok, result.errors


async def test_two_pbxs_one_registered_at_the_other(line: TrunkCore, second_core: RunningCore) -> None:
    """The second one asks for credentials for each call, and calls the Contact that was registered."""
    customer, far_number = MAIN, "+31101234567"
    plain = organisation("carrier", numbers={DID: [customer], far_number: ["far"]})
    extensions = [replace(each, id=f"x{i}") for i, each in enumerate(plain.extensions)]
    devices = [replace(each, id=f"d{i}") for i, each in enumerate(plain.devices)]
    await second_core.apply(replace(plain, extensions=extensions, devices=devices))
    account = {"username": customer, "password": password(customer), "domain": DOMAIN}
    config = trunk(port=second_core.port, register=True, number_in="to", **account)
    await line.apply(rich_office(config, domain="customer.test"))
    await line.reaches("up")
    phone = Pjsua(line.core.account("101", domain="customer.test"))
    far = Pjsua(second_core.account(far_number, username="far"))
    await line.phones(phone, far)
    await connect(phone, far, PUBLIC)
    await both_hear(phone, far)
    await hang_up(phone, far)
    assert far.caller_shown is not None
    await connect(far, phone, DID)
    await both_hear(phone, far)
    await hang_up(phone, far)
    record = await line.record()
    assert (record.direction, record.dialled) == ("inbound", DID)


async def test_a_call_outlives_its_trunk(line: TrunkCore, provider: Provider) -> None:
    far = peer()
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    await line.apply(rich_office(to_peer(far)))
    await line.phones(phone)
    await connect(phone, far, PUBLIC)
    await line.apply(rich_office(trunk(provider, "other"), version=2))
    await line.reaches("up", "other")
    assert await line.state("one") is None
    await both_hear(phone, far)
    await hang_up(far, phone)
    assert (await line.record()).outcome == "answered"


# --- What the provider is told ---


async def told(line: TrunkCore, provider: Provider, number: str = PUBLIC, **changes: Any) -> Any:
    """The INVITE of a call out that the provider refuses."""
    phone = Pjsua(line.core.account("101"))
    await line.phones(phone)
    before = len(provider.of("INVITE"))
    await phone.call(number, **changes)
    await eventually(lambda: len(provider.of("INVITE")) > before, 15, f"a call\n{line.core.tail(30)}")
    await phone.hangup()
    return provider.of("INVITE")[-1]


async def test_number_and_caller_in_the_form_of_the_trunk(line: TrunkCore, provider: Provider) -> None:
    provider.codes["INVITE"] = 486
    config = trunk(provider, probe_seconds=0, dial="e164", domain="provider.test")
    await line.apply(rich_office(config))
    invite = await told(line, provider)
    assert invite.uri == "sip:31101234567@provider.test"
    assert "<sip:31201234500@provider.test>" in invite["from"]
    assert "<sip:31201234500@provider.test>" in invite["p-asserted-identity"]
    assert not invite.all("privacy")
    assert not invite.all("route")


async def test_the_standing_choice_and_that_for_one_call(line: TrunkCore, provider: Provider) -> None:
    provider.codes["INVITE"] = 486
    await line.apply(rich_office(trunk(provider, probe_seconds=0)))
    hidden = await told(line, provider, f"*31{PUBLIC}")
    assert "<sip:anonymous@anonymous.invalid>" in hidden["from"]
    assert hidden["privacy"] == "id"
    # The extension's own number, for the provider alone.
    assert f"sip:{DID}@" in hidden["p-asserted-identity"]
    assert MAIN in (await told(line, provider))["from"]


async def test_by_the_api_too_and_only_what_is_allowed(line: TrunkCore, provider: Provider) -> None:
    provider.codes["INVITE"] = 486
    await line.apply(rich_office(trunk(provider, probe_seconds=0)))
    phone = Pjsua(line.core.account("101"), on_invite="200")
    await line.phones(phone)
    async with line.core.client() as client:
        for caller_id, number in (("mobile", MOBILE), ("queue", MAIN)):
            before = len(provider.of("INVITE"))
            await client.originate(
                Originate(tenant="office", extension="101", number=PUBLIC, caller_id=caller_id)
            )
            await eventually(lambda b=before: len(provider.of("INVITE")) > b, 15, "a call")
            assert number in provider.of("INVITE")[-1]["from"]
            await phone.wait_ended(30)


# --- Failover ---


@pytest.mark.parametrize("code", [503, 0])
async def test_the_next_trunk_on_a_code_and_on_silence(line: TrunkCore, code: int) -> None:
    # An address of its own: an INVITE that nobody answered is sent again for half a minute.
    async with Provider(address="127.0.0.4", codes={"INVITE": code}) as provider:
        await failing_over(line, provider)


async def failing_over(line: TrunkCore, provider: Provider) -> None:
    far = peer()
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    first = trunk(provider, "first", probe_seconds=0)
    await line.apply(rich_office(first, to_peer(far, id="second")))
    await line.phones(phone)
    await connect(phone, far, PUBLIC)
    await both_hear(phone, far)
    await hang_up(phone, far)
    record = await line.record()
    assert record.trunk == "second"
    assert provider.of("INVITE")


async def test_a_provider_that_is_at_it_gets_its_time(line: TrunkCore) -> None:
    """It said 100, and the called phone rings after the time of a silent trunk."""
    far = peer(on_invite="silent")
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    async with Provider() as second:
        await line.apply(rich_office(to_peer(far), trunk(second, "second", probe_seconds=0)))
        await line.phones(phone)
        await phone.call(PUBLIC)
        await far.wait_ringing()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(phone.wait_ended(), 5)
        assert not second.of("INVITE")
        await far.answer()
        await asyncio.gather(phone.wait_established(), far.wait_established())
        await hang_up(phone, far)


async def test_busy_is_busy_everywhere(line: TrunkCore, provider: Provider) -> None:
    provider.codes["INVITE"] = 486
    async with Provider() as second:
        config = rich_office(
            trunk(provider, "first", probe_seconds=0), trunk(second, "second", probe_seconds=0)
        )
        await line.apply(config)
        await told(line, provider)
        record = await line.record()
        assert record.outcome == "busy"
        assert not second.of("INVITE")


# --- Limits and emergencies ---


async def test_a_limit_refuses_and_tells_administrators_once(line: TrunkCore, provider: Provider) -> None:
    await line.apply(rich_office(trunk(provider, probe_seconds=0), limits=LimitsConfig(calls_per_user=0)))
    phone = Pjsua(line.core.account("101"))
    await line.phones(phone)
    for _ in range(2):
        await phone.call(PUBLIC)
        await phone.wait_ended(30)
    assert not provider.of("INVITE")
    notices = [event.notice.kind for event in await line.events("notice") if event.notice]
    assert notices == ["fraud.limit"]


async def test_an_emergency_goes_out_whatever_else_holds(line: TrunkCore, provider: Provider) -> None:
    provider.codes["INVITE"] = 503
    far = peer()
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    extensions = [replace(each, may_call_out=False) for each in office().extensions]
    config = office(
        to_peer(far, id="second", max_calls=1),
        trunk(provider, "first", probe_seconds=0),
        routes=[],
        limits=LimitsConfig(calls=0, blocked=["+31"]),
        emergency=EmergencyConfig(trunks=["first"], places={"101": "+31301234567"}),
        extensions=extensions,
    )
    await line.apply(config)
    await line.phones(phone)
    await connect(phone, far, "112")
    await both_hear(phone, far)
    assert "+31301234567" in provider.of("INVITE")[0]["from"]
    await hang_up(phone, far)
    record = await line.record()
    assert record.emergency
    assert record.trunk == "second"
    notices = [event.notice for event in await line.events("notice") if event.notice]
    assert [notice.kind for notice in notices] == ["emergency.call"]
    assert notices[0].extension == "101"


async def test_a_full_trunk_refuses_calls_in(line: TrunkCore) -> None:
    far = peer()
    phone = Pjsua(line.core.account("101"))
    await line.phones(far)
    await line.apply(rich_office(to_peer(far, max_calls=1)))
    await line.phones(phone)
    await connect(phone, far, PUBLIC)
    async with Provider(address="127.0.0.1") as second:
        call = second.invite(("127.0.0.1", line.core.port), f"sip:{DID}@127.0.0.1")
        await eventually(lambda: 503 in second.codes_of(call), 10, "503")
    await hang_up(phone, far)


async def test_another_organisation_cannot_use_the_trunk(line: TrunkCore, provider: Provider) -> None:
    other = office(tenant="other", domain="other.test", numbers=[NumberConfig(number=MAIN, extension="101")])
    await line.apply(rich_office(trunk(provider, probe_seconds=0)), other)
    phone = Pjsua(line.core.account("101", domain="other.test"))
    await line.phones(phone)
    await phone.call(PUBLIC)
    await phone.wait_ended(30)
    assert not provider.of("INVITE")


# --- Blocked callers ---


async def test_a_blocked_caller_reaches_nobody(line: TrunkCore) -> None:
    """From outside over a number of ours, and from a colleague: declined, and no phone rings."""
    far, phone, colleague = peer(), Pjsua(line.core.account("101")), Pjsua(line.core.account("102"))
    await line.phones(far)
    plain = office(to_peer(far))
    extensions = [
        replace(each, blocked=["provider", "102"]) if each.number == "101" else each
        for each in plain.extensions
    ]
    await line.apply(replace(plain, extensions=extensions))
    await line.phones(phone, colleague)
    for caller, target in ((far, f"sip:{DID}@127.0.0.1:{line.core.port}"), (colleague, "101")):
        await caller.call(target)
        await caller.wait_ended(30)
        assert caller.end_reason is not None and caller.end_reason.code == 603
    assert not phone.received("INVITE")

    async def told() -> bool:
        records = await line.records()
        return [(each.outcome, each.reason) for each in records] == [("declined", "blocked by 101")] * 2

    await eventually(told, 20, "two records of blocked calls")
