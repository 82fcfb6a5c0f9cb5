"""The SIP stack as the rest of the core sees it: one thread that owns PJSIP, commands in, events out."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import pbx_native
import pjsua2 as pj
import structlog

from pbx.control.configuration import TrunkConfig
from pbx.ports import (
    Binding,
    DialogId,
    IncomingCall,
    LegEvent,
    Notify,
    Prompt,
    Reply,
    SipCommand,
    TrunkChanged,
)
from pbx.sip.accounts import Accounts
from pbx.sip.agenda import Agenda
from pbx.sip.connections import Connections, Flow, most_connections
from pbx.sip.endpoint import (
    CodecOrder,
    SipConfig,
    SipError,
    choose_codecs,
    create_endpoint,
    open_transports,
)
from pbx.sip.gate import Gate, Registration, Screen
from pbx.sip.inviting import Inviter
from pbx.sip.legs import Legs
from pbx.sip.lines import Lines
from pbx.sip.media import MediaEvent
from pbx.sip.resolving import Resolver
from pbx.sip.results import Results
from pbx.sip.subscriptions import Notified, Notifier, Subscribing
from pbx.sip.trunk import Surroundings
from pbx.sip.trunks import Door, Trunks
from pbx.sip.uris import target, user_uri

log = structlog.get_logger("pbx.sip")

_POLL = 20  # milliseconds; DTMF callbacks wait this long at most
_MAX_CONNECTIONS_PER_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of an OPTIONS to a binding: final code, 408 when nothing came back."""

    key: tuple[str, str, str]
    code: int


