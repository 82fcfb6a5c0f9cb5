"""An organisation of its own for each test, in a core that all tests of this folder share.

`phones` starts and registers real phones; `close` ends them and checks that the core kept nothing of their
calls and wrote exactly one record for each.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pbx.control.client import ControlClient
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    CallRecord,
    Event,
    LegRecord,
    Notice,
)
from tests.phones.base import ALL_CODECS, Account, BasePhone, Transport
from tests.phones.raw import RawSip
from tests.running import RunningCore, eventually, organisation

P = TypeVar("P", bound=BasePhone)

RECORD_S = 15.0


class Office:
    """A tenant with the domain `<tenant>.test`, its phones and its records."""

    def __init__(self, core: RunningCore, tenant: str) -> None:
        self.core = core
        self.tenant = tenant
        self.domain = f"{tenant}.test"
        self._first = 0
        self._version = 0
        self._phones: list[BasePhone] = []
        self._raw: list[RawSip] = []

    # --- the organisation ---

    async def open(
        self,
        numbers: dict[str, Sequence[str]] | None = None,
        *,
        dutch: Sequence[str] = (),
        dtmf_by_info: Sequence[str] = (),
        **changes: Any,
    ) -> Snapshot:
        """(Re)write the organisation, see tests.running.organisation; `dutch` are extensions that hear Dutch,
        `dtmf_by_info` devices (user names) that get their digits by INFO. Returns what was applied."""
        async with self.core.client() as client:
            if not self._version:
                self._first = (await client.health()).last_number
            self._version += 1
            plain = organisation(self.tenant, self.domain, numbers, version=self._version, **changes)
            snapshot = replace(
                plain,
                extensions=[replace(x, language="nl") if x.number in dutch else x for x in plain.extensions],
                devices=[
                    replace(device, dtmf="info" if device.username in dtmf_by_info else "auto")
                    for device in plain.devices
                ],
            )
            await client.snapshot(snapshot)
        return snapshot

    def account(
        self,
        number: str,
        transport: Transport = "udp",
        username: str = "",
        codecs: Sequence[str] = ALL_CODECS,
    ) -> Account:
        """How a phone registers in this organisation."""
        return self.core.account(number, transport, username, domain=self.domain, codecs=codecs)

    def client(self) -> ControlClient:
        return self.core.client()

    # --- phones ---

    async def phones(self, *phones: P) -> tuple[P, ...]:
        """Start these phones, all at once, and wait until each is registered."""
        self._phones += phones
        await asyncio.gather(*(self._sign_in(phone) for phone in phones))
        return phones

    async def phone(self, phone: P) -> P:
        """One phone more."""
        return (await self.phones(phone))[0]

    @staticmethod
    async def _sign_in(phone: BasePhone) -> None:
        await phone.start()
        await phone.register()
        await phone.wait_registered()

    async def raw(self, number: str, transport: Transport = "udp", username: str = "") -> "RawSip":
        """A registered phone without any behaviour of its own."""
        account = self.account(number, transport, username)
        raw = RawSip(account.host, account.port, transport)
        self._raw.append(raw)
        await raw.open()
        answer = await raw.register(account, expires=600)
        assert answer.code == 200, raw.failure("not registered")
        return raw

    # --- what the core says ---

    async def calls(self) -> list[CallRecord]:
        """Calls of this organisation that go on now."""
        async with self.client() as client:
            return await client.calls(self.tenant)

    async def records(self, count: int = 1) -> list[CallRecord]:
        """The first `count` records of this organisation, waiting for them."""
        found: list[CallRecord] = []
        try:
            async with asyncio.timeout(RECORD_S), self.client() as client:
                async for event in client.events(since=self._first, tenant=self.tenant):
                    if isinstance(event, Event) and event.kind == "call.ended" and event.call is not None:
                        found.append(event.call)
                        if len(found) == count:
                            return found
        except TimeoutError:
            raise AssertionError(f"{len(found)} of {count} records\n{self.core.tail(40)}") from None
        raise AssertionError("the stream of events ended")

    async def record(self) -> CallRecord:
        """The one record of the one call."""
        return (await self.records(1))[0]

    async def events(self, *kinds: str) -> list[Event]:
        """What the core told of this organisation so far, of these kinds."""
        found: list[Event] = []
        async with self.client() as client:
            last = (await client.health()).last_number
            if last <= self._first:
                return found
            async for event in client.events(since=self._first):
                if isinstance(event, Event):
                    if event.tenant == self.tenant and event.kind in kinds:
                        found.append(event)
                    if event.number >= last:
                        break
        return found

    async def notices(self) -> list[Notice]:
        """What its administrators were told."""
        return [event.notice for event in await self.events("notice") if event.notice is not None]

    # --- the end ---

    async def close(self) -> None:
        """End the phones; then no call or leg may be left, and each call has exactly one record."""
        await asyncio.gather(*(phone.stop() for phone in self._phones), return_exceptions=True)
        for raw in self._raw:
            await raw.close()
        if not self._version:
            return
        async with self.client() as client:
            await eventually(lambda: self._quiet(client), 20, f"an end of all calls:\n{self.core.tail(30)}")
            await self._check_records(client)
            await client.remove_tenant(self.tenant)

    async def _quiet(self, client: ControlClient) -> bool:
        health = await client.health()
        return health.calls == 0 and health.legs == 0

    async def _check_records(self, client: ControlClient) -> None:
        last = (await client.health()).last_number
        started: set[str] = set()
        ended: list[str] = []
        if last > self._first:
            async for event in client.events(since=self._first):
                if isinstance(event, Event):
                    if event.call is not None and event.tenant == self.tenant:
                        started.add(event.call.id)
                        if event.kind == "call.ended":
                            ended.append(event.call.id)
                    if event.number >= last:
                        break
        assert sorted(ended) == sorted(started), f"{len(started)} calls, records of {ended}"


async def connect(caller: BasePhone, callee: BasePhone, number: str) -> None:
    """Call `number`; `callee` rings and answers."""
    await caller.call(number)
    await callee.wait_ringing()
    await caller.wait_ringing()
    await callee.answer()
    await asyncio.gather(caller.wait_established(), callee.wait_established())


async def shows(phone: BasePhone, name: str, number: str) -> None:
    """The phone rings and shows who calls."""
    await phone.wait_ringing()

    def shown() -> bool:  # the trace may come a moment after the event
        caller = phone.caller_shown
        return caller is not None and (caller.name, caller.number) == (name, number)

    await phone.until(shown, f"{name} {number} on its screen")


async def hang_up(phone: BasePhone, other: BasePhone) -> None:
    """`phone` hangs up; the call of `other` ends too."""
    await phone.hangup()
    await asyncio.gather(phone.wait_ended(), other.wait_ended())


async def both_hear(a: BasePhone, b: BasePhone, hz_of_a: float = 600, hz_of_b: float = 1100) -> None:
    """Each sends a tone of its own and hears the other's, at the level it was sent with."""
    await asyncio.gather(a.send_tone(hz_of_a), b.send_tone(hz_of_b))
    await asyncio.gather(a.wait_hears(hz_of_b, b), b.wait_hears(hz_of_a, a))


