"""Who may see which conference rooms."""

from typing import Any

from django.db.models import QuerySet

from pbx.control.messages import RoomState
from webapp.extensions.access import acted_extensions
from webapp.organisations.access import tenant_visible, within
from webapp.organisations.roles import Role, at_least
from webapp.rooms.models import Room


def visible_rooms(viewer: Any) -> QuerySet[Room]:
    """The rooms of the organisation: everyone dials them."""
    return within(viewer, Room.objects.select_related("organisation"))


def visible_conferences(viewer: Any, states: list[RoomState]) -> list[RoomState]:
    """Conferences of the organisation for supervisors and up; those with an own extension for the others."""
    own = [state for state in states if tenant_visible(viewer, state.tenant)]
    if at_least(viewer, Role.SUPERVISOR):
        return own
    numbers = set(acted_extensions(viewer).values_list("number", flat=True))
    return [state for state in own if any(member.extension in numbers for member in state.members)]
