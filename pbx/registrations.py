"""Registrations at work: takes what phones and their connections do to `pbx.registrar`, and what changes to
disk, lamps, trace and journal.

Runs on the asyncio loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Literal, Protocol

import structlog

from pbx.control.messages import BindingState, Claim, Event
from pbx.control.target import Refused
from pbx.directory import Directory
from pbx.lamps import Lamps
from pbx.ports import Binding, Reply
from pbx.registrar.bindings import Bindings
from pbx.registrar.flows import Claimed, Flow, Flows
from pbx.registrar.keepalive import KeepAlive
from pbx.registrar.registrar import Registrar
from pbx.sip.gate import Registration
from pbx.sip.stack import Probed
from pbx.store.store import Store
from pbx.tracing import Tracer

log = structlog.get_logger("pbx.registrations")

Change = Literal["binding.changed", "binding.removed"]


class Phones(Protocol):
    """Where answers go, and questions whether phones are still there."""

    def respond(self, token: int, reply: Reply) -> None: ...
    def registered(self, binding: Binding) -> None: ...
    def probe(self, binding: Binding, domain: str) -> None: ...


class Registrations:
    """Where phones are. `attach` the stack, then `restore`."""

    def __init__(
        self,
        directory: Directory,
        bindings: Bindings,
        flows: Flows,
        *,
        store: Store,
        tracer: Tracer,
        lamps: Lamps,
        keepalive_seconds: float,
    ) -> None:
        self._directory = directory
        self._bindings = bindings
        self._registrar = Registrar(directory, bindings)
        self._keepalive = KeepAlive(bindings, interval=keepalive_seconds)
        self._flows = flows
        self._store = store
        self._tracer = tracer
        self._lamps = lamps
        self._phones: Phones | None = None
        self._arrived: Callable[[Binding, float], None] = lambda _binding, _now: None

    def attach(self, phones: Phones, arrived: Callable[[Binding, float], None]) -> None:
        """`arrived`: a phone can be reached where it could not be before."""
        self._phones = phones
        self._arrived = arrived

    @property
    def phones(self) -> Phones:
        assert self._phones is not None
        return self._phones

    def restore(self, now: float) -> None:
        """Take up what was stored before a restart, and tell what ended meanwhile."""
        stored = self._store.bindings.load()
        ended = {each.key: each for each in stored if each.expires_at <= now or self._is_browser(each)}
        self._bindings.load((each for each in stored if each.key not in ended), now)
        for binding in self._bindings.all():
            self._keepalive.watch(binding, now)
        self._keep((), ended.values(), now)

    # --- What phones do --------------------

    def register(self, event: Registration, now: float) -> None:
        """Answer a REGISTER once what it changed is written: what a phone believes survives our death."""
        token, request, caller = event.request.token, event.request, event.caller
        flow = (request.source_ip, request.source_port, request.transport)
        if caller.srtp == "dtls" and self._flows.of(*flow) is None:
            self.phones.respond(token, Reply(403, "Forbidden"))  # its connection has closed meanwhile
            return
        known = {each.key for each in self._bindings.of_device(caller.tenant, caller.device, now)}
        result = self._registrar.handle(request, caller, now)
        if not result.changed and not result.removed:
            self.phones.respond(token, result.reply)
            return
        saved = self._keep(result.changed, result.removed, now)
        for binding in result.changed:
            if caller.srtp == "dtls":
                self.phones.registered(binding)
            if binding.key not in known:
                self._arrived(binding, now)
        asyncio.ensure_future(saved).add_done_callback(partial(self._answer, token, result.reply))

    def claim(self, claim: Claim) -> None:
        """A connection is that device's from now on. Raises Refused."""
        tenant = self._directory.tenant(claim.tenant)
        device = tenant.device(claim.device) if tenant is not None else None
        if device is None:
            raise Refused(404, "There is no such device here.")
        if device.srtp != "dtls" or not device.enabled:
            raise Refused(409, "This device is no browser, or it is disabled.", "device")
        self._flows.claim((claim.ip, claim.port, "tcp"), Claimed(claim.tenant, claim.device))

    def flow_closed(self, flow: Flow, now: float) -> None:
        """A browser that cannot be reached any more is not registered any more."""
        if self._flows.end(flow) is None:
            return
        gone = self._bindings.of_flow(*flow)
        for binding in gone:
            self._bindings.remove(binding.key)
        if gone:
            self._keep((), gone, now)

    def probed(self, event: Probed, now: float) -> None:
        """A phone answered the question whether it is there, or did not."""
        sign = self._keepalive.answered(event.key, event.code, now)
        if sign.removed is not None:
            dead = sign.removed
            log.info("binding.dead", tenant=dead.tenant, device=dead.device, contact=dead.contact)
            self._keep((), [dead], now)
        elif sign.changed is not None:
            self._keep([sign.changed], (), now)

    def tick(self, now: float) -> None:
        """Expiry and keep-alives."""
        expired = self._bindings.expire(now)
        if expired:
            self._keep((), expired, now)
        for binding in self._keepalive.due(now):
            tenant = self._directory.tenant(binding.tenant)
            self.phones.probe(binding, tenant.domain if tenant else "localhost")

    # --- What others do to them --------------------

    def prune(self, tenant: str, now: float) -> None:
        """Remove what the configuration of an organisation no longer allows."""
        if stale := self._registrar.prune(tenant):
            self._keep((), stale, now)

    def drop_device(self, tenant: str, device: str, now: float) -> None:
        """It is gone, or has another secret."""
        self._lamps.device_gone(tenant, device, now)
        removed = self._bindings.remove_device(tenant, device)
        if removed:
            self._keep((), removed, now)

    async def remove(self, tenant: str, device: str, contact: str, now: float) -> bool:
        """Remove one, on disk before it returns. False when there is none."""
        removed = self._bindings.remove((tenant, device, contact))
        if removed is not None:
            await self._keep((), [removed], now)
        return removed is not None

    # --- As others see them --------------------

    def __len__(self) -> int:
        return len(self._bindings)

    def all(self) -> list[Binding]:
        return self._bindings.all()

    def states(self) -> list[BindingState]:
        return [_state_of(binding) for binding in self._bindings.all()]

    # --- What follows --------------------

    def _is_browser(self, binding: Binding) -> bool:
        """Whether it ended with the connection that it was made over, and so with the last process."""
        tenant = self._directory.tenant(binding.tenant)
        device = tenant.device(binding.device) if tenant is not None else None
        return device is not None and device.srtp == "dtls"

    def _answer(self, token: int, reply: Reply, _saved: object) -> None:
        self.phones.respond(token, reply)

    def _keep(self, changed: Iterable[Binding], removed: Iterable[Binding], now: float) -> Awaitable[bool]:
        """Tell and store changes of bindings; the keep-alives follow them."""
        gone, fresh = list(removed), list(changed)
        for binding in gone:
            self._tell("binding.removed", binding, now)
        for binding in fresh:
            self._keepalive.watch(binding, now)
            self._tell("binding.changed", binding, now)
        self._tracer.bindings_changed()
        self._lamps.bindings(fresh, gone, now)
        return self._store.bindings.save(fresh, [binding.key for binding in gone])

    def _tell(self, kind: Change, binding: Binding, now: float) -> None:
        event = Event(number=0, at=now, kind=kind, tenant=binding.tenant, binding=_state_of(binding))
        self._store.journal.append(event)


def _state_of(binding: Binding) -> BindingState:
    """A binding as others see it."""
    return BindingState(
        tenant=binding.tenant,
        device=binding.device,
        aor=binding.aor,
        contact=binding.contact,
        source=f"{binding.source_ip}:{binding.source_port}",
        transport=binding.transport,
        user_agent=binding.user_agent,
        registered_at=binding.registered_at,
        expires_at=binding.expires_at,
        rtt_ms=binding.rtt_ms,
    )
