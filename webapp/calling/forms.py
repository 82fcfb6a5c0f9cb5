"""What commands on calls look like in the REST API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from webapp.extensions.access import acted_extensions, visible_devices
from webapp.lines.access import visible_caller_ids
from webapp.organisations.owned_api import GatedField

NUMBER = r"^[0-9A-Za-z*#+._-]{1,32}\Z"
CALL = r"^[A-Za-z0-9_.:-]{1,64}\Z"


class OriginateSerializer(serializers.Serializer[Any]):
    """A call to begin: phones of the extension ring first, then the number is called from there."""

    extension = GatedField(acted_extensions, help_text="Id of the extension that calls.")
    number = serializers.RegexField(NUMBER, help_text="What to call.")
    device = GatedField(visible_devices, required=False, allow_null=True, help_text="Only this phone rings.")
    caller_id = GatedField(
        visible_caller_ids, required=False, allow_null=True, help_text="Shown for this call only."
    )
    record = serializers.BooleanField(required=False, default=False)


class CalledSerializer(serializers.Serializer[Any]):
    call = serializers.CharField(help_text="Id of the call.")


class ParkedSerializer(serializers.Serializer[Any]):
    slot = serializers.CharField(help_text="Where the call waits.")


class CommandSerializer(serializers.Serializer[Any]):
    """As whom: needed when it is not clear from the call. Administrators may leave it out."""

    extension = GatedField(
        acted_extensions, required=False, allow_null=True, help_text="Id of the extension that you act as."
    )


class HoldSerializer(CommandSerializer):
    on = serializers.BooleanField(required=False, default=True)


class TransferSerializer(CommandSerializer):
    """Either `number` (blind), or `to_call`, another call of the same person (attended)."""

    number = serializers.RegexField(NUMBER, required=False)
    to_call = serializers.RegexField(CALL, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("number" in attrs) == ("to_call" in attrs):
            raise serializers.ValidationError({"number": [_("Give either number or to_call.")]})
        return attrs


class ConsultSerializer(CommandSerializer):
    number = serializers.RegexField(NUMBER)


class SwapSerializer(CommandSerializer):
    to_call = serializers.RegexField(CALL)


class JoinSerializer(CommandSerializer):
    to_call = serializers.RegexField(CALL, required=False)


class ParkSerializer(CommandSerializer):
    slot = serializers.RegexField(r"^[0-9]{1,6}\Z", required=False, help_text="Default: the first free one.")


class PickupSerializer(CommandSerializer):
    device = GatedField(visible_devices, required=False, help_text="Default: all phones of the extension.")


class DivertSerializer(CommandSerializer):
    pass


class MoveSerializer(CommandSerializer):
    device = GatedField(visible_devices)


class DigitsSerializer(CommandSerializer):
    digits = serializers.RegexField(r"^[0-9*#]{1,20}\Z")


class RecordSerializer(CommandSerializer):
    action = serializers.ChoiceField(["start", "pause", "resume", "stop", "keep", "discard"])


class InviteSerializer(CommandSerializer):
    number = serializers.RegexField(NUMBER)


class MemberSerializer(CommandSerializer):
    action = serializers.ChoiceField(["mute", "unmute", "remove"])


class RoomMemberSerializer(serializers.Serializer[Any]):
    leg = serializers.CharField()
    call = serializers.CharField()
    number = serializers.CharField()
    name = serializers.CharField()
    extension = serializers.CharField(allow_null=True)
    muted = serializers.BooleanField()
    level = serializers.FloatField(allow_null=True, help_text="dBov while speaking.")
    since = serializers.FloatField()


class RoomStateSerializer(serializers.Serializer[Any]):
    """A conference that goes on. Times are Unix seconds."""

    id = serializers.CharField()
    tenant = serializers.CharField(help_text="Id of the organisation.")
    room = serializers.CharField(help_text="Id of the room, or of the call that became a conference.")
    name = serializers.CharField()
    members = RoomMemberSerializer(many=True)
    inviting = serializers.ListField(child=serializers.CharField())
