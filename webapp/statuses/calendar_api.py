"""REST: calendars of statuses."""

import datetime
import re
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.filters import MomentField
from webapp.extensions.access import acted_extensions
from webapp.organisations.owned_api import GatedField
from webapp.statuses import actions, calendar, recurrence
from webapp.statuses.access import visible_series, visible_statuses
from webapp.statuses.api import OfExtension
from webapp.statuses.models import Series, SeriesException

MOST_DAYS = 400


class ExceptionSerializer(serializers.ModelSerializer[SeriesException]):
    cancelled = serializers.SerializerMethodField()

    class Meta:
        model = SeriesException
        fields: ClassVar = ["occurrence", "cancelled", "starts", "ends"]

    def get_cancelled(self, row: SeriesException) -> bool:
        return row.starts is None


class SeriesSerializer(serializers.ModelSerializer[Series]):
    """A plan: a status from one moment to another, once or by a rule."""

    organisation = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    extension = GatedField(acted_extensions)
    status = GatedField(visible_statuses, allow_null=True, required=False)
    starts = MomentField()
    ends = MomentField(required=False, allow_null=True, help_text="Null: until it is changed.")
    time_zone = serializers.CharField(
        max_length=64, required=False, help_text="In whose wall clock it repeats; left out: yours."
    )
    exceptions = ExceptionSerializer(many=True, read_only=True)

    class Meta:
        model = Series
        fields: ClassVar = [
            "id",
            "organisation",
            "extension",
            "title",
            "status",
            "starts",
            "ends",
            "all_day",
            "time_zone",
            "rule",
            "note",
            "exceptions",
            "next_at",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "next_at", "created_at"]

    def validate_rule(self, value: str) -> str:
        return re.sub(r"^RRULE:", "", value.strip().upper())


class OccurrenceSerializer(serializers.Serializer[Any]):
    """One occurrence elsewhere (`starts`, `ends`) or not at all (`cancelled`); with neither it is where the
    rule has it again."""

    occurrence = MomentField(help_text="When the rule has it, as `expand` gives it.")
    cancelled = serializers.BooleanField(default=False)
    starts = MomentField(required=False, allow_null=True)
    ends = MomentField(required=False, allow_null=True)


class FollowingSerializer(serializers.Serializer[Any]):
    """What a repeated plan is from one occurrence on."""

    occurrence = MomentField(help_text="The first one that is different, as `expand` gives it.")
    plan = SeriesSerializer(allow_null=True, help_text="Null: it stops. COUNT counts those before too.")


class SpanSerializer(serializers.Serializer[Any]):
    begin = MomentField(help_text="From this moment.")
    end = MomentField(help_text="To before this moment; at most 400 days later.")
    extension = GatedField(acted_extensions, required=False, help_text="Left out: your own extensions.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        begin, end = attrs["begin"], attrs["end"]
        if begin.year not in recurrence.YEARS:
            raise serializers.ValidationError(
                {"begin": [_("Give a moment of this century or the next one.")]}
            )
        if not begin < end <= begin + datetime.timedelta(days=MOST_DAYS):
            raise serializers.ValidationError(
                {"end": [_("Give at most %(days)s days.") % {"days": MOST_DAYS}]}
            )
        return attrs


class EventStatusSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="pk")
    name = serializers.CharField()
    colour = serializers.CharField()


class EventSerializer(serializers.Serializer[Any]):
    """One occurrence of a plan."""

    plan = serializers.UUIDField(source="series.pk")
    occurrence = serializers.DateTimeField(source="occurrence.original", help_text="Names it.")
    extension = serializers.UUIDField(source="series.extension_id")
    title = serializers.CharField(source="series.title")
    status = EventStatusSerializer(source="series.status", allow_null=True, help_text="Null: the default.")
    starts = serializers.DateTimeField(source="occurrence.starts")
    ends = serializers.DateTimeField(source="occurrence.ends", allow_null=True)
    all_day = serializers.BooleanField(source="series.all_day")
    note = serializers.CharField(source="series.note")
    repeats = serializers.SerializerMethodField()
    rule = serializers.CharField(source="series.rule", help_text="By which it repeats; empty: once.")
    moved = serializers.BooleanField(source="occurrence.moved")
    state = serializers.ChoiceField(choices=calendar.STATES)

    def get_repeats(self, event: calendar.Event) -> bool:
        return bool(event.series.rule)


@extend_schema_view(
    list=extend_schema(summary="Plans of the extensions you act for"),
    retrieve=extend_schema(summary="One plan"),
    create=extend_schema(summary="Plan a status, once or repeated"),
    partial_update=extend_schema(summary="Change a plan, all its occurrences to come"),
    destroy=extend_schema(summary="Remove a plan"),
)
class SeriesViewSet(OfExtension):
    """Calendars of statuses."""

    model = Series
    serializer_class = SeriesSerializer
    save = staticmethod(actions.save_series)
    remove = staticmethod(actions.delete_series)

    @staticmethod
    def rows(viewer: Any) -> Any:
        return visible_series(viewer).prefetch_related("exceptions")

    def of_extension(self, data: dict[str, Any]) -> dict[str, Any]:
        zone = data.get("time_zone") or self.request.user.preferred_time_zone
        return {**super().of_extension(data), "time_zone": zone, "made_by": self.request.user}

    @extend_schema(
        summary="What is planned in a span of time",
        parameters=[SpanSerializer],
        responses=EventSerializer(many=True),
    )
    @action(detail=False, methods=["get"], pagination_class=None)
    def expand(self, request: Request, **_kwargs: Any) -> Response:
        asked = SpanSerializer(data=request.query_params, context={"request": request})
        asked.is_valid(raise_exception=True)
        rows = self.get_queryset()
        extension = asked.validated_data.get("extension")
        rows = rows.filter(extension=extension) if extension else rows.filter(extension__user=request.user.pk)
        begin, end = asked.validated_data["begin"], asked.validated_data["end"]
        events = calendar.expand(request.user, rows, begin, end, timezone.now())
        return Response(EventSerializer(events, many=True).data)

    @extend_schema(
        summary="Move or cancel one occurrence, or put it back",
        request=OccurrenceSerializer,
        responses=SeriesSerializer,
    )
    @action(detail=True, methods=["put"])
    def occurrences(self, request: Request, **_kwargs: Any) -> Response:
        series = self.get_object()
        asked = OccurrenceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = dict(asked.validated_data)
        actions.move_occurrence(series, data.pop("occurrence"), **data)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Change or stop a repeated plan from one occurrence on",
        description="Answers with the plan that goes on; 204 when nothing of it is left.",
        request=FollowingSerializer,
        responses={200: SeriesSerializer, 204: None},
    )
    @action(detail=True, methods=["put"])
    def following(self, request: Request, **_kwargs: Any) -> Response:
        series = self.get_object()
        asked = FollowingSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        plan, fresh = asked.validated_data["plan"], None
        if plan is not None:
            fresh = Series(**self.of_extension(plan))
        left = actions.change_following(series, asked.validated_data["occurrence"], fresh)
        if left is None:
            return Response(status=204)
        return Response(self.get_serializer(self.rows(request.user).get(pk=left.pk)).data)
