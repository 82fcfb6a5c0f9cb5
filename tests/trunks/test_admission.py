"""Whose calls come in, on the wire: by address, by the secret Contact, and what nobody can forge or claim."""

from typing import Any

import pytest

from pbx.control.configuration import NumberConfig
from tests.running import eventually
from tests.trunks.conftest import DID, TrunkCore, office, trunk
from tests.trunks.provider import Provider

STRANGER = "127.0.0.3"
OTHERS = "+31207654321"


def other_office(*trunks: Any, **changes: Any) -> Any:
    fields = {
        "tenant": "other",
        "domain": "other.test",
        "numbers": [NumberConfig(number=OTHERS, extension="101")],
    }
    return office(*trunks, **(fields | changes))


async def final(provider: Provider, call_id: str) -> int:
    """The first answer that is no 100."""

    def code() -> int | None:
        return next((each for each in provider.codes_of(call_id) if each > 100), None)

    result: int = await eventually(code, 10, "an answer")
    return result


def here(line: TrunkCore) -> tuple[str, int]:
    return "127.0.0.1", line.core.port


async def test_a_call_from_a_listed_address_is_the_organisation_s(
    line: TrunkCore, provider: Provider
) -> None:
    await line.apply(office(trunk(provider, probe_seconds=0, sources=[provider.address])))
    call = provider.invite(here(line), f"sip:{DID}@127.0.0.1")
    assert await final(provider, call) != 401
    record = await line.record("office")
    assert record.direction == "inbound"
    assert record.trunk == "one"
    assert record.caller_number == "+31101112222"


async def test_a_stranger_must_sign_in(line: TrunkCore, provider: Provider) -> None:
    await line.apply(office(trunk(provider, probe_seconds=0, sources=[provider.address])))
    async with Provider(address=STRANGER) as stranger:
        assert await final(stranger, stranger.invite(here(line), f"sip:{DID}@office.test")) == 401
    assert await line.records() == []


async def test_a_number_that_is_nobody_s_is_not_found(line: TrunkCore, provider: Provider) -> None:
    await line.apply(office(trunk(provider, probe_seconds=0, sources=[provider.address])))
    assert await final(provider, provider.invite(here(line), "sip:+31209999999@127.0.0.1")) == 404


async def test_a_registered_trunk_is_reached_at_its_contact_by_its_provider_alone(
    line: TrunkCore, provider: Provider
) -> None:
    config = trunk(provider, register=True, username="cust1", number_in="to")
    await line.apply(office(config))
    await line.reaches("up")
    contact = provider.registered["cust1"]
    async with Provider(address=STRANGER) as stranger:
        assert await final(stranger, stranger.invite(here(line), contact)) == 401
    guess = "sip:0123456789abcdef01234567@127.0.0.1"
    assert await final(provider, provider.invite(here(line), guess)) == 401
    # The called number does not stand in the Request-URI, which is our Contact.
    assert await final(provider, provider.invite(here(line), contact)) == 404
    assert (await line.record("office")).trunk == "one"


async def test_two_organisations_at_one_provider(line: TrunkCore, provider: Provider) -> None:
    shared = trunk(provider, probe_seconds=0, sources=[provider.address])
    await line.apply(office(shared), other_office(shared))
    await final(provider, provider.invite(here(line), f"sip:{DID}@127.0.0.1"))
    await line.record("office")
    assert "other" not in {record.tenant for record in await line.records()}
    await final(provider, provider.invite(here(line), f"sip:{OTHERS}@127.0.0.1"))
    await line.record("other")
    assert await final(provider, provider.invite(here(line), "sip:+31208888888@127.0.0.1")) == 404


async def test_an_organisation_cannot_claim_another_s_number(own_line: TrunkCore, provider: Provider) -> None:
    line = own_line
    shared = trunk(provider, probe_seconds=0, sources=[provider.address])
    thief = other_office(shared, numbers=[NumberConfig(number=DID, extension="101")])
    await line.apply(office(shared), thief)
    await final(provider, provider.invite(here(line), f"sip:{DID}@127.0.0.1"))
    await line.record("office")
    assert "other" not in {record.tenant for record in await line.records()}
    # Nor after the core has read its snapshots again, in whatever order.
    line.core.kill()
    await line.core.start()

    async def taken() -> bool:
        call = provider.invite(here(line), f"sip:{DID}@127.0.0.1")
        return await final(provider, call) != 401

    await eventually(taken, 10, "the trunk is known again")
    records = await line.records()
    assert {record.tenant for record in records} == {"office"}


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "MESSAGE"])
async def test_a_trunk_s_address_opens_nothing_but_calls(
    line: TrunkCore, provider: Provider, method: str
) -> None:
    await line.apply(office(trunk(provider, probe_seconds=0, sources=[provider.address])))
    call = provider.invite(here(line), "sip:101@office.test", method=method)
    assert await final(provider, call) == 401


async def test_a_flood_of_wrong_numbers_does_not_shut_the_provider_out(
    line: TrunkCore, provider: Provider
) -> None:
    await line.apply(office(trunk(provider, probe_seconds=0, sources=[provider.address])))
    for _ in range(60):
        assert await final(provider, provider.invite(here(line), "sip:+31209999999@127.0.0.1")) in (404, 503)
    call = provider.invite(here(line), f"sip:{DID}@127.0.0.1")
    assert await final(provider, call) != 401
    async with line.core.client() as client:
        assert await client.bans() == []
