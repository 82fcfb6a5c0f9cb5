"""Who may see what goes on in the core right now."""

from collections.abc import Iterable
from typing import Any

from pbx.control.messages import BindingState, CallRecord, TrunkState
from webapp.extensions.access import group_mates, visible_devices, visible_extensions
from webapp.organisations.access import tenant_visible
from webapp.organisations.roles import Role, at_least


def visible_live_calls(viewer: Any, calls: Iterable[CallRecord]) -> list[CallRecord]:
    """Calls of the viewer's organisation; below supervisor only those with an own extension in them, parked
    ones, and those that ring in an own pickup group: these may be taken."""
    own = [call for call in calls if tenant_visible(viewer, call.tenant)]
    if at_least(viewer, Role.SUPERVISOR):
        return own
    numbers = set(visible_extensions(viewer).values_list("number", flat=True))
    near = set(group_mates(viewer).values_list("number", flat=True))
    return [call for call in own if call.parked or _takes_part(call, numbers) or _rings(call, near)]


def commanded_calls(viewer: Any, calls: Iterable[CallRecord]) -> list[CallRecord]:
    """Those that `viewer` may end: the own ones, all of the organisation for supervisors and up."""
    own = [call for call in calls if tenant_visible(viewer, call.tenant)]
    if at_least(viewer, Role.SUPERVISOR):
        return own
    numbers = set(visible_extensions(viewer).values_list("number", flat=True))
    return [call for call in own if _takes_part(call, numbers)]


def _takes_part(call: CallRecord, numbers: set[str]) -> bool:
    return any(leg.extension in numbers for leg in call.legs)


def _rings(call: CallRecord, numbers: set[str]) -> bool:
    waiting = call.answered_at is None
    return waiting and any(leg.role == "callee" and leg.extension in numbers for leg in call.legs)


def visible_trunk_states(viewer: Any, states: Iterable[TrunkState]) -> list[TrunkState]:
    """Trunks of the viewer's organisation, for administrators."""
    if not at_least(viewer, Role.ADMIN):
        return []
    return [state for state in states if tenant_visible(viewer, state.tenant)]


def visible_bindings(viewer: Any, bindings: Iterable[BindingState]) -> list[BindingState]:
    """Registrations of the viewer's organisation; below supervisor only those of own phones."""
    own = [binding for binding in bindings if tenant_visible(viewer, binding.tenant)]
    if at_least(viewer, Role.SUPERVISOR):
        return own
    devices = {str(pk) for pk in visible_devices(viewer).values_list("pk", flat=True)}
    return [binding for binding in own if binding.device in devices]
