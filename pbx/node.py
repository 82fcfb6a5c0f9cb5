"""One node at work: takes what the stack reports to the logic, and what the logic decides to the edges.

Everything here runs on the asyncio loop. This is what the control API talks to (`ControlTarget`).
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from pbx import __version__
from pbx.calls.exchange import Exchange
from pbx.chores import Chores
from pbx.control.commands import Originate
from pbx.control.configuration import Snapshot
from pbx.control.messages import (
    BanState,
    BindingState,
    Claim,
    Event,
    EventKind,
    Health,
    LiveState,
    Trace,
    TraceMessage,
)
from pbx.control.target import Refused
from pbx.desk import Desk
from pbx.directory import Directory, DirectoryError
from pbx.files import Files
from pbx.lamps import Lamps
from pbx.outside import Outside
from pbx.ports import (
    Binding,
    CallHook,
    Command,
    DropGreeting,
    DropMessage,
    Emit,
    HangUp,
    HookAnswered,
    IncomingCall,
    KeepGreeting,
    KeepMessage,
    KeepRecording,
    Kept,
    MarkMessage,
    MarkRecording,
    RemoveGreeting,
    Reply,
    SetPin,
    StartTimer,
    StopTimer,
    TimerFired,
    TrunkChanged,
)
from pbx.registrar.guard import Guard
from pbx.registrations import Registrations
from pbx.sip.gate import Registration
from pbx.sip.stack import FlowClosed, Malformed, Probed, SipMessage, SipStack, StackEvent
from pbx.sip.subscriptions import Notified, Subscribing
from pbx.store.journal import Journal
from pbx.store.store import Store
from pbx.tracing import Tracer

log = structlog.get_logger("pbx.node")

TICK = 1.0  # seconds between rounds of expiry, keep-alives and bans
STALLED = 5.0  # seconds without a turn of the PJSIP thread after which it counts as stuck


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a node is made of; built in pbx.main."""

    directory: Directory
    registrations: Registrations
    guard: Guard
    exchange: Exchange
    store: Store
    tracer: Tracer
    chores: Chores
    files: Files
    outside: Outside
    lamps: Lamps


