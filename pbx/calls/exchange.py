"""The exchange: all calls of this node. Takes each event to its call and returns what the call commands."""

import secrets

import structlog

from pbx.calls.call import Call
from pbx.control.messages import CallRecord
from pbx.directory import Directory
from pbx.ports import Command, HangUp, IncomingCall, LegEnded, LegEvent, Locations, TimerFired

log = structlog.get_logger("pbx.exchange")


class ExchangeError(Exception):
    """A command cannot be carried out; the text says why, `status` as an HTTP status would."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Exchange:
    """Calls by id and by leg. `limit` is the number of legs the node may have at the same time."""

    def __init__(self, directory: Directory, locations: Locations, limit: int = 1000) -> None:
        self.locations = locations
        self._directory = directory
        self._limit = limit
        self._calls: dict[str, Call] = {}
        self._by_leg: dict[str, Call] = {}

    def new_leg(self, call: str) -> str:
        """A fresh leg id that belongs to `call`."""
        leg = secrets.token_hex(8)
        self._by_leg[leg] = self._calls[call]
        return leg

    def incoming(self, event: IncomingCall, now: float) -> list[Command]:
        """A phone calls a number."""
        tenant = self._directory.tenant(event.caller.tenant)
        if tenant is None or len(self._by_leg) >= self._limit:
            log.warning("call.refused", leg=event.leg, tenant=event.caller.tenant, legs=len(self._by_leg))
            return [HangUp(leg=event.leg, code=503)]
        call = Call(secrets.token_hex(12), tenant, event.number, self)
        self._calls[call.id] = call
        self._by_leg[event.leg] = call
        return self._after(call, call.start(event, now))

    def originate(self, tenant_id: str, extension: str, number: str, now: float) -> tuple[str, list[Command]]:
        """Ring `extension`, then call `number` from there. Raises ExchangeError when that cannot be."""
        tenant = self._directory.tenant(tenant_id)
        if tenant is None or tenant.extension(extension) is None:
            raise ExchangeError(404, f"There is no extension {extension} in this organisation.")
        if len(self._by_leg) >= self._limit:
            raise ExchangeError(503, "All lines are in use; try again in a moment.")
        call = Call(secrets.token_hex(12), tenant, number, self)
        self._calls[call.id] = call
        return call.id, self._after(call, call.originate(extension, now))

    def handle(self, event: LegEvent | TimerFired, now: float) -> list[Command]:
        """Something happened to a leg or a timer ran out."""
        if isinstance(event, TimerFired):
            call = self._calls.get(event.call)
        else:
            call = self._by_leg.get(event.leg)
            if isinstance(event, LegEnded):
                self._by_leg.pop(event.leg, None)
        return [] if call is None else self._after(call, call.handle(event, now))

    def hang_up(self, call_id: str, now: float) -> list[Command] | None:
        """End a call on behalf of a person; None when there is no such call."""
        call = self._calls.get(call_id)
        return (
            None if call is None else self._after(call, call.hang_up("operator", "ended by an operator", now))
        )

    def close(self, now: float) -> list[Command]:
        """End every call because the node stops."""
        commands: list[Command] = []
        for call in list(self._calls.values()):
            commands += self._after(call, call.hang_up("core", "the telephone exchange stopped", now))
        return commands

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

    def _after(self, call: Call, commands: list[Command]) -> list[Command]:
        if call.over:
            self._calls.pop(call.id, None)
            for leg in call.leg_ids:
                self._by_leg.pop(leg, None)
        return commands
