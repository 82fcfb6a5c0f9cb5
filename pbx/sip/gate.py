"""Where requests outside a dialog enter: admission decides at once, on the PJSIP thread, because the stack
must know whether to go on before it takes the next packet."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from typing import Protocol

import pbx_native

from pbx.ports import Admit, Caller, Drop, Reply, Request, Verdict
from pbx.sip import names
from pbx.sip.callers import NumberIn
from pbx.sip.connections import Connections
from pbx.sip.leg import SipLeg
from pbx.sip.lines import Lines
from pbx.sip.subscriptions import Subscribing

Screened = bool | tuple[int, str, list[tuple[str, str]]] | None


class Screen(Protocol):
    """What decides about a request; `now` in Unix seconds."""

    def screen(self, request: Request, now: float) -> Verdict: ...

    def missed(self, request: Request, now: float) -> None:
        """An admitted sender named a call of ours that is not there: perhaps too late, perhaps it guesses."""


@dataclass(frozen=True, slots=True)
class Registration:
    """An admitted REGISTER that waits under its token for an answer."""

    request: Request
    caller: Caller


@dataclass(frozen=True, slots=True)
class Admitted:
    """An INVITE that goes on. `replaces` is the leg that it is to take over, `number_in` where its called
    number stands."""

    request: Request
    caller: Caller
    replaces: str | None
    number_in: NumberIn = "uri"


Find = Callable[[str, names.Replaces], SipLeg | None]


class Gate:
    """Turns verdicts into what the native module understands, and remembers who sent the INVITE that PJSIP
    is about to turn into a call."""

    def __init__(self, admission: Screen, connections: Connections, lines: Lines, find: Find) -> None:
        """`find` gives the leg of an organisation that has a certain dialog."""
        self._admission = admission
        self._lines = lines
        self._find = find
        self._connections = connections
        self._held: list[Registration | Subscribing] = []
        self._admitted: Admitted | None = None

    def screen(self, request: Request) -> Screened:
        """None: PJSIP goes on; False: drop; True: held until answered; tuple: answer at once."""
        self._admitted = None
        now = time()
        verdict = self._admission.screen(request, now)
        if isinstance(verdict, Reply):
            return verdict.code, verdict.reason, verdict.headers
        if isinstance(verdict, Drop):
            return False
        assert isinstance(verdict, Admit)
        if request.method in ("REGISTER", "SUBSCRIBE"):
            self._connections.seen(request.source_ip, request.source_port, request.transport)
            kind = Registration if request.method == "REGISTER" else Subscribing
            self._held.append(kind(request, verdict.caller))
            return True
        refused = self._call(request, verdict.caller, now)
        return None if refused is None else (refused.code, refused.reason, refused.headers)

    def _call(self, request: Request, caller: Caller, now: float) -> Reply | None:
        """Let an INVITE become a call of the right account; or why it may not."""
        replaces = self._replaces(request, caller.tenant)
        if isinstance(replaces, Reply):
            if replaces.code == 481:
                self._admission.missed(request, now)
            return replaces
        account = self._lines.incoming(caller)
        if account is None:
            return Reply(503, "Service Unavailable")
        pbx_native.use_account(account)
        self._admitted = Admitted(request, caller, replaces, self._lines.number_in(caller))
        return None

    def _replaces(self, request: Request, tenant: str) -> str | Reply | None:
        """The leg that a Replaces header names, of the same organisation (RFC 3891 section 3)."""
        values = request.header("Replaces")
        if not values:
            return None
        wanted = names.replaces(values[0]) if len(values) == 1 else None
        if wanted is None:
            return Reply(400, "Bad Replaces")
        leg = self._find(tenant, wanted)
        if leg is None:
            return Reply(481, "Call/Transaction Does Not Exist")
        if wanted.early_only and leg.confirmed:
            return Reply(486, "Busy Here")
        return leg.leg

    def held(self) -> list[Registration | Subscribing]:
        """The REGISTERs and SUBSCRIBEs that were held since the last call. Not before the stack has taken
        them over may another thread look at them, so they are handed on between two rounds of events."""
        held, self._held = self._held, []
        return held

    def take(self) -> Admitted | None:
        """The INVITE that has just become a call; None if none was admitted."""
        admitted, self._admitted = self._admitted, None
        return admitted