class Node(Desk):
    """The core's logic, wired. `attach` the stack, then `run`."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.exchange, parts.store.people, self.carry_out)
        self._parts = parts
        self._stack: SipStack | None = None
        self._timers: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._started_at = time.time()
        self._stopping = False
        self._idle: asyncio.Event | None = None

    def attach(self, stack: SipStack) -> None:
        """The stack that carries commands out; events of it come to `deliver`."""
        self._stack = stack
        self._parts.lamps.attach(stack)
        self._parts.chores.attach(self._hooked)
        self._parts.registrations.attach(stack, self._arrived)

    @property
    def stack(self) -> SipStack:
        assert self._stack is not None
        return self._stack

    def restore(self, now: float) -> None:
        """Take up what was stored before a restart: registrations and bans, and tell what ended meanwhile."""
        parts = self._parts
        parts.registrations.restore(now)
        bans = parts.store.bans.load()
        parts.guard.restore(bans, now)
        for ban in bans:
            if ban.until <= now:
                self._emit("ban.removed", now, ban=ban)
                parts.store.bans.save([], [ban.address])
        self._enforce_bans(now)
        for tenant in parts.directory.tenants():
            self._use_trunks(tenant.snapshot, now)
        states = parts.store.people.load()
        parts.exchange.states.load(states)
        for state in states:
            parts.lamps.event(Event(number=0, at=now, kind="extension.changed", extension=state))
        parts.lamps.restore(parts.registrations.all(), now)

    # --- From the stack --------------------

    def deliver(self, event: StackEvent) -> None:
        """One event of the stack, on the loop."""
        now = time.time()
        exchange = self._parts.exchange
        match event:
            case IncomingCall() if self._stopping or self._parts.store.overloaded:
                self.stack.submit(HangUp(leg=event.leg, code=503))
            case IncomingCall():
                self.carry_out(exchange.incoming(event, now))
            case Registration():
                self._parts.registrations.register(event, now)
            case Subscribing() if self._stopping or self._parts.store.overloaded:
                self.stack.respond(event.request.token, Reply(503, "Service Unavailable"))
            case Subscribing():
                self._parts.lamps.subscribe(event, now)
            case Notified():
                self._parts.lamps.notified(event, now)
            case TrunkChanged():
                self.carry_out(self._parts.outside.changed(event, now))
            case Probed() | FlowClosed() | SipMessage() | Malformed():
                self._beside_calls(event, now)
            case _:
                self.carry_out(exchange.handle(event, now))
        if self._idle is not None and not exchange.count:
            self._idle.set()

    def _beside_calls(self, event: Probed | FlowClosed | SipMessage | Malformed, now: float) -> None:
        match event:
            case Probed():
                self._parts.registrations.probed(event, now)
            case FlowClosed():
                self._parts.registrations.flow_closed(event.flow, now)
            case SipMessage():
                self._parts.tracer.record(event, now)
            case Malformed():
                self._parts.guard.malformed(event.address, event.count, now)

    def carry_out(self, commands: Iterable[Command]) -> None:
        """Do what the logic decided: journal, timers, stack."""
        for command in commands:
            match command:
                case Emit():
                    self._tell(command.event)
                case StartTimer():
                    self._start_timer(command)
                case StopTimer():
                    self._stop_timer((command.call, command.name))
                case (
                    CallHook()
                    | KeepMessage()
                    | DropMessage()
                    | MarkMessage()
                    | KeepGreeting()
                    | DropGreeting()
                    | RemoveGreeting()
                    | SetPin()
                    | MarkRecording()
                    | KeepRecording()
                ):
                    self._parts.chores.do(command)
                case _:
                    self.stack.submit(command)

    def _hooked(self, answer: HookAnswered | Kept) -> None:
        self.carry_out(self._parts.exchange.handle(answer, time.time()))

    def _arrived(self, binding: Binding, now: float) -> None:
        self.carry_out(self._parts.exchange.registered(binding, now))

    def _tell(self, event: Event) -> None:
        """Journal an event of the call logic; what users set lasts in the same transaction."""
        parts = self._parts
        parts.store.journal.append(event)
        if event.extension is not None:
            parts.store.people.save(event.extension)
        parts.lamps.event(event)

    def _start_timer(self, command: StartTimer) -> None:
        key = (command.call, command.name)
        self._stop_timer(key)
        loop = asyncio.get_running_loop()
        self._timers[key] = loop.call_later(command.seconds, self._fire, key)

    def _stop_timer(self, key: tuple[str, str]) -> None:
        if timer := self._timers.pop(key, None):
            timer.cancel()

    def _fire(self, key: tuple[str, str]) -> None:
        self._timers.pop(key, None)
        self.carry_out(self._parts.exchange.handle(TimerFired(call=key[0], name=key[1]), time.time()))

    def _emit(self, kind: EventKind, now: float, **body: object) -> None:
        self._parts.store.journal.append(Event(number=0, at=now, kind=kind, **body))  # type: ignore[arg-type]

    # --- Time --------------------

    async def run(self) -> None:
        """Expiry, keep-alives and bans, once a second, until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            try:
                self._tick(time.time())
            except Exception:
                log.exception("node.tick_failed")

    def _tick(self, now: float) -> None:
        parts = self._parts
        parts.registrations.tick(now)
        self.carry_out(parts.exchange.tick(now))
        parts.guard.tick(now)
        self._enforce_bans(now)
        self.stack.trace(parts.tracer.wanted(now))

    def _enforce_bans(self, now: float) -> None:
        for change in self._parts.guard.news():
            ban = change.ban
            if change.begins:
                log.warning("ban.added", address=ban.address, failures=ban.failures, until=ban.until)
                self.stack.deny(ban.address, list(change.ports))
                self._emit("ban.added", now, ban=ban)
                self._parts.store.bans.save([ban])
            else:
                log.info("ban.removed", address=ban.address)
                self.stack.allow(ban.address)
                self._emit("ban.removed", now, ban=ban)
                self._parts.store.bans.save([], [ban.address])

    async def close(self, seconds: float) -> None:
        """End all calls with BYE and give phones `seconds` to confirm it; then write the records anyway."""
        self._stopping = True
        exchange = self._parts.exchange
        self.carry_out(exchange.close(time.time()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._until_idle()
        for call in exchange.calls():
            self._fire((call.id, "close"))

    async def finish(self, seconds: float) -> None:
        """After the stack has stopped: wait for messages and recordings that are being made safe."""
        await self._parts.chores.close(seconds)

    async def _until_idle(self) -> None:
        if self._parts.exchange.count:
            self._idle = asyncio.Event()
            await self._idle.wait()

    # --- For the control API --------------------

    @property
    def journal(self) -> Journal:
        return self._parts.store.journal

    def tenants(self) -> dict[str, int]:
        return self._parts.directory.versions()

    async def apply_snapshot(self, snapshot: Snapshot) -> None:
        """Use it, keep it, drop the bindings of devices that are gone or have another secret, and the calls
        of browsers that may not phone any more."""
        parts = self._parts
        before = parts.directory.tenant(snapshot.tenant)
        try:
            tenant = parts.directory.apply(snapshot)
        except DirectoryError as error:
            raise Refused(422, str(error)) from error
        now = time.time()
        for old in before.snapshot.devices if before is not None else ():
            new = tenant.device(old.id)
            if new is not None and new.ha1_sha256 != old.ha1_sha256:
                parts.registrations.drop_device(snapshot.tenant, old.id, now)
            if old.srtp == "dtls" and (new is None or not new.enabled):
                # Its connection gets 403 from now on, but nobody takes the call out of its hands.
                self.carry_out(parts.exchange.shut_out(snapshot.tenant, old.id, now))
        parts.registrations.prune(snapshot.tenant, now)
        parts.lamps.tenant_changed(snapshot.tenant, now)
        self._use_trunks(snapshot, now)
        self._emit("tenant.applied", now, tenant=snapshot.tenant, version=snapshot.version)
        await parts.store.snapshots.save(snapshot)
        await parts.files.applied(snapshot)

    async def remove_tenant(self, tenant: str) -> bool:
        """Forget an organisation with its bindings, and end its calls."""
        parts = self._parts
        known = parts.directory.tenant(tenant)
        if known is None:
            return False
        now = time.time()
        for call in parts.exchange.calls():
            if call.tenant == tenant:
                self.carry_out(parts.exchange.hang_up(call.id, now) or [])
        for device in known.snapshot.devices:
            parts.registrations.drop_device(tenant, device.id, now)
        parts.directory.remove(tenant)
        for state in parts.exchange.states.forget(tenant):
            parts.store.people.remove(state)
        parts.lamps.tenant_changed(tenant, now)
        self.stack.set_trunks(tenant, [])
        self.carry_out(parts.outside.removed(tenant, now))
        self._emit("tenant.removed", now, tenant=tenant, version=known.snapshot.version)
        await parts.store.snapshots.remove(tenant)
        await parts.files.removed(tenant)
        return True

    def _use_trunks(self, snapshot: Snapshot, now: float) -> None:
        self.carry_out(self._parts.outside.configured(snapshot, now))
        self.stack.set_trunks(snapshot.tenant, snapshot.trunks)

    async def originate(self, wish: Originate) -> str:
        """As the desk does, but no more when the node stops."""
        if self._stopping:
            raise Refused(503, "The telephone exchange is stopping; try again in a minute.")
        return await super().originate(wish)

    def bindings(self) -> list[BindingState]:
        return self._parts.registrations.states()

    async def remove_binding(self, tenant: str, device: str, contact: str) -> bool:
        return await self._parts.registrations.remove(tenant, device, contact, time.time())

    def claim(self, claim: Claim) -> None:
        self._parts.registrations.claim(claim)

    def bans(self) -> list[BanState]:
        return self._parts.guard.bans(time.time())

    async def unban(self, address: str) -> bool:
        known = self._parts.guard.unban(address)
        self._enforce_bans(time.time())
        return known

    def trace(self, command: Trace) -> None:
        now = time.time()
        self._parts.tracer.switch(command, now)
        self.stack.trace(self._parts.tracer.wanted(now))

    def traced(self, tenant: str | None, device: str | None) -> list[TraceMessage]:
        return self._parts.tracer.recent(tenant, device)

    def health(self) -> Health:
        parts = self._parts
        journal = parts.store.journal
        sip = "ok" if time.monotonic() - self.stack.beat < STALLED else "The SIP thread does not move."
        states = {"sip": sip, "store": parts.store.health()}
        return Health(
            ready=all(state == "ok" for state in states.values()) and not self._stopping,
            parts=states,
            version=__version__,
            started_at=self._started_at,
            calls=parts.exchange.count,
            bindings=len(parts.registrations),
            legs=self.stack.legs,
            last_number=journal.last,
            acknowledged=journal.acknowledged,
        )

    def live_state(self) -> LiveState:
        return LiveState(
            number=self._parts.store.journal.last,
            calls=self.calls(),
            bindings=self.bindings(),
            bans=self.bans(),
            alarms=self._parts.store.alarms.current(),
            tenants=self.tenants(),
            extensions=self._parts.exchange.states.all(),
            trunks=self._parts.outside.states(),
            rooms=self._parts.exchange.rooms.all(),
        )
