"""Addresses of photos."""

import uuid
from typing import Any

from django.urls import reverse


def address(person: Any, revision: uuid.UUID | None) -> str | None:
    """Where the photo of a person is to be had; None for someone without. A new photo has a new address."""
    if revision is None:
        return None
    return f"{reverse('photo', args=[person])}?v={revision.hex[:12]}"
