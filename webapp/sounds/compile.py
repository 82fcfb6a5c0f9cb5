"""What of the snapshot is made here: uploaded sounds and the music on hold."""

from typing import Any
from uuid import UUID

from pbx.control.configuration import SoundConfig
from webapp.sounds.models import Sound


def part(tenant: UUID) -> dict[str, Any]:
    """Fields of the Snapshot, in a fixed order."""
    rows = list(Sound.objects.filter(organisation=tenant).order_by("pk"))
    return {
        "sounds": [SoundConfig(id=str(row.pk), sha256=row.sha256, seconds=row.seconds) for row in rows],
        "music": next((str(row.pk) for row in rows if row.on_hold), None),
    }
