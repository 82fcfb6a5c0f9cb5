"""The trunks of all organisations: whether each works, and the calls on it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pbx.control.configuration import Snapshot
from pbx.control.messages import TrunkState
from pbx.ports import TrunkChanged

TrunkKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """One call on a trunk. `outbound` ones count for the limits of their organisation, unless `emergency`."""

    id: str
    tenant: str
    trunk: str
    extension: str | None
    outbound: bool
    emergency: bool
    began_at: float
    talking_since: float | None = None


class Lines:
    """State of each configured trunk by (organisation, id), and the calls that go on by their id."""

    def __init__(self) -> None:
        self._states: dict[TrunkKey, TrunkState] = {}
        self._calls: dict[str, Going] = {}

    # --- Trunks ---

    def configure(self, snapshot: Snapshot, now: float) -> tuple[list[TrunkState], list[TrunkState]]:
        """Take over the trunks of a snapshot; (new ones, those that are gone)."""
        wanted = {(snapshot.tenant, trunk.id) for trunk in snapshot.trunks if trunk.enabled}
        gone = self._drop(key for key in self._states if key[0] == snapshot.tenant and key not in wanted)
        fresh = [
            TrunkState(tenant=tenant, trunk=trunk, state="unknown", since=now)
            for tenant, trunk in sorted(wanted - self._states.keys())
        ]
        self._states |= {(state.tenant, state.trunk): state for state in fresh}
        return [self._counted(state) for state in fresh], gone

    def forget(self, tenant: str) -> list[TrunkState]:
        """The organisation is gone; its trunks as they last were."""
        return self._drop(key for key in self._states if key[0] == tenant)

    def changed(self, event: TrunkChanged, now: float) -> TrunkState | None:
        """What the edge found out; None when that is no news, or about a trunk that is gone."""
        before = self._states.get((event.tenant, event.trunk))
        if before is None:
            return None
        state = replace(before, state="up" if event.up else "down", code=event.code, reason=event.reason)
        if state == before:
            return None
        if state.state != before.state:
            state = replace(state, since=now)
        self._states[event.tenant, event.trunk] = state
        return self._counted(state)

    def state(self, tenant: str, trunk: str) -> TrunkState | None:
        found = self._states.get((tenant, trunk))
        return None if found is None else self._counted(found)

    def states(self) -> list[TrunkState]:
        """All, by organisation and id."""
        return [self._counted(self._states[key]) for key in sorted(self._states)]

    def down(self, tenant: str, trunk: str) -> bool:
        state = self._states.get((tenant, trunk))
        return state is not None and state.state == "down"

    # --- Calls ---

    def begin(self, call: Going) -> Going | None:
        """A call is on a trunk now; gives where it was before, when it moved from another one."""
        before = self._calls.get(call.id)
        self._calls[call.id] = call
        return before

    def talking(self, call: str, now: float) -> None:
        found = self._calls.get(call)
        if found is not None and found.talking_since is None:
            self._calls[call] = replace(found, talking_since=now)

    def end(self, call: str) -> Going | None:
        return self._calls.pop(call, None)

    def calls(self) -> Iterable[Going]:
        return self._calls.values()

    def count(self, tenant: str, trunk: str) -> int:
        """Calls on a trunk now, in both directions."""
        return sum(1 for call in self._calls.values() if call.trunk == trunk and call.tenant == tenant)

    def _counted(self, state: TrunkState) -> TrunkState:
        return replace(state, calls=self.count(state.tenant, state.trunk))

    def _drop(self, keys: Iterable[TrunkKey]) -> list[TrunkState]:
        return [self._counted(self._states.pop(key)) for key in list(keys)]
