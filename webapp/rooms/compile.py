"""What of the snapshot is made here: conference rooms."""

from typing import Any
from uuid import UUID

from pbx.control.configuration import RoomConfig
from webapp.rooms.models import Room


def part(tenant: UUID) -> dict[str, Any]:
    """Fields of the Snapshot."""
    return {
        "rooms": [
            RoomConfig(
                id=str(room.pk),
                number=room.number,
                name=room.name,
                pin=room.pin_hash or None,
                announce=room.announce,
                max_members=room.max_members,
            )
            for room in Room.objects.filter(organisation=tenant).order_by("number")
        ]
    }
