"""Everything that writes conference rooms."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from pbx.control.pins import hashed
from webapp.organisations.owned_actions import save_owned
from webapp.rooms.models import Room


def save_room(room: Room, pin: str | None = None) -> Room:
    """Check and write a room; `pin` "" takes the PIN away, None leaves it. Raises ValidationError by
    field."""
    if pin:
        if not re.fullmatch(r"[0-9]{4,12}", pin):
            raise ValidationError({"pin": _("Give 4 to 12 digits.")})
        room.pin_hash = hashed(pin)
    elif pin is not None:
        room.pin_hash = ""
    return save_owned(room)
