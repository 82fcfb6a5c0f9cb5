"""REST: notices for administrators."""

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.api import TenantViewSet
from webapp.notices import actions
from webapp.notices.access import visible_notices
from webapp.notices.models import Notice
from webapp.organisations.roles import Role


class SeenField(serializers.BooleanField):
    """Whether there is a moment at which it was seen."""

    def get_attribute(self, instance: Notice) -> bool:
        return instance.seen_at is not None


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    seen = SeenField(source="seen_at")
    seen_by = serializers.CharField(source="seen_by.name", default=None, read_only=True)

    class Meta:
        model = Notice
        fields: ClassVar = [
            "notice_id",
            "organisation",
            "kind",
            "text",
            "call_id",
            "extension",
            "at",
            "seen",
            "seen_at",
            "seen_by",
        ]
        read_only_fields: ClassVar = [name for name in fields if name != "seen"]


class NoticeFilter(filters.FilterSet):
    kind = filters.CharFilter()
    seen = filters.BooleanFilter(field_name="seen_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Notice
        fields: ClassVar = ["kind", "seen"]


@extend_schema_view(
    list=extend_schema(summary="What administrators should know, newest first"),
    retrieve=extend_schema(summary="One notice"),
    partial_update=extend_schema(summary="Mark a notice as seen, or not"),
)
class NoticeViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Fraud limits, broken flows, emergency calls, trunks that fail."""

    model = Notice
    read_role = Role.ADMIN
    rows = staticmethod(visible_notices)
    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    lookup_field = "notice_id"
    lookup_value_regex = "[A-Za-z0-9_.:-]{1,64}"

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        if "seen_at" in serializer.validated_data:
            actions.mark_seen(request.user, serializer.instance, serializer.validated_data["seen_at"])
        return Response(self.get_serializer(serializer.instance).data)
