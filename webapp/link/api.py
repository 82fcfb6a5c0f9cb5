"""REST: what goes on in the core right now, and commands to it."""

from typing import Any, ClassVar

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.common.api import HasRole
from webapp.extensions.access import visible_devices
from webapp.link import actions
from webapp.organisations.access import visible_organisations
from webapp.organisations.roles import Role


class LiveLegSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    role = serializers.ChoiceField(["caller", "callee"])
    state = serializers.ChoiceField(["offered", "ringing", "early", "answered", "held", "ended"])
    extension = serializers.CharField(allow_null=True)
    device = serializers.CharField(allow_null=True)
    number = serializers.CharField()
    name = serializers.CharField()
    offered_at = serializers.FloatField(help_text="Unix seconds.")
    answered_at = serializers.FloatField(allow_null=True)
    codec = serializers.CharField(allow_null=True)


class LiveCallSerializer(serializers.Serializer[Any]):
    """A call going on. Times are Unix seconds."""

    id = serializers.CharField()
    tenant = serializers.CharField(help_text="Id of the organisation.")
    caller_number = serializers.CharField()
    caller_name = serializers.CharField()
    dialled = serializers.CharField()
    started_at = serializers.FloatField()
    answered_at = serializers.FloatField(allow_null=True)
    direction = serializers.ChoiceField(["internal", "inbound", "outbound"])
    trunk = serializers.CharField(allow_null=True)
    shown = serializers.CharField(allow_null=True, help_text="The number that the other side sees.")
    parked = serializers.CharField(allow_null=True, help_text="The place where it waits.")
    room = serializers.CharField(allow_null=True, help_text="The conference that it is in.")
    recording = serializers.BooleanField()
    emergency = serializers.BooleanField()
    legs = LiveLegSerializer(many=True)


class BindingSerializer(serializers.Serializer[Any]):
    """A registered phone. Times are Unix seconds."""

    tenant = serializers.CharField(help_text="Id of the organisation.")
    device = serializers.CharField()
    aor = serializers.CharField()
    contact = serializers.CharField()
    source = serializers.CharField()
    transport = serializers.CharField()
    user_agent = serializers.CharField()
    expires_at = serializers.FloatField()
    registered_at = serializers.FloatField()
    rtt_ms = serializers.FloatField(allow_null=True)


class BanSerializer(serializers.Serializer[Any]):
    """An address that is dropped. Times are Unix seconds."""

    address = serializers.CharField()
    failures = serializers.IntegerField()
    since = serializers.FloatField()
    until = serializers.FloatField()
    dropped = serializers.IntegerField()


class LiveTrunkSerializer(serializers.Serializer[Any]):
    """Whether a trunk works. `since` in Unix seconds."""

    tenant = serializers.CharField(help_text="Id of the organisation.")
    trunk = serializers.CharField(help_text="Id of the trunk.")
    state = serializers.ChoiceField(["up", "down", "unknown"])
    since = serializers.FloatField()
    code = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    calls = serializers.IntegerField(help_text="Calls on it now.")


class TraceSerializer(serializers.Serializer[Any]):
    organisation = serializers.UUIDField(required=False, help_text="An operator names it.")
    device = serializers.UUIDField(
        required=False, allow_null=True, help_text="Empty: the whole organisation."
    )
    seconds = serializers.IntegerField(
        min_value=0, max_value=86400, default=600, help_text="0 switches it off."
    )


class LiveView(APIView):
    """Base of the views below."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role: ClassVar[Role] = Role.USER
    write_role: ClassVar[Role] = Role.USER


class LiveCallsView(LiveView):
    """Calls going on."""

    @extend_schema(summary="Calls going on now", responses=LiveCallSerializer(many=True))
    def get(self, request: Request) -> Response:
        calls = [msgspec.to_builtins(call) for call in actions.live_calls(request.user)]
        return Response(LiveCallSerializer(calls, many=True).data)


class LiveTrunksView(LiveView):
    """Trunks."""

    read_role = Role.ADMIN

    @extend_schema(summary="Whether each trunk works now", responses=LiveTrunkSerializer(many=True))
    def get(self, request: Request) -> Response:
        trunks = [msgspec.to_builtins(state) for state in actions.live_trunks(request.user)]
        return Response(LiveTrunkSerializer(trunks, many=True).data)


class BindingsView(LiveView):
    """Registered phones."""

    @extend_schema(summary="Phones registered now", responses=BindingSerializer(many=True))
    def get(self, request: Request) -> Response:
        bindings = [msgspec.to_builtins(binding) for binding in actions.live_bindings(request.user)]
        return Response(BindingSerializer(bindings, many=True).data)


class BansView(LiveView):
    """Banned addresses; they concern the whole node, so they are the operator's."""

    read_role = Role.OPERATOR

    @extend_schema(summary="Addresses that are banned (operator)", responses=BanSerializer(many=True))
    def get(self, _request: Request) -> Response:
        return Response(BanSerializer([msgspec.to_builtins(ban) for ban in actions.bans()], many=True).data)


class BanView(LiveView):
    """One banned address."""

    write_role = Role.OPERATOR

    @extend_schema(
        summary="Lift a ban (operator)",
        responses={204: None},
        parameters=[OpenApiParameter("address", str, "path")],
    )
    def delete(self, _request: Request, address: str) -> Response:
        actions.unban(address)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TraceView(LiveView):
    """The SIP trace."""

    write_role = Role.ADMIN

    @extend_schema(summary="Switch the SIP trace", request=TraceSerializer, responses={204: None})
    def put(self, request: Request) -> Response:
        asked = TraceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data.get("organisation") or request.user.organisation_id
        device = asked.validated_data.get("device")
        if not visible_organisations(request.user).filter(pk=wanted).exists():
            raise serializers.ValidationError({"organisation": [_("Name the organisation.")]})
        if device and not visible_devices(request.user).filter(pk=device, organisation=wanted).exists():
            raise serializers.ValidationError({"device": [_("There is no such phone.")]})
        actions.trace(str(wanted), str(device) if device else None, asked.validated_data["seconds"])
        return Response(status=status.HTTP_204_NO_CONTENT)
