"""REST: this browser is told of calls while no page is open."""

import base64
import binascii
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.push import actions, vapid
from webapp.signin.browser import BrowserAuthentication

AUTH_BYTES = 16  # RFC 8291 section 3.2


class PushKeySerializer(serializers.Serializer[Any]):
    """What the browser subscribes with."""

    key = serializers.CharField(allow_null=True, help_text="Null: nothing is pushed here.")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise serializers.ValidationError(_("This is not base64url.")) from None


class PushKeysSerializer(serializers.Serializer[Any]):
    """The browser's keys, as PushSubscription.toJSON gives them."""

    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)

    def validate_p256dh(self, value: str) -> str:
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(value))
        except ValueError:
            raise serializers.ValidationError(_("This is not a key.")) from None
        return value

    def validate_auth(self, value: str) -> str:
        if len(_bytes(value)) != AUTH_BYTES:
            raise serializers.ValidationError(_("This is not a key."))
        return value


class PushSubscriptionSerializer(serializers.Serializer[Any]):
    """A subscription, as PushSubscription.toJSON gives it."""

    endpoint = serializers.URLField(max_length=1000)
    keys = PushKeysSerializer()


class PushView(APIView):
    """For browsers: what tells is the session, and it ends with it."""

    authentication_classes = (BrowserAuthentication,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="The key to subscribe with", responses=PushKeySerializer)
    def get(self, _request: Request) -> Response:
        try:
            key = vapid.public_key(settings.HOME)
        except OSError:
            key = None
        return Response(PushKeySerializer({"key": key}).data)

    @extend_schema(
        summary="Tell this browser of calls", request=PushSubscriptionSerializer, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        sent = PushSubscriptionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        actions.subscribe(request.user, request.session.session_key, data["endpoint"], **data["keys"])
        return Response(status=204)

    @extend_schema(summary="Tell this browser nothing more", responses={204: None})
    def delete(self, request: Request) -> Response:
        actions.unsubscribe(request.user, request.session.session_key)
        return Response(status=204)
