"""REST: extensions and phones."""

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.api import TenantViewSet
from webapp.extensions import actions
from webapp.extensions.access import visible_devices, visible_extensions, visible_pickup_groups
from webapp.extensions.models import Device, Extension, PickupGroup
from webapp.extensions.secret_answers import DeviceSecretSerializer, device_secret
from webapp.flows.access import visible_flows
from webapp.lines.access import visible_caller_ids
from webapp.organisations.api import OrganisationField
from webapp.organisations.owned_api import GatedField, OwnedListField, OwnedViewSet
from webapp.organisations.roles import Role
from webapp.people.access import visible_people
from webapp.people.models import User


class PersonField(serializers.PrimaryKeyRelatedField):
    """A person whom the asker may see; anyone else does not exist."""

    def get_queryset(self) -> Any:
        return visible_people(self.context["request"].user)


class ExtensionField(serializers.PrimaryKeyRelatedField):
    """An extension that the asker may see; any other does not exist."""

    def get_queryset(self) -> Any:
        return visible_extensions(self.context["request"].user)


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    organisation = OrganisationField()
    user = PersonField(queryset=User.objects.none(), allow_null=True, required=False)
    flow = GatedField(visible_flows, allow_null=True, required=False)
    pickup_group = GatedField(visible_pickup_groups, allow_null=True, required=False)
    caller_id = GatedField(visible_caller_ids, allow_null=True, required=False)
    supervises = OwnedListField(visible_extensions, help_text="Extensions that its user may act for.")

    class Meta:
        model = Extension
        fields: ClassVar = [
            "id",
            "organisation",
            "number",
            "name",
            "language",
            "ring_seconds",
            "user",
            "flow",
            "pickup_group",
            "caller_id",
            "may_call_out",
            "may_record",
            "supervises",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "created_at"]
        # Checked in the model, which knows the organisation also when the asker did not name it.
        validators: ClassVar = []


class DeviceSerializer(serializers.ModelSerializer[Device]):
    organisation = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    extension = ExtensionField(queryset=Extension.objects.none())

    class Meta:
        model = Device
        fields: ClassVar = [
            "id",
            "organisation",
            "extension",
            "name",
            "kind",
            "username",
            "dtmf",
            "max_bindings",
            "max_calls",
            "srtp",
            "enabled",
            "secret_set_at",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "kind", "username", "secret_set_at", "created_at"]


class ExtensionFilter(filters.FilterSet):
    number = filters.CharFilter(lookup_expr="startswith")
    name = filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = Extension
        fields: ClassVar = ["number", "name"]


class DeviceFilter(filters.FilterSet):
    extension = filters.UUIDFilter(field_name="extension_id")
    username = filters.CharFilter()

    class Meta:
        model = Device
        fields: ClassVar = ["extension", "username"]


@extend_schema_view(
    list=extend_schema(summary="The extensions you may see"),
    retrieve=extend_schema(summary="One extension"),
    create=extend_schema(summary="Make an extension"),
    partial_update=extend_schema(summary="Change an extension"),
    destroy=extend_schema(summary="Remove an extension and its phones"),
)
class ExtensionViewSet(OwnedViewSet):
    """Extensions: what callers dial. People see their own, supervisors all, administrators change them."""

    model = Extension
    rows = staticmethod(visible_extensions)
    serializer_class = ExtensionSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ExtensionFilter
    save = staticmethod(actions.save_extension)
    remove = staticmethod(actions.delete_extension)


class PickupGroupSerializer(serializers.ModelSerializer[PickupGroup]):
    organisation = OrganisationField()

    class Meta:
        model = PickupGroup
        fields: ClassVar = ["id", "organisation", "name", "created_at"]
        read_only_fields: ClassVar = ["id", "created_at"]
        validators: ClassVar = []


@extend_schema_view(
    list=extend_schema(summary="The pickup groups of the organisation"),
    retrieve=extend_schema(summary="One pickup group"),
    create=extend_schema(summary="Make a pickup group"),
    partial_update=extend_schema(summary="Change a pickup group"),
    destroy=extend_schema(summary="Remove a pickup group; its extensions stay"),
)
class PickupGroupViewSet(OwnedViewSet):
    """Extensions of one may take each other's ringing calls."""

    model = PickupGroup
    read_role = Role.SUPERVISOR
    rows = staticmethod(visible_pickup_groups)
    serializer_class = PickupGroupSerializer


@extend_schema_view(
    list=extend_schema(summary="The phones you may see (never their secrets)"),
    retrieve=extend_schema(summary="One phone"),
    partial_update=extend_schema(summary="Change a phone"),
    destroy=extend_schema(summary="Remove a phone"),
)
class DeviceViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, TenantViewSet
):
    """Phones. The secret is in the answer that makes or renews it, and nowhere else."""

    model = Device
    rows = staticmethod(visible_devices)
    serializer_class = DeviceSerializer
    filterset_class = DeviceFilter
    throttle_scope_by_action: ClassVar = {"create": "secrets", "renew_secret": "secrets"}

    def get_throttles(self) -> list[Any]:
        self.throttle_scope = self.throttle_scope_by_action.get(self.action)
        return super().get_throttles()

    @extend_schema(summary="Make a phone; shows its secret once", responses={201: DeviceSecretSerializer})
    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        device = Device(**serializer.validated_data)
        secret = actions.save_device(device)
        assert secret is not None  # a new phone always gets one
        return Response(device_secret(device, secret), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        device = serializer.instance
        for name, value in serializer.validated_data.items():
            setattr(device, name, value)
        actions.save_device(device)
        return Response(serializer.data)

    def perform_destroy(self, instance: Device) -> None:
        actions.delete_device(instance)

    @extend_schema(
        summary="Give the phone a new secret; shows it once", request=None, responses=DeviceSecretSerializer
    )
    @action(detail=True, methods=["post"], url_path="renew-secret")
    def renew_secret(self, _request: Request, **_kwargs: Any) -> Response:
        device = self.get_object()
        return Response(device_secret(device, actions.renew_secret(device)))
