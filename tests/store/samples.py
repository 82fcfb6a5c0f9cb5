"""Calls, bindings and events as tests of the store need them, and a way to wait."""

import asyncio
import time
from collections.abc import Callable

from msgspec.structs import replace

from pbx.control.messages import BanState, BindingState, CallRecord, Event, EventKind, LegRecord
from pbx.control.target import Entry
from pbx.ports import Binding
from pbx.store import Journal


def call(name: str, tenant: str = "demo", at: float = 1000.0) -> CallRecord:
    leg = LegRecord(
        id=f"{name}-a",
        role="caller",
        state="answered",
        extension="100",
        device="d1",
        number="100",
        name="Ann",
        address="192.0.2.1:5060",
        offered_at=at,
    )
    other = replace(leg, id=f"{name}-b", role="callee", state="ringing", extension="101", number="101")
    return CallRecord(
        id=name,
        tenant=tenant,
        caller_number="100",
        caller_name="Ann",
        dialled="101",
        started_at=at,
        legs=[leg, other],
    )


def call_event(kind: EventKind, name: str, tenant: str = "demo", at: float | None = None) -> Event:
    when = time.time() if at is None else at
    record = call(name, tenant, when)
    if kind == "call.ended":
        record = replace(record, ended_at=when, outcome="answered", ended_by="caller")
    return Event(number=0, at=when, kind=kind, tenant=tenant, call=record)


def binding_event(
    device: str, contact: str = "sip:x@y", expires: float = 2000.0, gone: bool = False
) -> Event:
    state = BindingState(
        tenant="demo",
        device=device,
        aor=f"sip:{device}@demo.example",
        contact=contact,
        source="192.0.2.1:5060",
        transport="udp",
        user_agent="phone",
        expires_at=expires,
        registered_at=1000.0,
    )
    kind: EventKind = "binding.removed" if gone else "binding.changed"
    return Event(number=0, at=time.time(), kind=kind, tenant="demo", binding=state)


def binding(device: str, contact: str = "sip:x@y", expires: float = 2000.0) -> Binding:
    return Binding(
        tenant="demo",
        device=device,
        aor=f"sip:{device}@demo.example",
        contact=contact,
        call_id="c1",
        cseq=7,
        q=1.0,
        source_ip="192.0.2.1",
        source_port=5060,
        transport="udp",
        path=("<sip:edge;lr>",),
        user_agent="phone",
        instance="",
        registered_at=1000.0,
        expires_at=expires,
    )


def ban(address: str) -> BanState:
    return BanState(address=address, failures=9, since=1.0, until=2.0)


async def read(journal: Journal, since: int, until: int, seconds: float = 20) -> list[Entry]:
    """Events after `since` up to `until`, as a follower gets them."""
    found: list[Entry] = []
    async with asyncio.timeout(seconds):
        async for entry in journal.follow(since):
            found.append(entry)
            if entry.number >= until:
                return found
    raise AssertionError("follow ended")


async def until(what: Callable[[], object], seconds: float = 20) -> None:
    """Polls until `what` is true."""
    async with asyncio.timeout(seconds):
        while not what():
            await asyncio.sleep(0.01)
