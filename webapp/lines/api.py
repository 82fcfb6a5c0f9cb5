"""REST: caller IDs, trunks, routes, public numbers, emergency calls and limits."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from webapp.extensions.access import visible_extensions
from webapp.flows.access import visible_flows
from webapp.lines import actions
from webapp.lines.access import (
    visible_caller_ids,
    visible_numbers,
    visible_outside,
    visible_places,
    visible_routes,
    visible_trunks,
)
from webapp.lines.models import CallerId, EmergencyPlace, KnownTrunk, Outside, PublicNumber, Route, Trunk
from webapp.organisations.api import OrganisationField
from webapp.organisations.owned_api import GatedField, OwnedListField, OwnedViewSet
from webapp.organisations.roles import Role


class NumberField(serializers.CharField):
    """A number of the public network, as people type it; the model brings it to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, **kwargs})


class CallerIdSerializer(serializers.ModelSerializer[CallerId]):
    organisation = OrganisationField()
    shown = NumberField(required=False, allow_blank=True)
    extensions = OwnedListField(visible_extensions, help_text="Who may show it, unless everyone may.")

    class Meta:
        model = CallerId
        fields: ClassVar = [
            "id",
            "organisation",
            "kind",
            "name",
            "shown",
            "everyone",
            "extensions",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]


class TrunkStateSerializer(serializers.ModelSerializer[KnownTrunk]):
    class Meta:
        model = KnownTrunk
        fields: ClassVar = ["state", "since", "code", "reason"]


class TrunkSerializer(serializers.ModelSerializer[Trunk]):
    organisation = OrganisationField()
    password = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=200,
        trim_whitespace=False,
        style={"input_type": "password"},
        help_text="Never shown again.",
    )
    caller_id = NumberField(required=False, allow_blank=True)
    known = TrunkStateSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = Trunk
        fields: ClassVar = [
            "id",
            "organisation",
            "name",
            "host",
            "port",
            "transport",
            "register",
            "username",
            "password",
            "domain",
            "proxy",
            "sources",
            "srtp",
            "max_calls",
            "probe_seconds",
            "dial",
            "number_in",
            "caller_id",
            "dtmf",
            "enabled",
            "known",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


class RouteSerializer(serializers.ModelSerializer[Route]):
    organisation = OrganisationField()
    trunks = OwnedListField(visible_trunks, help_text="Ids, in the order in which they are tried.")

    class Meta:
        model = Route
        fields: ClassVar = [
            "id",
            "organisation",
            "name",
            "prefixes",
            "trunks",
            "priority",
            "seconds",
            "failover",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]


class PublicNumberSerializer(serializers.ModelSerializer[PublicNumber]):
    organisation = OrganisationField()
    number = NumberField()
    flow = GatedField(visible_flows, allow_null=True, required=False)
    extension = GatedField(visible_extensions, allow_null=True, required=False)

    class Meta:
        model = PublicNumber
        fields: ClassVar = ["id", "organisation", "number", "name", "flow", "extension", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]


class OutsideSerializer(serializers.ModelSerializer[Outside]):
    organisation = OrganisationField()
    emergency_caller_id = NumberField(required=False, allow_blank=True)
    emergency_trunks = OwnedListField(visible_trunks, help_text="Ids, in the order in which they are tried.")

    class Meta:
        model = Outside
        fields: ClassVar = [
            "id",
            "organisation",
            "emergency_numbers",
            "emergency_caller_id",
            "emergency_trunks",
            "calls",
            "calls_per_user",
            "minutes_per_day",
            "minutes_per_day_per_user",
            "blocked",
        ]
        read_only_fields: ClassVar = ["id"]
        validators: ClassVar = []


class EmergencyPlaceSerializer(serializers.ModelSerializer[EmergencyPlace]):
    organisation = OrganisationField()
    extension = GatedField(visible_extensions)
    shown = NumberField()

    class Meta:
        model = EmergencyPlace
        fields: ClassVar = ["id", "organisation", "extension", "shown", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]


@extend_schema_view(
    list=extend_schema(summary="The numbers that may be shown outside"),
    retrieve=extend_schema(summary="One caller ID"),
    create=extend_schema(summary="Allow a number to be shown"),
    partial_update=extend_schema(summary="Change a caller ID"),
    destroy=extend_schema(summary="Remove a caller ID"),
)
class CallerIdViewSet(OwnedViewSet):
    """Numbers that may be shown outside. People see those that they may show."""

    model = CallerId
    rows = staticmethod(visible_caller_ids)
    serializer_class = CallerIdSerializer


@extend_schema_view(
    list=extend_schema(summary="The trunks (never their passwords)"),
    retrieve=extend_schema(summary="One trunk"),
    create=extend_schema(summary="Make a trunk"),
    partial_update=extend_schema(summary="Change a trunk"),
    destroy=extend_schema(summary="Remove a trunk"),
)
class TrunkViewSet(OwnedViewSet):
    """Lines to providers and other exchanges. `known` is what the core last told of one."""

    model = Trunk
    read_role = Role.ADMIN
    rows = staticmethod(visible_trunks)
    serializer_class = TrunkSerializer
    save = staticmethod(actions.save_trunk)


@extend_schema_view(
    list=extend_schema(summary="The outbound routes"),
    retrieve=extend_schema(summary="One outbound route"),
    create=extend_schema(summary="Make an outbound route"),
    partial_update=extend_schema(summary="Change an outbound route"),
    destroy=extend_schema(summary="Remove an outbound route"),
)
class RouteViewSet(OwnedViewSet):
    """Which trunks carry calls to which numbers."""

    model = Route
    read_role = Role.ADMIN
    rows = staticmethod(visible_routes)
    serializer_class = RouteSerializer


@extend_schema_view(
    list=extend_schema(summary="Our numbers on the public network"),
    retrieve=extend_schema(summary="One public number"),
    create=extend_schema(summary="Add a public number"),
    partial_update=extend_schema(summary="Change what answers a public number"),
    destroy=extend_schema(summary="Remove a public number"),
)
class PublicNumberViewSet(OwnedViewSet):
    """Numbers on the public network (DIDs) and what answers them."""

    model = PublicNumber
    read_role = Role.SUPERVISOR
    rows = staticmethod(visible_numbers)
    serializer_class = PublicNumberSerializer


@extend_schema_view(
    list=extend_schema(summary="Emergency calls and limits of the organisation"),
    retrieve=extend_schema(summary="Emergency calls and limits"),
    create=extend_schema(summary="Set emergency calls and limits"),
    partial_update=extend_schema(summary="Change emergency calls and limits"),
    destroy=extend_schema(summary="Back to the standard ones"),
)
class OutsideViewSet(OwnedViewSet):
    """What holds for all calls to the outside; one row per organisation at most."""

    model = Outside
    read_role = Role.ADMIN
    rows = staticmethod(visible_outside)
    serializer_class = OutsideSerializer


@extend_schema_view(
    list=extend_schema(summary="Extensions that are elsewhere, for emergency services"),
    retrieve=extend_schema(summary="One place"),
    create=extend_schema(summary="Say where an extension is"),
    partial_update=extend_schema(summary="Change a place"),
    destroy=extend_schema(summary="Remove a place"),
)
class EmergencyPlaceViewSet(OwnedViewSet):
    """The number that emergency services see of an extension that is elsewhere than the rest."""

    model = EmergencyPlace
    read_role = Role.ADMIN
    rows = staticmethod(visible_places)
    serializer_class = EmergencyPlaceSerializer
