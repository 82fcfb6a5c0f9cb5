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
