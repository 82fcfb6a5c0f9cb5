"""Every route, by the client and by hand: answers, and a Problem for each error."""

import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pbx.control.client import ControlClient, ControlError, ControlUnreachable
from pbx.control.commands import Originate
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    BanState,
    BindingState,
    Trace,
    encode,
)
from tests.control.target import Core, _event


def snapshot(version: int = 1, tenant: str = "demo", **more: Any) -> Snapshot:
    return Snapshot(tenant=tenant, version=version, name="Demo", domain="demo.example", **more)


async def by_hand(core: Core, method: str, path: str, **request: Any) -> tuple[int, Any]:
    """Status and JSON body."""
    connector = aiohttp.UnixConnector(str(core.store._folder.parent / "control.sock"))
    async with (
        aiohttp.ClientSession("http://core", connector=connector) as session,
        session.request(method, path, **request) as answer,
    ):
        text = await answer.text()
        if text:
            assert answer.content_type == "application/json"
        return answer.status, json.loads(text) if text else None


async def refused(doing: Any) -> tuple[int, str | None]:
    with pytest.raises(ControlError) as caught:
        await doing
    assert caught.value.problem.error.strip()
    return caught.value.status, caught.value.problem.field


async def test_snapshots(core: Core, client: ControlClient) -> None:
    assert await client.tenants() == {}
    applied = await client.snapshot(snapshot(3))
    assert (applied.version, applied.changed) == (3, True)
    assert (await client.snapshot(snapshot(3))).changed is False
    assert len(core.applied) == 1
    assert await refused(client.snapshot(snapshot(2))) == (409, "version")
    assert (await client.snapshot(snapshot(4))).changed is True
    assert await client.tenants() == {"demo": 4}
    assert await by_hand(core, "GET", "/v1/tenants/demo") == (
        200,
        {"tenant": "demo", "version": 4, "changed": False},
    )
    assert (await by_hand(core, "GET", "/v1/tenants/other"))[0] == 404
    broken = snapshot(5, flows={"101": {"kind": "broken"}})
    assert await refused(client.snapshot(broken)) == (422, "flows")
    body = snapshot(9, tenant="other")
    status, problem = await by_hand(core, "PUT", "/v1/tenants/demo/snapshot", json=_plain(body))
    assert (status, problem["field"]) == (400, "tenant")
    assert await client.remove_tenant("demo") is True
    assert await client.remove_tenant("demo") is False
    assert (await client.snapshot(snapshot(1))).changed is True


async def test_snapshot_that_does_not_fit_names_the_field(core: Core) -> None:
    plain = _plain(snapshot())
    plain["extensions"] = [{"id": "e1", "number": "1 0", "name": "x"}]
    status, problem = await by_hand(core, "PUT", "/v1/tenants/demo/snapshot", json=plain)
    assert (status, problem["field"]) == (400, "extensions[0].number")
    status, problem = await by_hand(core, "PUT", "/v1/tenants/demo/snapshot", data=b"{nonsense")
    assert status == 400
    assert problem["error"]


async def test_calls(core: Core, client: ControlClient) -> None:
    await client.snapshot(snapshot())
    assert await client.calls() == []
    call = await client.originate(Originate(tenant="demo", extension="100", number="101"))
    assert [found.id for found in await client.calls()] == [call]
    assert await client.calls("demo") == await client.calls()
    assert await client.calls("other") == []
    assert (await client.call(call)).dialled == "101"
    assert await refused(client.call("none")) == (404, None)
    assert await refused(client.originate(Originate(tenant="no", extension="1", number="2"))) == (
        404,
        "tenant",
    )
    assert await refused(client.originate(Originate(tenant="demo", extension="", number="2"))) == (
        400,
        "extension",
    )
    assert await client.hangup(call) is True
    assert await client.hangup(call) is False
    assert await client.calls() == []


async def test_bindings(core: Core, client: ControlClient) -> None:
    contact = "sip:d1@192.0.2.1:5060;transport=tcp;ob?x=a&b=c"
    binding = BindingState(
        tenant="demo",
        device="d1",
        aor="sip:101@demo.example",
        contact=contact,
        source="192.0.2.1:5060",
        transport="tcp",
        user_agent="phone",
        expires_at=9e9,
        registered_at=1.0,
    )
    core.emit(_event("binding.changed", tenant="demo", binding=binding))
    assert await client.bindings() == [binding]
    assert await client.bindings("other") == []
    assert (await by_hand(core, "DELETE", "/v1/bindings?tenant=demo"))[0] == 400
    assert await client.remove_binding("demo", "d1", contact) is True
    assert await client.remove_binding("demo", "d1", contact) is False


async def test_bans(core: Core, client: ControlClient) -> None:
    ban = BanState(address="2001:db8::7", failures=5, since=1.0, until=2.0)
    core.emit(_event("ban.added", ban=ban))
    assert await client.bans() == [ban]
    assert await client.unban("2001:db8::7") is True
    assert await client.unban("2001:db8::7") is False


async def test_trace(core: Core, client: ControlClient) -> None:
    assert await refused(client.trace(Trace(tenant="demo"))) == (404, "tenant")
    await client.snapshot(snapshot())
    await client.trace(Trace(tenant="demo", device="d1", seconds=0))
    assert core.traces == [Trace(tenant="demo", device="d1", seconds=0)]
    assert [message.peer for message in await client.traced("demo")] == ["192.0.2.1:5060"]
    assert await client.traced("other") == []


async def test_health_says_why_not(core: Core, client: ControlClient) -> None:
    assert (await client.health()).ready
    core.ready = False
    health = await client.health()
    assert not health.ready
    assert "port" in health.parts["sip"]
    assert (await by_hand(core, "GET", "/v1/health"))[0] == 503


async def test_acknowledge(core: Core, client: ControlClient) -> None:
    await client.snapshot(snapshot())
    await client.acknowledge(1)
    assert core.journal.acknowledged == 1
    assert await refused(client.acknowledge(99)) == (409, "number")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("PATCH", "/v1/calls", 405),
        ("GET", "/v1/events?since=-1", 400),
        ("GET", "/v1/events?since=x", 400),
        ("GET", "/v1/events", 400),
        ("POST", "/v1/calls", 400),
    ],
)
async def test_every_error_is_a_problem(core: Core, method: str, path: str, status: int) -> None:
    got, problem = await by_hand(core, method, path)
    assert got == status
    assert problem["error"]


async def test_bodies_are_bounded(core: Core) -> None:
    status, problem = await by_hand(core, "POST", "/v1/calls", data=b"x" * 70_000)
    assert status == 413
    assert "too large" in problem["error"]

    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 1000

    assert (await by_hand(core, "POST", "/v1/calls", data=endless()))[0] == 413


async def test_a_failure_inside_is_a_problem_too(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(core, "calls", fail)
    status, problem = await by_hand(core, "GET", "/v1/calls")
    assert status == 500
    assert "secret" not in problem["error"]


async def test_no_core(tmp_path: Path) -> None:
    async with ControlClient(f"unix:{tmp_path / 'none.sock'}") as client:
        with pytest.raises(ControlUnreachable, match="make run"):
            await client.calls()
        with pytest.raises(ControlUnreachable, match="make run"):
            async for _ in client.events():
                pass


def _plain(message: Snapshot) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(encode(message))
    return plain
