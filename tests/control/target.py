"""A core without SIP: the real store and live state behind the control server, driven by tests."""

import dataclasses
import time
from collections.abc import Mapping, Sequence

from pbx.control.commands import Originate
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    BanState,
    BindingState,
    CallRecord,
    Event,
    Health,
    LiveState,
    Trace,
    TraceMessage,
)
from pbx.control.state import View
from pbx.control.target import Refused
from pbx.store import Journal, Store


class Core:
    """Keeps a View of all that it emits, as pbx.main's parts keep theirs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.view = View()
        self.ready = True
        self.applied: list[Snapshot] = []
        self.traces: list[Trace] = []

    @property
    def journal(self) -> Journal:
        return self.store.journal

    def emit(self, event: Event) -> Event:
        numbered = self.store.journal.append(event)
        self.view.apply(numbered)
        return numbered

    def tenants(self) -> Mapping[str, int]:
        return self.view.tenants

    async def apply_snapshot(self, snapshot: Snapshot) -> None:
        if any(flow.get("kind") == "broken" for flow in snapshot.flows.values()):
            raise Refused(422, "The flow does not parse.", "flows")
        self.applied.append(snapshot)
        saved = self.store.snapshots.save(snapshot)
        self.emit(_event("tenant.applied", tenant=snapshot.tenant, version=snapshot.version))
        await saved

    async def remove_tenant(self, tenant: str) -> bool:
        if tenant not in self.view.tenants:
            return False
        saved = self.store.snapshots.remove(tenant)
        self.emit(_event("tenant.removed", tenant=tenant))
        await saved
        return True

    def calls(self) -> Sequence[CallRecord]:
        return self.view.state().calls

    async def originate(self, command: Originate) -> str:
        if command.tenant not in self.view.tenants:
            raise Refused(404, f"Tenant {command.tenant} is not known.", "tenant")
        call = CallRecord(
            id=f"made-{self.journal.last + 1}",
            tenant=command.tenant,
            caller_number=command.extension,
            caller_name="",
            dialled=command.number,
            started_at=time.time(),
        )
        self.emit(_event("call.started", tenant=command.tenant, call=call))
        return call.id

    async def hang_up(self, call: str) -> bool:
        found = self.view.calls.get(call)
        if found is None:
            return False
        self.emit(_event("call.ended", tenant=found.tenant, call=found))
        return True

    def bindings(self) -> Sequence[BindingState]:
        return self.view.state().bindings

    async def remove_binding(self, tenant: str, device: str, contact: str) -> bool:
        found = self.view.bindings.get((tenant, device, contact))
        if found is None:
            return False
        self.emit(_event("binding.removed", tenant=tenant, binding=found))
        return True

    def bans(self) -> Sequence[BanState]:
        return self.view.state().bans

    async def unban(self, address: str) -> bool:
        found = self.view.bans.get(address)
        if found is None:
            return False
        self.emit(_event("ban.removed", ban=found))
        return True

    def trace(self, command: Trace) -> None:
        if command.tenant not in self.view.tenants:
            raise Refused(404, f"Tenant {command.tenant} is not known.", "tenant")
        self.traces.append(command)

    def traced(self, tenant: str | None, device: str | None) -> Sequence[TraceMessage]:
        message = TraceMessage(
            at=1.0,
            tenant="demo",
            device="d1",
            direction="in",
            transport="udp",
            peer="192.0.2.1:5060",
            call_id="x",
            text="OPTIONS sip:demo SIP/2.0\r\n\r\n",
        )
        return [m for m in [message] if tenant in (None, m.tenant) and device in (None, m.device)]

    def health(self) -> Health:
        return Health(
            ready=self.ready,
            parts={
                "store": self.store.health(),
                "sip": "ok" if self.ready else "The SIP port is not open yet.",
            },
            version="test",
            started_at=1.0,
            calls=len(self.view.calls),
            bindings=len(self.view.bindings),
            legs=0,
            last_number=self.journal.last,
            acknowledged=self.journal.acknowledged,
        )

    def live_state(self) -> LiveState:
        state = self.view.state()
        return dataclasses.replace(state, number=self.journal.last, alarms=self.store.alarms.current())


def _event(kind: str, **body: object) -> Event:
    return Event(number=0, at=time.time(), kind=kind, **body)  # type: ignore[arg-type]
