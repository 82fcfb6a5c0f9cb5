"""REST: the phone in the browser."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.common.api import HasRole
from webapp.organisations.roles import Role
from webapp.phone.actions import open_phone


class IceServerSerializer(serializers.Serializer[Any]):
    """As RTCIceServer of the browser takes it."""

    urls = serializers.ListField(child=serializers.CharField())
    username = serializers.CharField(allow_null=True)
    credential = serializers.CharField(allow_null=True)


class PhoneSerializer(serializers.Serializer[Any]):
    """Who the browser is on `/ws/sip`: it signs in there by its session, without a secret."""

    device = serializers.UUIDField()
    extension = serializers.UUIDField()
    number = serializers.CharField(help_text="Number of the extension.")
    username = serializers.CharField(help_text="User part of its SIP address.")
    domain = serializers.CharField()
    display_name = serializers.CharField()
    ice_servers = IceServerSerializer(many=True)
    ice_until = serializers.FloatField(help_text="Unix time at which the ICE credentials end; ask again.")


class PhoneView(APIView):
    """The phone of who asks."""

    permission_classes = (IsAuthenticated, HasRole)
    read_role: ClassVar[Role] = Role.USER
    write_role: ClassVar[Role] = Role.USER

    @extend_schema(
        summary="Make this browser a phone of your extension", request=None, responses=PhoneSerializer
    )
    def post(self, request: Request) -> Response:
        return Response(PhoneSerializer(open_phone(request.user)).data)
