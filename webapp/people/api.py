"""REST: people, oneself, API tokens."""

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.common.api import TenantViewSet
from webapp.common.filters import MomentField
from webapp.organisations.api import OrganisationField
from webapp.organisations.roles import Role
from webapp.people import actions
from webapp.people.access import own_tokens, visible_people
from webapp.people.models import ApiToken, User


class PersonSerializer(serializers.ModelSerializer[User]):
    organisation = OrganisationField(allow_null=True)
    password = serializers.CharField(
        write_only=True,
        required=False,
        max_length=256,
        style={"input_type": "password"},
        help_text="Empty or left out on creation: the person cannot sign in before accepting an invitation.",
    )
    has_password = serializers.SerializerMethodField(help_text="False: invite the person.")

    class Meta:
        model = User
        fields: ClassVar = [
            "id",
            "email",
            "name",
            "role",
            "organisation",
            "language",
            "time_zone",
            "is_active",
            "password",
            "has_password",
            "last_login",
            "created_at",
        ]
        read_only_fields: ClassVar = ["id", "last_login", "created_at"]
        # The model checks it, with our own sentence and for lower case.
        extra_kwargs: ClassVar = {"email": {"validators": []}}

    def get_has_password(self, user: User) -> bool:
        return user.has_usable_password()


class PersonFilter(filters.FilterSet):
    name = filters.CharFilter(lookup_expr="icontains")
    email = filters.CharFilter(lookup_expr="icontains")
    role = filters.ChoiceFilter(choices=Role.choices)

    class Meta:
        model = User
        fields: ClassVar = ["name", "email", "role"]


@extend_schema_view(
    list=extend_schema(summary="The people you may see"),
    retrieve=extend_schema(summary="One person"),
    create=extend_schema(summary="Make a person"),
    partial_update=extend_schema(summary="Change a person"),
    destroy=extend_schema(summary="Remove a person"),
)
class PersonViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.CreateModelMixin,
    mixins.DestroyModelMixin,
    TenantViewSet,
):
    """People. Everyone sees oneself, supervisors all of the organisation, administrators change them."""

    model = User
    rows = staticmethod(visible_people)
    serializer_class = PersonSerializer
    filterset_class = PersonFilter

    def perform_create(self, serializer: serializers.BaseSerializer[Any]) -> None:
        data = dict(serializer.validated_data)
        password = data.pop("password", None)
        viewer = self.request.user
        if "organisation" not in data and data.get("role") != Role.OPERATOR:
            data["organisation"] = getattr(viewer, "organisation", None)
        serializer.instance = actions.save_person(viewer, User(**data), password)

    def partial_update(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_object(), data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        user, data = serializer.instance, dict(serializer.validated_data)
        password = data.pop("password", None)
        data.pop("organisation", None)
        for name, value in data.items():
            setattr(user, name, value)
        actions.save_person(request.user, user, password)
        return Response(serializer.data)

    def perform_destroy(self, instance: User) -> None:
        actions.delete_person(self.request.user, instance)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    expires_at = MomentField(required=False, allow_null=True, help_text="Null: never.")

    class Meta:
        model = ApiToken
        fields: ClassVar = ["id", "name", "hint", "expires_at", "last_used_at", "created_at"]
        read_only_fields: ClassVar = ["id", "hint", "last_used_at", "created_at"]


class NewTokenSerializer(TokenSerializer):
    """The only answer in which a token appears."""

    token = serializers.CharField(read_only=True, help_text="Shown once.")

    class Meta(TokenSerializer.Meta):
        fields: ClassVar = [*TokenSerializer.Meta.fields, "token"]


@extend_schema_view(
    list=extend_schema(summary="Your API tokens (never their text)"),
    retrieve=extend_schema(summary="One of your API tokens"),
    destroy=extend_schema(summary="Remove a token; it stops working at once"),
)
class TokenViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, mixins.DestroyModelMixin, TenantViewSet):
    """Your own API tokens. A token has your rights."""

    model = ApiToken
    rows = staticmethod(own_tokens)
    serializer_class = TokenSerializer
    write_role = Role.USER
    filter_backends: ClassVar = []

    @extend_schema(summary="Make a token; shows it once", responses={201: NewTokenSerializer})
    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        serializer = TokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        ends = serializer.validated_data.get("expires_at")
        if isinstance(request.auth, ApiToken) and request.auth.expires_at is not None:
            # A token that ends must not make itself a successor that does not.
            ends = min(ends or request.auth.expires_at, request.auth.expires_at)
        token, text = actions.new_token(request.user, serializer.validated_data["name"], ends)
        return Response({**TokenSerializer(token).data, "token": text}, status=status.HTTP_201_CREATED)

    def perform_destroy(self, instance: ApiToken) -> None:
        actions.delete_token(instance)
