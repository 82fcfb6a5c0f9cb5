"""Trunks that do not register are watched with OPTIONS; what changes is told."""

from typing import Any

import pytest

from tests.running import eventually
from tests.trunks.conftest import TrunkCore, office, trunk
from tests.trunks.provider import Provider


async def test_it_goes_up_and_down_with_the_answers(line: TrunkCore, provider: Provider) -> None:
    await line.apply(office(trunk(provider)))
    await line.reaches("up")
    options = provider.of("OPTIONS")[0]
    assert options.uri == f"sip:{provider.address}:{provider.port}"
    provider.codes["OPTIONS"] = 503
    await line.reaches("down")
    provider.codes["OPTIONS"] = 200
    await line.reaches("up")
    states = [event.trunk.state for event in await line.events("trunk.changed") if event.trunk]
    assert states == ["unknown", "up", "down", "up"]
    notices = [event.notice for event in await line.events("notice") if event.notice]
    assert [notice.kind for notice in notices] == ["trunk.down"]


async def test_silence_is_down(line: TrunkCore, provider: Provider) -> None:
    provider.codes["OPTIONS"] = 0
    await line.apply(office(trunk(provider)))
    assert (await line.reaches("down", seconds=30)).code == 408


@pytest.mark.parametrize("code", [403, 404, 405, 481, 501])
async def test_any_other_answer_is_life(line: TrunkCore, provider: Provider, code: int) -> None:
    provider.codes["OPTIONS"] = code
    await line.apply(office(trunk(provider)))
    await line.reaches("up")


async def test_nobody_is_asked_when_it_is_switched_off(line: TrunkCore, provider: Provider) -> None:
    async with Provider() as other:
        watched = trunk(other, "two")
        await line.apply(office(trunk(provider, probe_seconds=0), watched))
        await line.reaches("up", "two")
        state = await line.state()
        assert state is not None
        assert state.state == "unknown"
        assert not provider.requests


async def test_what_changes_is_taken_over(line: TrunkCore, provider: Provider) -> None:
    await line.apply(office(trunk(provider)))
    await line.reaches("up")
    async with Provider() as other:
        await line.apply(office(trunk(other), version=2))
        await eventually(lambda: other.of("OPTIONS"), 10, "the new place is watched")
    disabled = trunk(provider, enabled=False)
    await line.apply(office(disabled, version=3))
    assert await line.state() is None


async def test_organisations_have_trunks_of_their_own(line: TrunkCore, provider: Provider) -> None:
    other: dict[str, Any] = {"tenant": "other", "domain": "other.test", "numbers": []}
    async with Provider() as second:
        second.codes["OPTIONS"] = 503
        await line.apply(office(trunk(provider)), office(trunk(second), **other))
        await line.reaches("up")
        await line.reaches("down", tenant="other")
        async with line.core.client() as client:
            await client.remove_tenant("other")
        assert await line.state(tenant="other") is None
        assert (await line.reaches("up")).tenant == "office"
