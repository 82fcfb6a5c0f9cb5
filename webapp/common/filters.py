"""Filters that several REST endpoints share."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import IsoDateTimeFilter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from webapp.common.moments import OUTSIDE, YEARS


class MomentFilter(IsoDateTimeFilter):
    """A moment in ISO 8601. Offsets that databases refuse (beyond 15:59) are brought to UTC before they see
    them."""

    def filter(self, qs: QuerySet[Any], value: datetime | None) -> QuerySet[Any]:
        """As its base; ValidationError for a moment outside YEARS."""
        if value is None:
            return qs
        if value.year not in YEARS:
            raise ValidationError({self.field_name: [OUTSIDE]})
        return super().filter(qs, value.astimezone(UTC))


class MomentField(serializers.DateTimeField):
    """A moment in ISO 8601, in UTC whatever its offset; refused outside YEARS."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            moment = super().to_internal_value(value).astimezone(UTC)
        except OverflowError:
            raise ValidationError(OUTSIDE) from None
        if moment.year not in YEARS:
            raise ValidationError(OUTSIDE)
        return moment
