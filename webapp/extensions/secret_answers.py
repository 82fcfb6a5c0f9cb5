"""The one answer in which a SIP secret appears."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from webapp.extensions.models import Device
from webapp.link import addresses


class SipServerSerializer(serializers.Serializer[Any]):
    domain = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    tls_port = serializers.IntegerField()


class DeviceSecretSerializer(serializers.Serializer[Any]):
    """What to fill in on the phone. The secret is not kept and never shown again."""

    id = serializers.UUIDField()
    extension = serializers.CharField(help_text="Number of the extension.")
    name = serializers.CharField()
    username = serializers.CharField()
    secret = serializers.CharField()
    sip = SipServerSerializer()


def device_secret(device: Device, secret: str) -> dict[str, Any]:
    """The contents of a DeviceSecretSerializer."""
    return {
        "id": str(device.pk),
        "extension": device.extension.number,
        "name": device.name,
        "username": device.username,
        "secret": secret,
        "sip": {
            "domain": device.organisation.domain,
            "host": addresses.sip_host(),
            "port": settings.CENTRALE.sip_port,
            "tls_port": settings.CENTRALE.sip_tls_port,
        },
    }
