"""Making a browser somebody's phone."""

import time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from webapp.extensions.actions import browser_of
from webapp.phone.access import own_extension
from webapp.phone.ice import TURN_SECONDS, ice_servers


def open_phone(viewer: Any) -> dict[str, Any]:
    """All that the page needs to phone, as PhoneSerializer has it; makes the device the first time. Raises
    NotFound for somebody without an extension."""
    extension = own_extension(viewer)
    if extension is None:
        raise NotFound(_("You have no extension to phone from."))
    device = browser_of(extension)
    centrale, now = settings.CENTRALE, time.time()
    return {
        "device": str(device.pk),
        "extension": str(extension.pk),
        "number": extension.number,
        "username": device.username,
        "domain": extension.organisation.domain,
        "display_name": extension.name,
        "ice_servers": ice_servers(centrale.stun, centrale.turn, centrale.turn_secret, str(viewer.pk), now),
        "ice_until": now + TURN_SECONDS,
    }
