"""What people ask of calls and of their own settings, as the control API takes it: the commands of `Node`."""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from pbx.calls import commands
from pbx.calls.errors import CommandError
from pbx.calls.exchange import Exchange
from pbx.calls.reading import read
from pbx.calls.states import StateError
from pbx.control.commands import OnCall, Originate, SetState
from pbx.control.messages import CallRecord, ExtensionState, RoomState, TrunkState
from pbx.control.readings import Reading
from pbx.control.target import Refused
from pbx.ports import Command


class States(Protocol):
    """Where extension states last."""

    def save(self, state: ExtensionState) -> Awaitable[bool]: ...


class Desk:
    """Takes commands to the exchange and has what it answers carried out."""

    def __init__(
        self, exchange: Exchange, states: States, carry_out: Callable[[Iterable[Command]], None]
    ) -> None:
        self._exchange = exchange
        self._states = states
        self._act = carry_out

    def calls(self) -> list[CallRecord]:
        """Calls going on now, of all tenants."""
        return self._exchange.calls()

    async def originate(self, wish: Originate) -> str:
        """Start it and give the call id. Raises Refused."""
        with _refusing():
            call, made = self._exchange.originate(wish, time.time())
        self._act(made)
        return call

    async def hang_up(self, call: str) -> bool:
        """End the call. False when there is no such call."""
        made = self._exchange.hang_up(call, time.time())
        self._act(made or [])
        return made is not None

    async def command(self, call: str, command: OnCall) -> object:
        """Do it to the call; gives what it answers, or None. Raises Refused."""
        now = time.time()
        return self._run(lambda: commands.carry_out(self._exchange, call, command, now), now)

    async def room_command(self, room: str, command: OnCall, leg: str | None = None) -> object:
        """Invite into a conference, or Member for its member `leg`. Raises Refused."""
        now = time.time()
        return self._run(lambda: commands.room_command(self._exchange, room, command, leg, now), now)

    def _run(self, action: Callable[[], object], now: float) -> object:
        """Change calls. What was commanded before it went wrong is carried out all the same."""
        made = self._exchange.run(now)
        try:
            with _refusing(), made:
                return action()
        finally:
            self._act(made.commands)

    def rooms(self, tenant: str) -> Sequence[RoomState]:
        """Conferences that go on."""
        return self._exchange.rooms.all(tenant)

    def extension_states(self, tenant: str) -> Sequence[ExtensionState]:
        """What users set; extensions where nobody ever did are missing."""
        return self._exchange.states.all(tenant)

    def trunk_states(self, tenant: str) -> Sequence[TrunkState]:
        """Whether each trunk works."""
        return [state for state in self._exchange.outside.states() if state.tenant == tenant]

    def reading(self, tenant: str, number: str, extension: str | None) -> Reading:
        """What dialling a number would come to. Raises Refused."""
        found = self._exchange.directory.tenant(tenant)
        if found is None or (extension is not None and found.extension(extension) is None):
            raise Refused(404, f"There is no extension {extension or ''} in this organisation.")
        return read(found, number, extension, self._exchange.states)

    async def set_state(self, tenant: str, number: str, change: SetState) -> ExtensionState:
        """Change what the user of an extension set, on disk before it returns. Raises Refused."""
        now = time.time()
        found = self._exchange.directory.tenant(tenant)
        if found is None or found.extension(number) is None:
            raise Refused(404, f"There is no extension {number} in this organisation.")
        made = self._exchange.run(now)
        try:
            with made:
                state = self._exchange.states.set(found, number, change, now)
        except StateError as error:
            raise Refused(422, str(error), error.field) from error
        self._act(made.commands)
        await self._states.save(state)
        return state


class _refusing:
    """Turns a CommandError of the logic into a refusal of the control API."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, CommandError):
            raise Refused(error.status, str(error)) from error
