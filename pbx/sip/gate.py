"""Where requests outside a dialog enter: admission decides at once, on the PJSIP thread, because the stack
must know whether to go on before it takes the next packet."""

from dataclasses import dataclass
from time import time
from typing import Protocol

from pbx.ports import Admit, Caller, Drop, Reply, Request, Verdict
from pbx.sip.connections import Connections

Screened = bool | tuple[int, str, list[tuple[str, str]]] | None


class Screen(Protocol):
    """What decides about a request; `now` in Unix seconds."""

    def screen(self, request: Request, now: float) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Registration:
    """An admitted REGISTER that waits under its token for an answer."""

    request: Request
    caller: Caller


class Gate:
    """Turns verdicts into what the native module understands, and remembers who sent the INVITE that PJSIP
    is about to turn into a call."""

    def __init__(self, admission: Screen, connections: Connections) -> None:
        self._admission = admission
        self._connections = connections
        self._registrations: list[Registration] = []
        self._admitted: tuple[Caller, Request] | None = None

    def screen(self, request: Request) -> Screened:
        """None: PJSIP goes on; False: drop; True: held until answered; tuple: answer at once."""
        self._admitted = None
        verdict = self._admission.screen(request, time())
        if isinstance(verdict, Reply):
            return verdict.code, verdict.reason, verdict.headers
        if isinstance(verdict, Drop):
            return False
        assert isinstance(verdict, Admit)
        if request.method == "REGISTER":
            self._connections.seen(request.source_ip, request.source_port, request.transport)
            self._registrations.append(Registration(request, verdict.caller))
            return True
        self._admitted = (verdict.caller, request)
        return None

    def registrations(self) -> list[Registration]:
        """The REGISTERs that were held since the last call. Not before the stack has taken them over may
        another thread look at them, so they are handed on between two rounds of events."""
        held, self._registrations = self._registrations, []
        return held

    def take(self) -> tuple[Caller, Request] | None:
        """Who sent the INVITE that has just become a call; None if nobody was admitted."""
        admitted, self._admitted = self._admitted, None
        return admitted
