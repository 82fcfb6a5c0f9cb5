"""Who may see what goes on in the core right now."""

from collections.abc import Iterable
from typing import Any

from pbx.control.messages import BindingState, CallRecord
from webapp.extensions.access import visible_devices, visible_extensions
from webapp.organisations.access import tenant_visible
from webapp.organisations.roles import Role, at_least


def visible_live_calls(viewer: Any, calls: Iterable[CallRecord]) -> list[CallRecord]:
    """Calls of the viewer's organisation; below supervisor only those with an own extension in them."""
    own = [call for call in calls if tenant_visible(viewer, call.tenant)]
    if at_least(viewer, Role.SUPERVISOR):
        return own
    numbers = set(visible_extensions(viewer).values_list("number", flat=True))
    return [call for call in own if any(leg.extension in numbers for leg in call.legs)]


def visible_bindings(viewer: Any, bindings: Iterable[BindingState]) -> list[BindingState]:
    """Registrations of the viewer's organisation; below supervisor only those of own phones."""
    own = [binding for binding in bindings if tenant_visible(viewer, binding.tenant)]
    if at_least(viewer, Role.SUPERVISOR):
        return own
    devices = {str(pk) for pk in visible_devices(viewer).values_list("pk", flat=True)}
    return [binding for binding in own if binding.device in devices]
