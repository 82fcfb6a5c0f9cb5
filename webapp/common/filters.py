"""Filters that several REST endpoints share."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import IsoDateTimeFilter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError


class MomentFilter(IsoDateTimeFilter):
    """A moment in ISO 8601. Offsets that databases refuse (beyond 15:59) are brought to UTC before they see
    them."""

    def filter(self, qs: QuerySet[Any], value: datetime | None) -> QuerySet[Any]:
        """As its base; ValidationError for a moment outside the years 1 to 9999."""
        if value is None:
            return qs
        try:
            return super().filter(qs, value.astimezone(UTC))
        except OverflowError:
            raise ValidationError(
                {self.field_name: [_("Give a moment between the years 1 and 9999.")]}
            ) from None


class MomentField(serializers.DateTimeField):
    """A moment in ISO 8601, in UTC whatever its offset; refused outside the years 1 to 9999."""

    def to_internal_value(self, value: Any) -> datetime:
        moment = super().to_internal_value(value)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise ValidationError(_("Give a moment between the years 1 and 9999.")) from None
