"""Which moments we take from outside."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

YEARS = range(2, 9999)  # of moments that every time zone can write
OUTSIDE = _("Give a moment between the years 2 and 9998.")


def check_moment(moment: datetime) -> None:
    """A validator. Raises Django's ValidationError for a moment outside YEARS."""
    if moment.year not in YEARS:
        raise ValidationError(OUTSIDE)
