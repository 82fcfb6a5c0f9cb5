"""What of the snapshot is made here: statuses, and the forwards of each extension."""

from collections.abc import Set
from typing import Any
from uuid import UUID

from pbx.control.configuration import StatusConfig
from webapp.statuses.models import Forward, Status


def part(tenant: UUID, flows: Set[str]) -> dict[str, Any]:
    """Fields of the Snapshot. `flows` are the published ones."""
    statuses = sorted(Status.objects.filter(organisation=tenant), key=lambda each: str(each.pk))
    return {
        "statuses": [
            StatusConfig(
                id=str(status.pk),
                name=status.name,
                colour=status.colour,
                presence=status.presence,
                flow=str(status.flow_id) if str(status.flow_id) in flows else None,
                code=status.code or None,
                default=status.default,
                rings=status.rings,
            )
            for status in statuses
        ]
    }


def forwards(tenant: UUID) -> dict[UUID, dict[str, str]]:
    """Status to target, by extension."""
    found: dict[UUID, dict[str, str]] = {}
    rows = Forward.objects.filter(organisation=tenant).values_list("extension", "status", "target")
    for extension, status, target in sorted(rows, key=str):
        found.setdefault(extension, {})[str(status)] = target
    return found
