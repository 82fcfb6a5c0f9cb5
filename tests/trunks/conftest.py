"""A core, providers and organisations with trunks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pbx.control.configuration import NumberConfig, RouteConfig, Snapshot, TrunkConfig
from pbx.control.messages import CallRecord, Event, TrunkState
from tests.phones import net
from tests.phones.base import BasePhone
from tests.running import RunningCore, eventually, organisation
from tests.trunks.provider import Provider

DID = "+31201234501"


def trunk(provider: Provider | None = None, name: str = "one", **changes: Any) -> TrunkConfig:
    fields: dict[str, Any] = {"id": name, "name": name.title(), "host": "127.0.0.1", "probe_seconds": 1}
    if provider is not None:
        fields |= {"host": provider.address, "port": provider.port}
    return TrunkConfig(**(fields | changes))


def office(*trunks: TrunkConfig, numbers: list[NumberConfig] | None = None, **changes: Any) -> Snapshot:
    """The usual organisation with these trunks for every number, and a number for extension 101."""
    fields: dict[str, Any] = {
        "trunks": list(trunks),
        "routes": [RouteConfig(id="all", prefixes=["+"], trunks=[each.id for each in trunks], seconds=3)],
    }
    own = [NumberConfig(number=DID, extension="101")] if numbers is None else numbers
    return replace(organisation(**(fields | changes)), numbers=own)


class TrunkCore:
    """What tests ask of a core with trunks. `close` takes away what the test put there."""

    def __init__(self, core: RunningCore) -> None:
        self.core = core
        self._first = 0
        self._phones: list[BasePhone] = []

    async def begin(self) -> None:
        async with self.core.client() as client:
            self._first = (await client.health()).last_number

    async def apply(self, *snapshots: Snapshot) -> None:
        await self.core.apply(*snapshots)

    async def phones(self, *phones: BasePhone) -> None:
        """Start these phones; those with a server register."""
        for phone in phones:
            self._phones.append(phone)
            await phone.start()
            if phone.account.port:
                await phone.register()
                await phone.wait_registered()

    async def state(self, name: str = "one", tenant: str = "office") -> TrunkState | None:
        async with self.core.client() as client:
            found = await client.trunks(tenant)
        return next((each for each in found if each.trunk == name), None)

    async def reaches(
        self, wanted: str, name: str = "one", seconds: float = 20, tenant: str = "office"
    ) -> TrunkState:
        """The trunk, once it is up or down."""

        async def found() -> TrunkState | None:
            state = await self.state(name, tenant)
            return state if state is not None and state.state == wanted else None

        result: TrunkState = await eventually(found, seconds, f"{name} {wanted}\n{self.core.tail(30)}")
        return result

    async def events(self, kind: str) -> list[Event]:
        """All events of a kind since the test began."""
        found: list[Event] = []
        async with self.core.client() as client:
            last = (await client.health()).last_number
            if last <= self._first:
                return found
            async for event in client.events(since=self._first):
                if isinstance(event, Event):
                    if event.kind == kind:
                        found.append(event)
                    if event.number >= last:
                        break
        return found

    async def records(self) -> list[CallRecord]:
        """The records of all calls of the test that ended."""
        return [event.call for event in await self.events("call.ended") if event.call is not None]

    async def record(self, tenant: str = "office") -> CallRecord:
        """The record of the latest call of an organisation, once there is one."""

        async def latest() -> CallRecord | None:
            found = [record for record in await self.records() if record.tenant == tenant]
            return found[-1] if found else None

        result: CallRecord = await eventually(latest, 20, f"a call of {tenant}\n{self.core.tail(30)}")
        return result

    async def close(self) -> None:
        """End the phones; nothing may be left of calls or trunks."""
        await asyncio.gather(*(phone.stop() for phone in self._phones), return_exceptions=True)
        async with self.core.client() as client:
            for tenant in await client.tenants():
                await client.remove_tenant(tenant)

            async def quiet() -> bool:
                health = await client.health()
                return health.calls == 0 and health.legs == 0

            await eventually(quiet, 40, f"an end of all calls\n{self.core.tail(30)}")


def make_core(prepared: Path, folder: Path) -> RunningCore:
    """A core that is not started yet."""
    core = RunningCore(folder / "core", net.free_port(2), net.core_ports(), folder / "core.log")
    core.home.mkdir(parents=True)
    (core.home / "prompts").symlink_to(prepared / "prompts")
    core.extra_env = {
        "CENTRALE_TLS_CERTIFICATE": str(prepared / "certificate.pem"),
        "CENTRALE_TLS_KEY": str(prepared / "key.pem"),
    }
    return core


@pytest.fixture(scope="session")
def trunk_core(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    """A running core for all tests of this folder."""
    core = make_core(prepared, tmp_path_factory.mktemp("trunks"))
    asyncio.run(core.start())
    yield core
    core.close()


@pytest.fixture
async def second_core(prepared: Path, tmp_path: Path) -> AsyncIterator[RunningCore]:
    """Another Centrale, which plays the provider."""
    core = make_core(prepared, tmp_path / "second")
    await core.start()
    yield core
    core.close()


@pytest.fixture
async def line(trunk_core: RunningCore) -> AsyncIterator[TrunkCore]:
    """The shared core, without organisations."""
    found = TrunkCore(trunk_core)
    await found.begin()
    yield found
    await found.close()


@pytest.fixture
async def own_line(new_core: RunningCore) -> TrunkCore:
    """A core that the test may kill."""
    await new_core.start()
    return TrunkCore(new_core)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """A provider that takes everything."""
    async with Provider() as found:
        yield found
