"""A core without SIP: the real store and live state behind the control server, driven by tests."""

import dataclasses
import time
from collections.abc import Mapping, Sequence

import msgspec

from pbx.calls.reading import read
from pbx.calls.states import States
from pbx.control.commands import (
    Consult,
    Invite,
    Join,
    Member,
    OnCall,
    Originate,
    Originated,
    Park,
    Parked,
    SetState,
)
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    BanState,
    BindingState,
    CallRecord,
    Event,
    ExtensionState,
    Health,
    LiveState,
    RoomMember,
    RoomState,
    Trace,
    TraceMessage,
    TrunkState,
)
from pbx.control.readings import Reading
from pbx.control.state import View
from pbx.control.target import Refused
from pbx.directory import Tenant
from pbx.files import Files
from pbx.store import Journal, Store


class Core:
    """Keeps a View of all that it emits, as pbx.main's parts keep theirs."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.files: Files | None = None
        self.view = View()
        self.ready = True
        self.applied: list[Snapshot] = []
        self.traces: list[Trace] = []
        self.commands: list[tuple[str, OnCall]] = []
        self.originated: list[Originate] = []

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
        if self.files is not None:
            await self.files.applied(snapshot)

    async def remove_tenant(self, tenant: str) -> bool:
        if tenant not in self.view.tenants:
            return False
        saved = self.store.snapshots.remove(tenant)
        self.emit(_event("tenant.removed", tenant=tenant))
        await saved
        if self.files is not None:
            await self.files.removed(tenant)
        return True

    def calls(self) -> Sequence[CallRecord]:
        return self.view.state().calls

    async def originate(self, command: Originate) -> str:
        if command.tenant not in self.view.tenants:
            raise Refused(404, f"Tenant {command.tenant} is not known.", "tenant")
        self.originated.append(command)
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

    async def command(self, call: str, command: OnCall) -> object:
        found = self.view.calls.get(call)
        if found is None or found.tenant != command.tenant:
            raise Refused(404, "There is no such call now.")
        if command.extension not in (None, *(leg.extension for leg in found.legs)):
            raise Refused(403, "This extension does not take part in the call.", "extension")
        self.commands.append((call, command))
        match command:
            case Consult():
                return Originated(call=f"{call}-2")
            case Join():
                room = _room(found, call)
                self.emit(_event("room.changed", tenant=found.tenant, room=room))
                return room
            case Park():
                return Parked(slot=command.slot or "701")
        return None

    async def room_command(self, room: str, command: OnCall, leg: str | None = None) -> object:
        found = self.view.rooms.get((command.tenant, room))
        if found is None or leg not in (None, *(member.leg for member in found.members)):
            raise Refused(404, "There is no such conference now.")
        self.commands.append((room, command))
        match command:
            case Invite():
                found = dataclasses.replace(found, inviting=[*found.inviting, command.number])
            case Member(action="remove"):
                found = dataclasses.replace(found, members=[m for m in found.members if m.leg != leg])
            case Member():
                muted = command.action == "mute"
                members = [
                    dataclasses.replace(m, muted=muted if m.leg == leg else m.muted) for m in found.members
                ]
                found = dataclasses.replace(found, members=members)
        self.emit(_event("room.changed", tenant=found.tenant, room=found))
        return found

    def rooms(self, tenant: str) -> Sequence[RoomState]:
        return [room for room in self.view.state().rooms if room.tenant == tenant]

    def extension_states(self, tenant: str) -> Sequence[ExtensionState]:
        return [state for state in self.view.state().extensions if state.tenant == tenant]

    async def set_state(self, tenant: str, number: str, change: SetState) -> ExtensionState:
        if tenant not in self.view.tenants:
            raise Refused(404, f"Tenant {tenant} is not known.", "tenant")
        before = self.view.extensions.get((tenant, number), ExtensionState(tenant=tenant, extension=number))
        wanted = {
            field.name: value
            for field in dataclasses.fields(change)
            if (value := getattr(change, field.name)) is not msgspec.UNSET
        }
        state = dataclasses.replace(before, **wanted, changed_at=time.time())
        self.emit(_event("extension.changed", tenant=tenant, extension=state))
        return state

    def trunk_states(self, tenant: str) -> Sequence[TrunkState]:
        return [state for state in self.view.state().trunks if state.tenant == tenant]

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

    def reading(self, tenant: str, number: str, extension: str | None) -> Reading:
        """By the snapshot that was applied last."""
        found = next((each for each in reversed(self.applied) if each.tenant == tenant), None)
        if found is None:
            raise Refused(404, f"Tenant {tenant} is not known.", "tenant")
        return read(Tenant.build(found), number, extension, States(lambda state: None))

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


def _room(call: CallRecord, room: str) -> RoomState:
    members = [
        RoomMember(leg=leg.id, call=call.id, number=leg.number, name=leg.name, extension=leg.extension)
        for leg in call.legs
    ]
    return RoomState(id=room, tenant=call.tenant, room=room, name="", members=members)


def _event(kind: str, **body: object) -> Event:
    return Event(number=0, at=time.time(), kind=kind, **body)  # type: ignore[arg-type]
