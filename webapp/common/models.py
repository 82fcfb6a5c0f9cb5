"""What rows of every feature share."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Row(models.Model):
    """A row with an id that is never used again, so that old call records never point at new phones."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        abstract = True


def as_uuid(text: str | None) -> uuid.UUID | None:
    """An id out of a message of the core; None when it is none of ours."""
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