@dataclass(frozen=True, slots=True)
class FlowClosed:
    """A TCP or TLS connection has gone."""

    flow: Flow


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A message on the wire, while tracing is on."""

    incoming: bool
    address: str
    port: int
    transport: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Malformed:
    """`count` messages from an address could not be parsed since the last report."""

    address: str
    count: int


StackEvent = (
    IncomingCall
    | LegEvent
    | MediaEvent
    | Registration
    | Subscribing
    | Notified
    | Probed
    | FlowClosed
    | SipMessage
    | Malformed
    | TrunkChanged
)


class SipStack:
    """Start it, submit commands from any thread, and get events through `post` on the PJSIP thread."""

    def __init__(
        self,
        config: SipConfig,
        admission: Screen,
        find_prompt: Callable[[str, str], Prompt | None],
        post: Callable[[StackEvent], None],
        log_level: int = 1,
        *,
        door: Door,
    ) -> None:
        self._config = config
        self._connections = Connections()
        self._find_prompt = find_prompt
        self._post = post
        self._log_level = log_level
        self._commands: deque[Callable[[], object]] = deque()
        self._woken = False
        self._agenda = Agenda()
        self._results = Results()
        self._trunks = Trunks(
            Surroundings(config=config, arrived=self._arrived, results=self._results, post=post),
            Resolver(self._do),
            door,
            lambda account: self._table().uses(account),
        )
        self._accounts = Accounts(config, self._arrived)
        self._lines = Lines(self._accounts, self._trunks)
        self._gate = Gate(
            admission, self._connections, self._lines, lambda *which: self._table().find(*which)
        )
        self._notifier = Notifier(self._connections, self._results, self._post)
        self._stopping = False
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._legs: Legs | None = None
        self._thread = threading.Thread(target=self._run, name="pjsip", daemon=True)
        self.beat = monotonic()

    # --- Any thread --------------------

    def start(self) -> None:
        """Start the thread and wait until SIP listens. Raises SipError when it cannot."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End the thread; legs that are left are dropped. Blocks for a moment."""
        self._stopping = True
        pbx_native.wake()
        self._thread.join(timeout=10)

    def submit(self, command: SipCommand) -> None:
        """Have a command of the logic carried out."""
        self._do(lambda: self._table().carry_out(command))

    def respond(self, token: int, reply: Reply) -> None:
        """Answer a held request."""
        self._do(lambda: pbx_native.respond(token, reply.code, reply.reason, reply.headers))

    def probe(self, binding: Binding, domain: str) -> None:
        """Send OPTIONS to a binding; Probed follows."""
        self._do(lambda: self._send_options(binding, domain))

    def registered(self, binding: Binding) -> None:
        """A browser registered: its calls are reached over the same connection from now on."""
        self._do(lambda: self._table().registered(binding))

    def notify(self, notify: Notify) -> None:
        """Send a NOTIFY; Notified follows."""
        self._do(lambda: self._notifier.send(notify))

    def set_trunks(self, tenant: str, trunks: Sequence[TrunkConfig]) -> None:
        """These are the trunks of an organisation now; TrunkChanged tells how each does."""
        self._do(lambda: self._trunks.set(tenant, trunks))

    def deny(self, address: str, ports: list[int]) -> None:
        """Drop everything from an address, except from these ports (phones registered from there)."""
        self._do(lambda: pbx_native.deny(address, ports=ports))

    def allow(self, address: str) -> None:
        self._do(lambda: pbx_native.allow(address))

    def trace(self, on: bool) -> None:
        """Post every message on the wire as SipMessage, or stop doing so."""
        self._do(lambda: pbx_native.trace(on))

    def dialog(self, leg: str) -> DialogId | None:
        """The SIP dialog of a leg that rang or talks; None when there is none."""
        return self._legs.dialog(leg) if self._legs else None

    @property
    def legs(self) -> int:
        """Legs that exist in PJSIP now."""
        return self._legs.count if self._legs else 0

    def _do(self, action: Callable[[], object]) -> None:
        self._commands.append(action)
        if not self._woken:
            self._woken = True
            pbx_native.wake()

    # --- The PJSIP thread --------------------

    def _run(self) -> None:
        try:
            endpoint = self._open()
        except BaseException as error:
            self._failure = (
                error if isinstance(error, SipError) else SipError(f"SIP could not start: {error}")
            )
            self._ready.set()
            return
        self._ready.set()
        watched = 0.0
        while not self._stopping:
            endpoint.libHandleEvents(_POLL)
            self._work()
            now = self.beat = monotonic()
            self._agenda.run_due(now)
            if now - watched >= 1.0:
                watched = now
                self._table().watch(now)
                self._trunks.watch(now)
                for address, count in pbx_native.malformed().items():
                    self._post(Malformed(address, count))
        self._close(endpoint)

    def _open(self) -> pj.Endpoint:
        endpoint = create_endpoint(self._log_level)
        pbx_native.install(
            self._gate.screen,
            on_refer=lambda call_id, request: self._table().refer(call_id, request),
            on_result=self._results.arrived,
            on_message=self._on_message,
            on_closed=self._on_closed,
        )
        pbx_native.trim_callbacks()
        pbx_native.limit_connections(_MAX_CONNECTIONS_PER_ADDRESS, most_connections())
        pbx_native.spare_listener(self._config.relay_port)
        self._legs = Legs(
            self._post,
            self._lines,
            Inviter(self._trunks, self._connections, CodecOrder(endpoint)),
            find_prompt=self._find_prompt,
            agenda=self._agenda,
            results=self._results,
        )
        open_transports(endpoint, self._config)
        endpoint.libStart()
        endpoint.audDevManager().setNullDev()
        choose_codecs(endpoint)
        self._accounts.open()
        return endpoint

    def _work(self) -> None:
        # Cleared first: a command that comes meanwhile is either seen below or wakes again.
        self._woken = False
        commands = self._commands
        while commands:
            try:
                commands.popleft()()
            except Exception:
                log.exception("sip.command_failed")
        for held in self._gate.held():
            self._post(held)
        self._table().patchbay.report()
        self._table().bury()

    def _close(self, endpoint: pj.Endpoint) -> None:
        endpoint.hangupAllCalls()
        deadline = monotonic() + 2.0
        while self._table().count and monotonic() < deadline:
            endpoint.libHandleEvents(_POLL)
            self._table().patchbay.report()
            self._table().bury()
        self._trunks.close()
        pbx_native.uninstall()
        self._accounts.close()
        endpoint.libDestroy()

    def _arrived(self, account: pj.Account, call_id: int) -> None:
        """An INVITE has become a call of one of our accounts."""
        admitted = self._gate.take()
        if admitted is not None:
            self._table().incoming(call_id, account, admitted)
            return
        options = pj.CallOpParam()
        options.statusCode = 403
        pj.Call(account, call_id).hangup(options)

    def _table(self) -> Legs:
        assert self._legs is not None
        return self._legs

    def _send_options(self, binding: Binding, domain: str) -> None:
        local = user_uri("centrale", domain)
        reached = self._connections.reaches(binding.source_ip, binding.source_port, binding.transport)
        there = target(binding, connected=reached)
        token = self._results.expect(lambda code: self._post(Probed(binding.key, code)))
        pbx_native.send_request(token, "OPTIONS", there, local, binding.aor, [], timeout_ms=8000)

    def _on_closed(self, ip: str, port: int, transport: str) -> None:
        self._connections.closed(ip, port, transport)
        if self._legs is not None:
            self._legs.flow_closed((ip, port, transport))
        self._post(FlowClosed((ip, port, transport)))

    def _on_message(self, incoming: bool, address: str, port: int, transport: str, raw: bytes) -> None:
        self._post(SipMessage(incoming, address, port, transport, raw))
