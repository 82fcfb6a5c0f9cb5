"""The exchange: all calls of this node, and what they share. Takes each event to its call, and gives back the
commands of every call that the event touched."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from pbx.calls import consulting, pickup, returning, transfers
from pbx.calls.call import Call
from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.locks import Locks
from pbx.calls.parking import Parking
from pbx.calls.rooms import Rooms
from pbx.calls.stages.routing import Routing
from pbx.calls.stages.summoning import Summoning
from pbx.calls.states import States
from pbx.calls.turns import Turns
from pbx.calls.world import AudioFiles, Listener
from pbx.control.commands import Originate
from pbx.control.messages import CallRecord, Event, ExtensionState
from pbx.directory import Directory, Tenant
from pbx.outside.outside import Outside
from pbx.ports import (
    Binding,
    CallEvent,
    Command,
    Emit,
    HangUp,
    HookAnswered,
    IncomingCall,
    Kept,
    LegEnded,
    LegEvent,
    Locations,
    RecordingEnded,
    Referred,
    RoomSpeaking,
    TimerFired,
)

log = structlog.get_logger("pbx.exchange")


@dataclass(slots=True, kw_only=True)
class Exchange:
    """Calls by id and by leg, and what they share (`World`). `limit` is the number of legs the node may
    have."""

    directory: Directory
    locations: Locations
    outside: Outside
    files: AudioFiles
    voicemail: Listener
    limit: int = 1000
    out: list[Command] = field(default_factory=list, init=False)
    parking: Parking = field(default_factory=Parking, init=False)
    turns: Turns = field(default_factory=Turns, init=False)
    locks: Locks = field(default_factory=Locks, init=False)
    rooms: Rooms = field(init=False)
    states: States = field(init=False)
    _now: float = field(default=0.0, init=False)
    _calls: dict[str, Call] = field(default_factory=dict, init=False)
    _by_leg: dict[str, Call] = field(default_factory=dict, init=False)
    _by_device: dict[tuple[str, str], set[str]] = field(default_factory=dict, init=False)
    _recordings: dict[str, tuple[Call, Callable[[RecordingEnded], None]]] = field(
        default_factory=dict, init=False
    )
    _touched: dict[str, Call] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.rooms = Rooms(self)
        self.states = States(self._state_changed)

    # --- Events --------------------------------------------------------------------------------------------

    def incoming(self, event: IncomingCall, now: float) -> list[Command]:
        """A phone or a trunk calls a number."""
        tenant = self.directory.tenant(event.caller.tenant)
        if tenant is None or len(self._by_leg) >= self.limit:
            log.warning("call.refused", leg=event.leg, tenant=event.caller.tenant, legs=len(self._by_leg))
            return [HangUp(leg=event.leg, code=503)]
        if (back := returning.leg_of(event.number)) is not None:
            returning.come_back(self, back, event, now)
            return self._done()
        call = self.new_call(tenant, event.number)
        self._by_leg[event.leg] = call
        leg = call.start(event, now)
        self.own(tenant.id, leg.device, leg.id)
        if event.replaces is not None:
            pickup.replace(call, event.replaces)
        elif event.caller.trunk:
            self._inbound(call, event)
        elif (taken := pickup.wanted(event.number)) is not None:
            pickup.take(call, taken)
        else:
            call.wanted_caller_id = event.caller_id
            if event.record:
                call.recorder.choose()
            call.enter(Routing(call, event.number))
        return self._done()

    def _inbound(self, call: Call, event: IncomingCall) -> None:
        """A call from outside: one of our numbers leads to a flow or an extension."""
        outside, trunk, near = self.outside, event.caller.trunk, call.talk.near
        if outside.full(call.tenant, trunk):
            call.note(f"trunk {trunk}", "it carries as many calls as it may")
            call.close("core", "failed", 503, "the trunk is full")
            return
        call.do(*outside.begun(call.id, call.tenant, trunk, call.now))
        if near is not None:
            near.line = call.id
        number = outside.inbound(call.tenant, trunk, event.number)
        call.ledger.number = outside.caller(call.tenant, event.from_number)
        if near is not None:
            near.number = call.ledger.number
        if number is None:
            call.note(f"number {event.number}", "not a number of ours")
            call.fail_as("unknown_number")
            return
        call.dialled = call.ledger.dialled = number.number
        routing = Routing(call, number.extension or "")
        if number.flow is not None:
            routing.flow = number.flow
        call.enter(routing)

    def handle(self, event: LegEvent | CallEvent | RoomSpeaking, now: float) -> list[Command]:
        """Something happened to a leg, a timer ran out, a recording ended, a hook answered."""
        self._now = now
        if isinstance(event, RoomSpeaking):
            self.rooms.speaking(event, now)
            return self._done()
        if isinstance(event, RecordingEnded):
            self._recorded(event, now)
            return self._done()
        if isinstance(event, TimerFired | Kept | HookAnswered):
            call = self._calls.get(event.call)
        else:
            call = self._by_leg.get(event.leg)
        if call is None:
            return self._done()
        if isinstance(event, HookAnswered):
            call.now = now
            call.stage.hooked(event.answer)
        elif isinstance(event, Kept):
            call.now = now
            call.stage.kept(event.ok)
        elif isinstance(event, Referred):
            call.now = now
            self._referred(call, event)
        else:
            self.touch(call)
            call.handle(event, now)
            if isinstance(event, LegEnded):
                self._gone(call, event.leg, now)
        return self._done()

    def _recorded(self, event: RecordingEnded, now: float) -> None:
        expected = self._recordings.pop(event.recording, None)
        if expected is None:
            log.warning("recording.unexpected", call=event.call, recording=event.recording)
            return
        call, handler = expected
        call.now = now
        handler(event)

    def _referred(self, call: Call, event: Referred) -> None:
        leg = call.ledger.legs.get(event.leg)
        if leg is not None and leg.alive:
            transfers.referred(call, leg, event)

    def _gone(self, call: Call, leg_id: str, now: float) -> None:
        if self._by_leg.pop(leg_id, None) is None:
            return
        leg = call.ledger.legs.get(leg_id)
        if leg is None:
            return
        if leg.device is not None:
            self._disown(call.tenant.id, leg.device, leg_id)
        if leg.line is not None:
            self.out += self.outside.ended(leg.line, call.tenant, now)
        if leg.extension is not None and leg.answered_at is not None:
            self.turns.talked(call.tenant.id, leg.extension, now)

    def registered(self, binding: Binding, now: float) -> list[Command]:
        """A phone registered: what rings for its extension rings there too."""
        self._now = now
        for call in list(self._calls.values()):
            if call.tenant.id == binding.tenant and call.phase == "open":
                call.now = now
                call.stage.joined(binding)
        return self._done()

    def tick(self, now: float) -> list[Command]:
        """Once a second: temporary statuses end."""
        self._now = now
        self.states.tick(now)
        return self._done()

    # --- What people ask -----------------------------------------------------------------------------------

    def originate(self, wish: Originate, now: float) -> tuple[str, list[Command]]:
        """Ring the phones of an extension, then call a number from there. Raises CommandError."""
        call, tenant = self._summon(wish.tenant, wish.extension, wish.number, now)
        call.wanted_caller_id = wish.caller_id
        if wish.record and not call.recorder.choose():
            raise CommandError(403, "This extension may not record calls.")
        self._call_first(call, tenant, wish, lambda: call.enter(Routing(call, wish.number)))
        return call.id, self._done()

    def summon_to(self, tenant_id: str, extension: str, device: str | None, other: Call, now: float) -> str:
        """Ring the phones of an extension, and let whoever answers there take over `other`. Raises
        CommandError. Returns the id of the call that rings them."""
        call, tenant = self._summon(tenant_id, extension, other.dialled, now)
        wish = Originate(tenant=tenant_id, extension=extension, number=other.dialled, device=device)
        self._call_first(call, tenant, wish, lambda: self._take(call, other))
        return call.id

    def _take(self, call: Call, other: Call) -> None:
        if other.phase != "open":
            call.fail_as("failed")
        else:
            pickup.take_over(call, other)

    def _summon(self, tenant_id: str, extension: str, number: str, now: float) -> tuple[Call, Tenant]:
        tenant = self.directory.tenant(tenant_id)
        if tenant is None or tenant.extension(extension) is None:
            raise CommandError(404, f"There is no extension {extension} in this organisation.")
        if len(self._by_leg) >= self.limit:
            raise CommandError(503, "All lines are in use; try again in a moment.")
        self._now = now
        call = self.new_call(tenant, number)
        call.begin(extension, now)
        return call, tenant

    def _call_first(self, call: Call, tenant: Tenant, wish: Originate, go_on: Callable[[], None]) -> None:
        devices = [device.id for device in tenant.devices_of(wish.extension)]
        if wish.device is not None:
            devices = [device for device in devices if device == wish.device]
        called = tenant.extension(wish.number)
        name = called.name if called else wish.number
        call.enter(Summoning(call, devices, wish.number, name, go_on))

    def hang_up(self, call_id: str, now: float) -> list[Command] | None:
        """End a call on behalf of a person; None when there is no such call."""
        call = self._calls.get(call_id)
        if call is None:
            return None
        call.now = now
        call.hang_up("operator", "ended by an operator")
        return self._done()

    def shut_out(self, tenant: str, device: str, now: float) -> list[Command]:
        """The device may not phone any more: its legs end, as if it had hung up."""
        for leg_id in list(self._by_device.get((tenant, device), ())):
            call = self._by_leg.get(leg_id)
            leg = call.ledger.legs.get(leg_id) if call is not None else None
            if call is not None and leg is not None:
                call.now = now
                call.drop(leg, "core", "it may not phone any more")
                self.touch(call)
        return self._done()

    def close(self, now: float) -> list[Command]:
        """End every call because the node stops."""
        for call in list(self._calls.values()):
            call.now = now
            call.hang_up("core", "the telephone exchange stopped")
        return self._done()

    def run(self, now: float) -> "Running":
        """For commands that change calls: `with exchange.run(now) as commands`. What they command is in the
        list afterwards."""
        self._now = now
        return Running(self)

    def calls(self) -> list[CallRecord]:
        return [call.record() for call in self._calls.values()]

    def call(self, call_id: str) -> CallRecord | None:
        call = self._calls.get(call_id)
        return call.record() if call else None

    @property
    def count(self) -> int:
        return len(self._calls)

    @property
    def legs(self) -> int:
        return len(self._by_leg)

    # --- For calls (World) ---------------------------------------------------------------------------------

    def consulted(self, call: Call) -> None:
        """A consultation is over: its leg returns to the call that waits for it."""
        consulting.give_back(call)

    def completes(self, call: Call, leg: Leg) -> bool:
        """Somebody hung up: whether that was who consults, and those who are left go on together."""
        return leg is consulting.consultant(call) and consulting.complete(call)

    def expect(self, recording: str, call: Call, handler: Callable[[RecordingEnded], None]) -> None:
        """Who is told when a recording is on disk, also when its call is over by then."""
        self._recordings[recording] = (call, handler)

    def lead(self, call: Call, number: str) -> None:
        """The call goes to a number."""
        call.enter(Routing(call, number))

    def touch(self, call: Call) -> None:
        """The call changed in the event at hand: settle it in the end."""
        self._touched[call.id] = call

    def new_call(self, tenant: Tenant, dialled: str) -> Call:
        """A call with nobody in it yet."""
        call = Call(secrets.token_hex(12), tenant, dialled, self)
        self._calls[call.id] = call
        self.touch(call)
        return call

    def new_leg(self, call: str) -> str:
        """A fresh leg id that belongs to `call`."""
        leg = secrets.token_hex(8)
        self._by_leg[leg] = self._calls[call]
        return leg

    def own(self, tenant: str, device: str | None, leg: str) -> None:
        """The device, if it is one, has one leg more."""
        if device:
            self._by_device.setdefault((tenant, device), set()).add(leg)

    def _disown(self, tenant: str, device: str, leg: str) -> None:
        legs = self._by_device.get((tenant, device))
        if legs is not None:
            legs.discard(leg)
            if not legs:
                del self._by_device[tenant, device]

    def moved(self, leg: str, call: Call) -> None:
        """The leg belongs to this call from now on."""
        self._by_leg[leg] = call

    def call_of(self, leg: str) -> Call | None:
        """The call that a leg belongs to."""
        return self._by_leg.get(leg)

    def find(self, tenant: str, call: str) -> Call | None:
        """A call of that organisation that goes on."""
        found = self._calls.get(call)
        return found if found is not None and found.tenant.id == tenant and found.phase == "open" else None

    def ringing(self, tenant: str) -> list[Call]:
        """Calls of the organisation, oldest first."""
        return [call for call in self._calls.values() if call.tenant.id == tenant]

    def busy_legs(self, tenant: str, device: str) -> int:
        """Legs that the device has now."""
        return len(self._by_device.get((tenant, device), ()))

    def _state_changed(self, state: ExtensionState) -> None:
        event = Event(
            number=0, at=state.changed_at, kind="extension.changed", tenant=state.tenant, extension=state
        )
        self.out.append(Emit(event=event))

    def _done(self) -> list[Command]:
        """Settle every call that the event touched, and hand over what all of them command."""
        while self._touched:
            touched, self._touched = self._touched, {}
            for call in touched.values():
                call.settle()
                if call.over:
                    self._forget(call)
            # What settling itself wrote needs no second round.
            self._touched = {key: call for key, call in self._touched.items() if key not in touched}
        commands, self.out = self.out, []
        return commands

    def _forget(self, call: Call) -> None:
        if self._calls.pop(call.id, None) is None:
            return
        # A phone that never confirmed its end would keep its device and trunk busy for ever.
        for leg in call.legs:
            self._gone(call, leg.id, call.now)


class Running:
    """Collects what calls command while somebody changes them from outside."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.commands: list[Command] = []

    def __enter__(self) -> list[Command]:
        return self.commands

    def __exit__(self, *_: object) -> None:
        self.commands += self._exchange._done()
