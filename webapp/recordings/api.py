"""REST: recordings, the rules for them, how long they are kept, who did what with them."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponseBase
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.calls.models import Direction
from webapp.common import audio
from webapp.common.api import TenantViewSet
from webapp.common.filters import MomentFilter
from webapp.contacts.naming import begun, numbers_like
from webapp.contacts.serializers import RefSerializer
from webapp.extensions.access import visible_extensions
from webapp.lines.access import visible_numbers
from webapp.organisations.api import OrganisationField
from webapp.organisations.models import Organisation
from webapp.organisations.owned_api import OwnedListField, OwnedViewSet
from webapp.organisations.roles import Role, at_least
from webapp.recordings import actions
from webapp.recordings.access import (
    calls_of,
    removable_recordings,
    retention_of,
    visible_accesses,
    visible_recordings,
    visible_retentions,
    visible_rules,
)
from webapp.recordings.models import Access, Recording, Retention, Rule
from webapp.recordings.parties import Calls
from webapp.voicemail.serializers import PeaksSerializer

MEDIA = {"mp3": "audio/mpeg", "wav": "audio/wav"}
AUDIO = {(200, "audio/mpeg"): OpenApiTypes.BINARY}


class RuleSerializer(serializers.ModelSerializer[Rule]):
    organisation = OrganisationField()
    extensions = OwnedListField(visible_extensions)
    numbers = OwnedListField(visible_numbers)

    class Meta:
        model = Rule
        fields: ClassVar = [
            "id",
            "organisation",
            "name",
            "enabled",
            "internal",
            "inbound",
            "outbound",
            "stereo",
            "announce",
            "keep",
            "extensions",
            "numbers",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


class PartySerializer(serializers.Serializer[Any]):
    """A side of a recorded call."""

    number = serializers.CharField()
    name = serializers.CharField()
    display = serializers.CharField()
    contact = RefSerializer(allow_null=True)


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """`caller` and `called` are null as long as the call goes on."""

    direction = serializers.SerializerMethodField()
    caller = serializers.SerializerMethodField()
    called = serializers.SerializerMethodField()
    may_delete = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields: ClassVar = [
            "id",
            "organisation",
            "call",
            "personal",
            "rule",
            "extension",
            "started_at",
            "seconds",
            "channels",
            "reason",
            "state",
            "size",
            "direction",
            "caller",
            "called",
            "may_delete",
        ]
        read_only_fields: ClassVar = fields

    @extend_schema_field(serializers.ChoiceField(choices=Direction.choices, allow_null=True))
    def get_direction(self, recording: Recording) -> str | None:
        call = self._calls(recording).of(recording)
        return call.direction if call is not None else None

    @extend_schema_field(PartySerializer(allow_null=True))
    def get_caller(self, recording: Recording) -> Any:
        party = self._calls(recording).caller(recording)
        return PartySerializer(party).data if party is not None else None

    @extend_schema_field(PartySerializer(allow_null=True))
    def get_called(self, recording: Recording) -> Any:
        party = self._calls(recording).called(recording)
        return PartySerializer(party).data if party is not None else None

    def get_may_delete(self, recording: Recording) -> bool:
        return recording.personal or at_least(self.context["request"].user, Role.ADMIN)

    def _calls(self, recording: Recording) -> Calls:
        """Of the whole page when there is one."""
        known = self.context.get("calls")
        return known or Calls(self.context["request"].user, [recording])


class AccessSerializer(serializers.ModelSerializer[Access]):
    class Meta:
        model = Access
        fields: ClassVar = [
            "id",
            "recording",
            "call",
            "started_at",
            "person",
            "person_name",
            "deed",
            "at",
            "address",
        ]
        read_only_fields: ClassVar = fields


class RetentionSerializer(serializers.ModelSerializer[Retention]):
    class Meta:
        model = Retention
        fields: ClassVar = ["days", "personal_days"]


class RecordingFilter(filters.FilterSet):
    started_after = MomentFilter("started_at", "gte", label="Started at or after this moment.")
    started_before = MomentFilter("started_at", "lt", label="Started before this moment.")
    number = filters.CharFilter(method="by_number", label="Someone's number in the call begins with this.")
    name = filters.CharFilter(method="by_name", label="Someone's name in the call contains this.")
    q = filters.CharFilter(method="by_anyone", label="Beginning of a number in the call, or a name.")
    call = filters.CharFilter(label="Recordings of this call.")
    personal = filters.BooleanFilter(label="Personal ones, or those by rule.")

    class Meta:
        model = Recording
        fields: ClassVar = ["started_after", "started_before", "number", "name", "q", "call", "personal"]

    def by_anyone(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        viewer, text = self.request.user, value[:100]
        numbers = numbers_like(viewer, text)
        wanted = Q(caller_name__icontains=text) | Q(legs__name__icontains=text)
        for column in ("caller_number", "dialled", "legs__number"):
            wanted |= Q(**{f"{column}__in": numbers})
            for beginning in begun(viewer, text):
                wanted |= Q(**{f"{column}__startswith": beginning})
        return _in_calls(rows, wanted)

    def by_number(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        wanted = Q(caller_number__startswith=value) | Q(dialled__startswith=value)
        return _in_calls(rows, wanted | Q(legs__number__startswith=value))

    def by_name(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return _in_calls(rows, Q(caller_name__icontains=value) | Q(legs__name__icontains=value))


def _in_calls(rows: QuerySet[Any], wanted: Q) -> QuerySet[Any]:
    """Recordings of calls that fit, of the recording's own organisation."""
    return rows.filter(Exists(calls_of(OuterRef("call"), OuterRef("organisation")).filter(wanted)))


