"""REST: call records, read only."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.pagination import CursorPagination

from webapp.calls.access import visible_calls
from webapp.calls.models import CallLeg, CallRecord, Direction, Outcome
from webapp.common.api import TenantViewSet
from webapp.common.filters import MomentFilter


class StepSerializer(serializers.Serializer[Any]):
    """One step of a call's way: the flow and node it stood in, what it did, and what came of it and why."""

    step = serializers.CharField()
    at = serializers.FloatField(help_text="Unix seconds.")
    result = serializers.CharField()
    flow = serializers.CharField(allow_null=True, default=None)
    node = serializers.CharField(allow_null=True, default=None)


class LegSerializer(serializers.ModelSerializer[CallLeg]):
    class Meta:
        model = CallLeg
        fields: ClassVar = [
            "leg_id",
            "side",
            "extension",
            "extension_number",
            "device",
            "number",
            "name",
            "offered_at",
            "ringing_at",
            "answered_at",
            "ended_at",
            "ended_by",
            "code",
            "reason",
            "codec",
            "mos",
            "rx_loss",
            "tx_loss",
            "jitter",
            "rtt",
        ]


class CallSerializer(serializers.ModelSerializer[CallRecord]):
    legs = LegSerializer(many=True, read_only=True)
    path = serializers.SerializerMethodField()

    class Meta:
        model = CallRecord
        fields: ClassVar = [
            "call_id",
            "organisation",
            "caller_number",
            "caller_name",
            "dialled",
            "started_at",
            "answered_at",
            "ended_at",
            "talk_seconds",
            "ended_by",
            "outcome",
            "code",
            "reason",
            "direction",
            "trunk",
            "shown",
            "continued_in",
            "emergency",
            "path",
            "legs",
        ]

    @extend_schema_field(StepSerializer(many=True))
    def get_path(self, call: CallRecord) -> Any:
        return StepSerializer(call.record.get("path", []), many=True).data


class CallFilter(filters.FilterSet):
    started_after = MomentFilter("started_at", "gte", label="Started at or after this moment.")
    started_before = MomentFilter("started_at", "lt", label="Started before this moment.")
    number = filters.CharFilter(method="by_number", label="Caller or dialled number begins with this.")
    extension = filters.CharFilter(
        method="by_extension", label="An extension with exactly this number took part."
    )
    outcome = filters.MultipleChoiceFilter(choices=Outcome.choices, label="One or more outcomes.")
    direction = filters.ChoiceFilter(choices=Direction.choices, label="Internal, inbound or outbound.")
    emergency = filters.BooleanFilter(label="Emergency calls, or all others.")

    class Meta:
        model = CallRecord
        fields: ClassVar = [
            "started_after",
            "started_before",
            "number",
            "extension",
            "outcome",
            "direction",
            "emergency",
        ]

    def by_number(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Q(caller_number__startswith=value) | Q(dialled__startswith=value))

    def by_extension(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(Exists(CallLeg.objects.filter(call=OuterRef("pk"), extension_number=value)))


class NewestFirst(CursorPagination):
    """Pages by key, so that a long history costs no more than a short one and new calls shift nothing."""

    ordering = ("-started_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


@extend_schema_view(
    list=extend_schema(summary="Call records, newest first"),
    retrieve=extend_schema(summary="One call with its legs"),
)
class CallViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """The history. People see the calls of their own extensions, supervisors all of the organisation."""

    model = CallRecord
    serializer_class = CallSerializer
    filterset_class = CallFilter
    pagination_class = NewestFirst
    lookup_field = "call_id"
    lookup_value_regex = "[A-Za-z0-9_.:-]{1,64}"

    @staticmethod
    def rows(viewer: Any) -> QuerySet[CallRecord]:
        return visible_calls(viewer).prefetch_related("legs")