def leg_of(record: CallRecord, role: str, number: str = "") -> LegRecord:
    """The leg with that role (and number, where there are several)."""
    found = [leg for leg in record.legs if leg.role == role and (not number or leg.number == number)]
    assert len(found) == 1, record
    return found[0]


def check_answered(
    record: CallRecord, ended_by: str = "caller", codecs: tuple[str, str] | None = None, audio: bool = True
) -> None:
    """A record of a call between two phones that talked: times in order, who ended it, codecs as (caller,
    callee), and quality as it has to be on loopback."""
    assert record.outcome == "answered", record
    assert record.ended_by == ended_by, record
    assert record.answered_at is not None
    assert record.ended_at is not None
    assert record.started_at <= record.answered_at <= record.ended_at
    talked = [leg for leg in record.legs if leg.answered_at is not None]
    assert sorted(leg.role for leg in talked) == ["callee", "caller"], record
    for leg in record.legs:
        assert leg.state == "ended", leg
        assert leg.ended_at is not None
        assert leg.offered_at <= leg.ended_at
    for leg in talked:
        if codecs is not None:
            assert leg.codec == codecs[leg.role == "callee"], leg
        if audio:
            check_quality(leg)


def check_quality(leg: LegRecord) -> None:
    """Figures of a leg on loopback: audio both ways, nothing lost, a good score."""
    quality = leg.quality
    assert quality is not None, leg
    assert quality.rx_packets > 20, leg
    assert quality.tx_packets > 20, leg
    assert quality.rx_loss == 0, leg
    assert quality.tx_loss == 0, leg
    assert 0 <= quality.jitter < 100, leg  # milliseconds; a busy machine makes some
    assert 0 <= quality.rtt < 100, leg
    assert quality.mos > 4, leg
