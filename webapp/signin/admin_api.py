"""REST for administrators: invitations, sessions and second factors of people, rules, single sign-on."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.common.api import TenantViewSet
from webapp.organisations.owned_api import OwnedViewSet
from webapp.organisations.roles import Role
from webapp.people.models import User
from webapp.signin import actions, letters, sessions
from webapp.signin.access import (
    managed_organisations,
    managed_people,
    managed_sessions,
    visible_providers,
    visible_rules,
)
from webapp.signin.models import Provider, SignInRules
from webapp.signin.serializers import (
    EndedSerializer,
    ProviderSerializer,
    RulesSerializer,
    SessionSerializer,
)


def one(rows: QuerySet[Any], pk: UUID) -> Any:
    """The row of that id among those that may be seen. Raises NotFound."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


class AdminView(APIView):
    """For administrators."""

    read_role = write_role = Role.ADMIN
    permission_classes = TenantViewSet.permission_classes


class InviteView(AdminView):
    throttle_scope = "letters"

    @extend_schema(
        summary="Send (again) the mail with which a person sets a first password, within 72 hours",
        request=None,
        responses={202: None},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        letters.invite(one(managed_people(request.user), pk))
        return Response(status=202)


class PersonSessionsView(AdminView):
    @extend_schema(summary="Where a person is signed in", responses=SessionSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        person: User = one(managed_people(request.user), pk)
        rows = managed_sessions(request.user).filter(user=person)
        return Response(SessionSerializer(rows, many=True, context={"request": request}).data)

    @extend_schema(
        summary="Sign a person out everywhere",
        operation_id="users_sessions_end",
        responses=EndedSerializer,
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        person: User = one(managed_people(request.user), pk)
        return Response({"ended": sessions.end(managed_sessions(request.user).filter(user=person))})


class PersonSessionView(AdminView):
    @extend_schema(summary="End one session of a person", responses={204: None})
    def delete(self, request: Request, pk: UUID, session: UUID) -> Response:
        rows = managed_sessions(request.user).filter(user=pk, pk=session)
        if not sessions.end(rows):
            raise NotFound
        return Response(status=204)


class ResetFactorView(AdminView):
    @extend_schema(
        summary="Take away a person's second factor (lost phone); signs out everywhere",
        request=None,
        responses={204: None},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        actions.reset_second_factor(one(managed_people(request.user), pk))
        return Response(status=204)


class RulesView(AdminView):
    @extend_schema(summary="What an organisation demands at sign-in", responses=RulesSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        organisation = one(managed_organisations(request.user), pk)
        rules = visible_rules(request.user).filter(organisation=organisation).first() or SignInRules()
        return Response(RulesSerializer(rules).data)

    @extend_schema(
        summary="Change what an organisation demands at sign-in",
        request=RulesSerializer,
        responses=RulesSerializer,
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        organisation = one(managed_organisations(request.user), pk)
        sent = RulesSerializer(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        key = request.session.session_key
        rules = actions.set_rules(organisation, key, **sent.validated_data)
        return Response(RulesSerializer(rules).data)


@extend_schema_view(
    list=extend_schema(summary="Single sign-on of the organisation"),
    retrieve=extend_schema(summary="One provider of single sign-on"),
    create=extend_schema(summary="Add a provider of single sign-on"),
    partial_update=extend_schema(summary="Change a provider of single sign-on"),
    destroy=extend_schema(summary="Remove a provider of single sign-on"),
)
class ProviderViewSet(OwnedViewSet):
    """OpenID providers; administrators only."""

    model = Provider
    rows = staticmethod(visible_providers)
    serializer_class = ProviderSerializer
    read_role = Role.ADMIN
    save = staticmethod(actions.save_provider)
    remove = staticmethod(actions.delete_provider)
