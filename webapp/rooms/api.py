"""REST: conference rooms."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.organisations.api import OrganisationField, owner_of_new
from webapp.organisations.owned_api import OwnedViewSet
from webapp.rooms import actions
from webapp.rooms.access import visible_rooms
from webapp.rooms.models import Room


class RoomSerializer(serializers.ModelSerializer[Room]):
    organisation = OrganisationField()
    pin = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=12,
        help_text="4 to 12 digits, never shown again; empty: none.",
    )
    has_pin = serializers.BooleanField(source="pin_hash", read_only=True)

    class Meta:
        model = Room
        fields: ClassVar = [
            "id",
            "organisation",
            "number",
            "name",
            "pin",
            "has_pin",
            "announce",
            "max_members",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


@extend_schema_view(
    list=extend_schema(summary="The conference rooms of the organisation"),
    retrieve=extend_schema(summary="One conference room"),
    create=extend_schema(summary="Make a conference room"),
    partial_update=extend_schema(summary="Change a conference room"),
    destroy=extend_schema(summary="Remove a conference room"),
)
class RoomViewSet(OwnedViewSet):
    """Rooms. Everyone sees them, administrators change them; a PIN is never shown."""

    model = Room
    rows = staticmethod(visible_rooms)
    serializer_class = RoomSerializer

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        data = dict(serializer.validated_data)
        pin = data.pop("pin", None)
        owner = owner_of_new(self.request, data)
        serializer.instance = actions.save_room(Room(organisation=owner, **data), pin)

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        data = dict(serializer.validated_data)
        data.pop("organisation", None)
        pin = data.pop("pin", None)
        for name, value in data.items():
            setattr(serializer.instance, name, value)
        actions.save_room(serializer.instance, pin)
        return Response(serializer.data)
