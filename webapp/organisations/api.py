"""REST: organisations."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.api import TenantViewSet
from webapp.extensions.secret_answers import DeviceSecretSerializer, device_secret
from webapp.organisations import actions
from webapp.organisations.access import visible_organisations
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role, at_least


class OrganisationField(serializers.PrimaryKeyRelatedField):
    """The organisation of a new row: an operator names one, everyone else gets the own one. Fixed
    afterwards."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("queryset", Organisation.objects.none())
        super().__init__(**kwargs)

    def get_queryset(self) -> Any:
        return visible_organisations(self.context["request"].user)


def owner_of_new(request: Request, data: dict[str, Any]) -> Organisation:
    """The organisation that a row to be made belongs to. Raises ValidationError when an operator named
    none."""
    organisation = data.pop("organisation", None) or getattr(request.user, "organisation", None)
    if organisation is None:
        raise serializers.ValidationError({"organisation": [_("Name the organisation.")]})
    return organisation


class OrganisationSerializer(serializers.ModelSerializer[Organisation]):
    class Meta:
        model = Organisation
        fields: ClassVar = [
            "id",
            "name",
            "domain",
            "language",
            "time_zone",
            "country",
            "max_extensions",
            "max_call_seconds",
            "rtp_timeout_seconds",
            "phone_digest",
            "park_first",
            "park_last",
            "park_seconds",
            "return_seconds",
            "star_codes",
            "config_version",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "config_version", "created_at"]


class DomainSerializer(serializers.Serializer[Any]):
    domain = serializers.CharField(max_length=253, help_text="The new SIP domain.")


class OperatorWrites(BasePermission):
    """Making, removing and re-naming (domain) organisations is the operator's."""

    def has_permission(self, request: Request, view: Any) -> bool:
        needs_operator = view.action in ("create", "destroy", "change_domain")
        return not needs_operator or at_least(request.user, Role.OPERATOR)


@extend_schema_view(
    list=extend_schema(summary="The organisations you may see"),
    retrieve=extend_schema(summary="One organisation"),
    create=extend_schema(summary="Make an organisation (operator)"),
    partial_update=extend_schema(summary="Change an organisation"),
    destroy=extend_schema(summary="Remove an organisation with all that is in it (operator)"),
)
class OrganisationViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    TenantViewSet,
):
    """Organisations. Administrators read and change their own one, operators all."""

    model = Organisation
    rows = staticmethod(visible_organisations)
    serializer_class = OrganisationSerializer
    permission_classes = (*TenantViewSet.permission_classes, OperatorWrites)

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        serializer.instance = actions.create_organisation(**serializer.validated_data)

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        actions.update_organisation(request.user, serializer.instance, **serializer.validated_data)
        return Response(serializer.data)

    def perform_destroy(self, instance: Organisation) -> None:
        actions.delete_organisation(instance)

    @extend_schema(
        summary="Change the SIP domain; every phone gets a new secret (operator)",
        request=DomainSerializer,
        responses=DeviceSecretSerializer(many=True),
    )
    @action(
        detail=True, methods=["post"], url_path="change-domain", pagination_class=None, filter_backends=[]
    )
    def change_domain(self, request: Request, **_kwargs: Any) -> Response:
        organisation = self.get_object()
        asked = DomainSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        pairs = actions.change_domain(organisation, asked.validated_data["domain"])
        return Response([device_secret(device, secret) for device, secret in pairs])
