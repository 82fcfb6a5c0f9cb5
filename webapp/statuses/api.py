"""REST: statuses, forwards per status, and what users set now."""

from typing import Any, ClassVar

import msgspec
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pbx.control.messages import ExtensionState
from webapp.common.api import HasRole
from webapp.common.filters import MomentField
from webapp.extensions.access import acted_extensions, colleagues
from webapp.flows.access import visible_flows
from webapp.lines.access import visible_caller_ids
from webapp.organisations.api import OrganisationField
from webapp.organisations.owned_api import GatedField, OwnedViewSet
from webapp.organisations.roles import Role
from webapp.statuses import actions, states
from webapp.statuses.access import forward_now, visible_forwards, visible_statuses
from webapp.statuses.models import Forward, Status


class StatusSerializer(serializers.ModelSerializer[Status]):
    organisation = OrganisationField()
    flow = GatedField(visible_flows, allow_null=True, required=False)

    class Meta:
        model = Status
        fields: ClassVar = [
            "id",
            "organisation",
            "name",
            "colour",
            "presence",
            "flow",
            "code",
            "default",
            "rings",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


class ForwardSerializer(serializers.ModelSerializer[Forward]):
    organisation = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    extension = GatedField(acted_extensions)
    status = GatedField(visible_statuses)

    class Meta:
        model = Forward
        fields: ClassVar = ["id", "organisation", "extension", "status", "target", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


class ForwardNowSerializer(serializers.Serializer[Any]):
    """Where all calls go now, and why: forward_all was set, or the status has a forward."""

    target = serializers.CharField(help_text='A number as dialled, or "voicemail".')
    because = serializers.ChoiceField(choices=["all", "status"])


class StateSerializer(serializers.Serializer[Any]):
    """What a user set. Times are Unix seconds; `status` null is the default one."""

    extension = serializers.CharField(read_only=True, help_text="Number of the extension.")
    status = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    until = serializers.FloatField(allow_null=True)
    do_not_disturb = serializers.BooleanField()
    forward_all = serializers.CharField(allow_null=True)
    forward_busy = serializers.CharField(allow_null=True)
    forward_no_answer = serializers.CharField(allow_null=True)
    caller_id = serializers.CharField(allow_null=True)
    changed_at = serializers.FloatField()
    forward = ForwardNowSerializer(allow_null=True, read_only=True, help_text="Null: calls ring.")


class ColleagueSerializer(serializers.Serializer[Any]):
    """What colleagues see of each other."""

    extension = serializers.CharField(help_text="Number.")
    name = serializers.CharField()
    status = serializers.CharField(allow_null=True)
    note = serializers.CharField()
    until = serializers.FloatField(allow_null=True)
    do_not_disturb = serializers.BooleanField()
    forwarded = serializers.BooleanField()


class SetStateSerializer(serializers.Serializer[Any]):
    """What is left out stays as it is; null switches off."""

    status = GatedField(visible_statuses, allow_null=True, required=False)
    note = serializers.CharField(max_length=140, allow_blank=True, required=False)
    until = MomentField(allow_null=True, required=False, help_text="Back to the default then.")
    do_not_disturb = serializers.BooleanField(required=False)
    forward_all = serializers.CharField(max_length=32, allow_null=True, required=False)
    forward_busy = serializers.CharField(max_length=32, allow_null=True, required=False)
    forward_no_answer = serializers.CharField(max_length=32, allow_null=True, required=False)
    caller_id = GatedField(visible_caller_ids, allow_null=True, required=False)


@extend_schema_view(
    list=extend_schema(summary="The statuses of the organisation"),
    retrieve=extend_schema(summary="One status"),
    create=extend_schema(summary="Make a status"),
    partial_update=extend_schema(summary="Change a status"),
    destroy=extend_schema(summary="Remove a status"),
)
class StatusViewSet(OwnedViewSet):
    """Statuses. Everyone picks out of them, administrators change them."""

    model = Status
    rows = staticmethod(visible_statuses)
    serializer_class = StatusSerializer
    save = staticmethod(actions.save_status)


class OfExtension(OwnedViewSet):
    """Rows whose organisation is that of their extension."""

    write_role = Role.USER

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        data = self.of_extension(dict(serializer.validated_data))
        serializer.instance = type(self).save(self.model(**data))

    def of_extension(self, data: dict[str, Any]) -> dict[str, Any]:
        """The columns of a new row."""
        return {**data, "organisation": data["extension"].organisation}


@extend_schema_view(
    list=extend_schema(summary="Forwards per status, of the extensions you act for"),
    retrieve=extend_schema(summary="One forward"),
    create=extend_schema(summary="Forward an extension's calls in a status"),
    partial_update=extend_schema(summary="Change a forward"),
    destroy=extend_schema(summary="Remove a forward"),
)
class ForwardViewSet(OfExtension):
    """Where calls go while the user is in a status."""

    model = Forward
    rows = staticmethod(visible_forwards)
    serializer_class = ForwardSerializer


class StatesView(APIView):
    """The status of everyone in the organisation."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = Role.USER

    @extend_schema(summary="Who is in which status", responses=ColleagueSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = colleagues(request.user)
        known = {key: states.of_tenant(key) for key in {str(row.organisation_id) for row in rows}}
        found = [
            _colleague(row.name, known[str(row.organisation_id)].get(row.number), row.number) for row in rows
        ]
        return Response(ColleagueSerializer(found, many=True).data)


class StateView(APIView):
    """What the user of an extension set."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role = write_role = Role.USER

    @extend_schema(summary="What the user of an extension set", responses=StateSerializer)
    def get(self, request: Request, pk: Any) -> Response:
        extension = get_object_or_404(acted_extensions(request.user), pk=pk)
        return Response(_plain(extension, states.of_extension(extension)))

    @extend_schema(
        summary="Set status, forwards, do not disturb, number shown",
        request=SetStateSerializer,
        responses=StateSerializer,
    )
    def patch(self, request: Request, pk: Any) -> Response:
        extension = get_object_or_404(acted_extensions(request.user), pk=pk)
        asked = SetStateSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        state = states.change(request.user, extension, **asked.validated_data)
        return Response(_plain(extension, state))


def _plain(extension: Any, state: ExtensionState) -> Any:
    return StateSerializer({**msgspec.to_builtins(state), "forward": forward_now(extension, state)}).data


def _colleague(name: str, state: ExtensionState | None, number: str) -> dict[str, Any]:
    state = state or ExtensionState(tenant="-", extension=number)
    return {**msgspec.to_builtins(state), "name": name, "forwarded": bool(state.forward_all)}
