"""Live state kept up to date by events: old state + events = a fresh state."""

from collections.abc import Iterable
from typing import Self, TypeVar

from pbx.control.messages import (
    Alarm,
    BanState,
    BindingState,
    CallRecord,
    Event,
    ExtensionState,
    LiveState,
    RoomState,
    TrunkState,
)

BindingKey = tuple[str, str, str]
K = TypeVar("K")
V = TypeVar("V")


class View:
    """A live state that events are applied to, one after the other. `of` a Hello's state, `apply` what
    follows."""

    def __init__(self) -> None:
        self.number = 0
        self.calls: dict[str, CallRecord] = {}
        self.bindings: dict[BindingKey, BindingState] = {}
        self.bans: dict[str, BanState] = {}
        self.alarms: dict[str, Alarm] = {}
        self.tenants: dict[str, int] = {}
        self.extensions: dict[tuple[str, str], ExtensionState] = {}
        self.trunks: dict[tuple[str, str], TrunkState] = {}
        self.rooms: dict[tuple[str, str], RoomState] = {}

    @classmethod
    def of(cls, state: LiveState) -> Self:
        """A view that starts from `state`."""
        view = cls()
        view.number = state.number
        view.calls = {call.id: call for call in state.calls}
        view.bindings = {_key(binding): binding for binding in state.bindings}
        view.bans = {ban.address: ban for ban in state.bans}
        view.alarms = {alarm.name: alarm for alarm in state.alarms}
        view.tenants = dict(state.tenants)
        view.extensions = {(each.tenant, each.extension): each for each in state.extensions}
        view.trunks = {(each.tenant, each.trunk): each for each in state.trunks}
        view.rooms = {(each.tenant, each.id): each for each in state.rooms}
        return view

    def apply(self, event: Event) -> None:
        """One event. One that is in the state already (by its number) changes nothing."""
        if event.number <= self.number:
            return
        self.number = event.number
        if event.call is not None:
            _change(self.calls, event.call.id, event.call, event.kind == "call.ended")
        elif event.binding is not None:
            _change(self.bindings, _key(event.binding), event.binding, event.kind == "binding.removed")
        elif event.ban is not None:
            _change(self.bans, event.ban.address, event.ban, event.kind == "ban.removed")
        elif event.alarm is not None:
            _change(self.alarms, event.alarm.name, event.alarm, event.kind == "alarm.cleared")
        elif event.extension is not None:
            self.extensions[event.extension.tenant, event.extension.extension] = event.extension
        elif event.trunk is not None:
            trunk = event.trunk
            _change(self.trunks, (trunk.tenant, trunk.trunk), trunk, event.kind == "trunk.removed")
        elif event.room is not None:
            _change(self.rooms, (event.room.tenant, event.room.id), event.room, event.kind == "room.ended")
        elif event.tenant is not None and event.kind in ("tenant.applied", "tenant.removed"):
            if event.kind == "tenant.removed":
                self._forget(event.tenant)
            _change(self.tenants, event.tenant, event.version or 0, event.kind == "tenant.removed")

    def _forget(self, tenant: str) -> None:
        """What a removed organisation leaves behind."""
        self.extensions = {key: each for key, each in self.extensions.items() if key[0] != tenant}
        self.trunks = {key: each for key, each in self.trunks.items() if key[0] != tenant}

    def state(self) -> LiveState:
        """As a message, each list in a fixed order."""
        return LiveState(
            number=self.number,
            calls=sorted(self.calls.values(), key=lambda call: (call.started_at, call.id)),
            bindings=sorted(self.bindings.values(), key=_key),
            bans=sorted(self.bans.values(), key=lambda ban: ban.address),
            alarms=sorted(self.alarms.values(), key=lambda alarm: alarm.name),
            tenants=dict(sorted(self.tenants.items())),
            extensions=[self.extensions[key] for key in sorted(self.extensions)],
            trunks=[self.trunks[key] for key in sorted(self.trunks)],
            rooms=[self.rooms[key] for key in sorted(self.rooms)],
        )


def apply_event(state: LiveState, event: Event) -> LiveState:
    """The state after one more event. For many events keep a View: this copies the whole state."""
    return apply_events(state, [event])


def apply_events(state: LiveState, events: Iterable[Event]) -> LiveState:
    """The state after more events, which must be in order."""
    view = View.of(state)
    for event in events:
        view.apply(event)
    return view.state()


def of_tenant(state: LiveState, tenant: str) -> LiveState:
    """What of the state concerns one tenant; bans and alarms concern the node and stay out."""
    return LiveState(
        number=state.number,
        calls=[call for call in state.calls if call.tenant == tenant],
        bindings=[binding for binding in state.bindings if binding.tenant == tenant],
        tenants={name: version for name, version in state.tenants.items() if name == tenant},
        extensions=[each for each in state.extensions if each.tenant == tenant],
        trunks=[each for each in state.trunks if each.tenant == tenant],
        rooms=[each for each in state.rooms if each.tenant == tenant],
    )


def _key(binding: BindingState) -> BindingKey:
    return binding.tenant, binding.device, binding.contact


def _change(table: dict[K, V], key: K, value: V, gone: bool) -> None:
    if gone:
        table.pop(key, None)
    else:
        table[key] = value
