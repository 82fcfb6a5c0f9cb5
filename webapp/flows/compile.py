"""What of the snapshot is made here: flows, calendars, groups, internal numbers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pbx.control.configuration import GroupConfig
from webapp.flows.models import Calendar, FlowVersion, Group, GroupMember, InternalNumber


def part(tenant: UUID, numbers: Mapping[UUID, str]) -> dict[str, Any]:
    """Fields of the Snapshot. `numbers` are those of the extensions, by their keys."""
    flows = {
        str(flow): definition
        for flow, definition in FlowVersion.objects.filter(organisation=tenant, live=True).values_list(
            "flow", "definition"
        )
    }
    lines = InternalNumber.objects.filter(organisation=tenant).values_list("number", "flow")
    calendars = Calendar.objects.filter(organisation=tenant)
    return {
        "flows": dict(sorted(flows.items())),
        # A flow that was never published answers nothing yet.
        "lines": {number: str(flow) for number, flow in sorted(lines) if str(flow) in flows},
        "calendars": {
            str(each.pk): {"name": each.name, "days": each.days}
            for each in sorted(calendars, key=lambda each: str(each.pk))
        },
        "groups": _groups(tenant, numbers),
    }


def _groups(tenant: UUID, numbers: Mapping[UUID, str]) -> list[GroupConfig]:
    members: dict[UUID, list[str]] = {}
    places = GroupMember.objects.filter(organisation=tenant).order_by(*GroupMember.ORDER)
    for group, extension in places.values_list("group", "extension"):
        if extension in numbers:
            members.setdefault(group, []).append(numbers[extension])
    return [
        GroupConfig(id=str(group.pk), name=group.name, extensions=members.get(group.pk, []))
        for group in sorted(Group.objects.filter(organisation=tenant), key=lambda each: str(each.pk))
    ]