class NewestFirst(CursorPagination):
    """Pages by key: new recordings shift nothing."""

    ordering = ("-started_at", "-id")
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class NewestDeedFirst(NewestFirst):
    ordering = ("-at", "-id")


@extend_schema_view(
    list=extend_schema(summary="Recordings, newest first"),
    retrieve=extend_schema(summary="One recording"),
    destroy=extend_schema(summary="Delete a recording; that you did stays on record"),
)
class RecordingViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, TenantViewSet
):
    """Recordings. People have their personal ones, supervisors hear those by rule too, administrators all."""

    model = Recording
    rows = staticmethod(visible_recordings)
    write_role = Role.USER
    serializer_class = RecordingSerializer
    filterset_class = RecordingFilter
    pagination_class = NewestFirst

    def paginate_queryset(self, queryset: QuerySet[Recording]) -> Any:
        page = super().paginate_queryset(queryset)
        self._calls = Calls(self.request.user, page or ())
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "calls": getattr(self, "_calls", None)}

    def perform_destroy(self, instance: Recording) -> None:
        if not removable_recordings(self.request.user).filter(pk=instance.pk).exists():
            self.permission_denied(self.request)
        actions.delete(instance, request=self.request)

    @extend_schema(
        summary="Listen to a recording, or download it",
        parameters=[OpenApiParameter("download", bool, description="Save it as a file.")],
        responses=AUDIO,
    )
    @action(detail=True, methods=["get"])
    def audio(self, request: Request, **_kwargs: Any) -> HttpResponseBase:
        recording = self.get_object()
        if recording.state not in (Recording.State.STORED, Recording.State.DONE):
            raise Http404
        download = request.query_params.get("download", "").lower() in ("1", "true", "yes")
        size, read = audio.from_file(recording.path)
        deed = Access.Deed.DOWNLOADED if download else Access.Deed.LISTENED
        actions.note(recording, deed, request)
        name = f"recording-{recording.started_at:%Y%m%d-%H%M%S}.{recording.form}"
        return audio.answer(request, size, read, MEDIA[recording.form], name, download=download)

    @extend_schema(summary="The wave form of a recording", responses=PeaksSerializer)
    @action(detail=True, methods=["get"])
    def peaks(self, _request: Request, **_kwargs: Any) -> Response:
        recording = self.get_object()
        if recording.state not in (Recording.State.STORED, Recording.State.DONE):
            raise Http404
        return Response({"seconds": recording.seconds, "peaks": actions.peaks_of(recording)})


@extend_schema_view(
    list=extend_schema(summary="Rules of what is recorded"),
    retrieve=extend_schema(summary="One rule"),
    create=extend_schema(summary="Make a rule (administrator)"),
    partial_update=extend_schema(summary="Change a rule (administrator)"),
    destroy=extend_schema(summary="Remove a rule; its recordings stay (administrator)"),
)
class RuleViewSet(OwnedViewSet):
    """Calls that are recorded by themselves."""

    model = Rule
    rows = staticmethod(visible_rules)
    read_role = Role.SUPERVISOR
    serializer_class = RuleSerializer


@extend_schema_view(list=extend_schema(summary="Who listened, downloaded or deleted (administrator)"))
class AccessViewSet(mixins.ListModelMixin, TenantViewSet):
    """The audit of recordings, newest first."""

    model = Access
    rows = staticmethod(visible_accesses)
    read_role = Role.ADMIN
    serializer_class = AccessSerializer
    pagination_class = NewestDeedFirst
    filter_backends: ClassVar[list[Any]] = []


@extend_schema_view(retrieve=extend_schema(summary="How long an organisation keeps its recordings"))
class RetentionViewSet(TenantViewSet):
    """By the organisation's id; recordings older than this are deleted by themselves."""

    model = Organisation
    rows = staticmethod(visible_retentions)
    read_role = Role.ADMIN
    serializer_class = RetentionSerializer
    filter_backends: ClassVar[list[Any]] = []

    def retrieve(self, _request: Request, **_kwargs: Any) -> Response:
        return Response(self.get_serializer(retention_of(self.get_object())).data)

    @extend_schema(summary="Change how long recordings are kept (administrator)")
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        retention = retention_of(self.get_object())
        asked = self.get_serializer(retention, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        for name, value in asked.validated_data.items():
            setattr(retention, name, value)
        return Response(self.get_serializer(actions.save_retention(retention)).data)
