"""REST: oneself: who one is, the own password, second factor and sessions."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth import logout
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.common import smtp
from webapp.extensions.access import visible_extensions
from webapp.extensions.models import Extension
from webapp.people.actions import save_own
from webapp.people.models import User
from webapp.profile.access import profile_of
from webapp.profile.preferences import PreferencesSerializer, whole
from webapp.signin import actions, factors, policies, sessions
from webapp.signin.access import own_sessions
from webapp.signin.api import checked
from webapp.signin.browser import BrowserAuthentication
from webapp.signin.me import applications
from webapp.signin.models import RecoveryCode, factor_of
from webapp.signin.serializers import (
    ApplicationSerializer,
    EndedSerializer,
    EnrolmentSerializer,
    FactorsSerializer,
    FirstCodeSerializer,
    MailFactorSerializer,
    PasswordChangeSerializer,
    PasswordSerializer,
    PendingPolicySerializer,
    ProblemSerializer,
    RecoveryCodesSerializer,
    SessionSerializer,
)


class OwnExtensionSerializer(serializers.ModelSerializer[Extension]):
    class Meta:
        model = Extension
        fields: ClassVar = ["id", "number", "name"]


def factors_of(user: User) -> dict[str, Any]:
    """The second factor of `user`, as FactorsSerializer says it."""
    factor = factor_of(user)
    return {
        "totp": factor.totp_on,
        "recovery_codes": RecoveryCode.objects.filter(user=user).count() if factor.totp_on else 0,
        "mail": factor.mail_on,
        "mail_possible": smtp.there(),
        "demanded": factors.demanded(user),
    }


class MeSerializer(serializers.ModelSerializer[User]):
    """The person who asks, and what a screen needs to begin."""

    organisation_name = serializers.CharField(source="organisation.name", default="", read_only=True)
    shown_language = serializers.CharField(source="preferred_language", read_only=True)
    shown_time_zone = serializers.CharField(source="preferred_time_zone", read_only=True)
    extensions = serializers.SerializerMethodField()
    applications = serializers.SerializerMethodField(help_text="The tiles of the start page.")
    pending_policies = serializers.SerializerMethodField()
    second_factor = serializers.SerializerMethodField()
    preferences = serializers.SerializerMethodField(help_text="Changed at me/preferences/.")
    has_password = serializers.SerializerMethodField(help_text="False: single sign-on only.")
    csrf = serializers.SerializerMethodField(help_text="For the header X-CSRFToken.")

    class Meta:
        model = User
        fields: ClassVar = [
            "id",
            "email",
            "name",
            "role",
            "organisation",
            "organisation_name",
            "language",
            "time_zone",
            "shown_language",
            "shown_time_zone",
            "extensions",
            "applications",
            "pending_policies",
            "second_factor",
            "preferences",
            "has_password",
            "csrf",
            "last_login",
            "created_at",
        ]
        read_only_fields: ClassVar = [n for n in fields if n not in ("language", "time_zone")]

    def _own(self, user: User) -> list[Extension]:
        if not hasattr(self, "_extensions"):
            self._extensions = list(visible_extensions(user).filter(user=user.pk))
        return self._extensions

    @extend_schema_field(OwnExtensionSerializer(many=True))
    def get_extensions(self, user: User) -> Any:
        return OwnExtensionSerializer(self._own(user), many=True).data

    @extend_schema_field(ApplicationSerializer(many=True))
    def get_applications(self, user: User) -> Any:
        return applications(user, extension=bool(self._own(user)))

    @extend_schema_field(PendingPolicySerializer(many=True))
    def get_pending_policies(self, user: User) -> Any:
        return PendingPolicySerializer(policies.pending(user), many=True).data

    @extend_schema_field(FactorsSerializer)
    def get_second_factor(self, user: User) -> Any:
        return factors_of(user)

    @extend_schema_field(PreferencesSerializer)
    def get_preferences(self, user: User) -> Any:
        return whole(profile_of(user).preferences)

    def get_has_password(self, user: User) -> bool:
        return user.has_usable_password()

    def get_csrf(self, _user: User) -> str:
        return get_token(self.context["request"]._request)


class MeView(APIView):
    """The person who asks."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="Who you are, and what you may open", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(request.user, context={"request": request}).data)

    @extend_schema(summary="Change your language or time zone", request=MeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        sent = MeSerializer(request.user, data=request.data, partial=True, context={"request": request})
        sent.is_valid(raise_exception=True)
        save_own(request.user, **sent.validated_data)
        return Response(MeSerializer(request.user, context={"request": request}).data)


class OwnView(APIView):
    """One's own account: only in a browser, never with an API token."""

    authentication_classes = (BrowserAuthentication,)
    permission_classes = (IsAuthenticated,)

    def confirmed(self, request: Request) -> dict[str, Any]:
        """What was sent, with the own password in it once more. Raises Problem."""
        sent = checked(PasswordSerializer, request)
        actions.confirm_password(request._request, request.user, sent["password"])
        return sent


class OwnPasswordView(OwnView):
    throttle_scope = "sign_in"

    @extend_schema(
        summary="Change your password; all your other sessions end",
        request=PasswordChangeSerializer,
        responses={204: None, 400: ProblemSerializer, 429: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        sent = checked(PasswordChangeSerializer, request)
        actions.change_password(request._request, request.user, sent["current"], sent["password"])
        return Response(status=204)


class FactorsView(OwnView):
    @extend_schema(summary="Your second factor", responses=FactorsSerializer)
    def get(self, request: Request) -> Response:
        return Response(factors_of(request.user))


class TotpView(OwnView):
    throttle_scope = "sign_in"

    @extend_schema(
        summary="Set up an authenticator: a new secret, to be confirmed",
        request=PasswordSerializer,
        responses={200: EnrolmentSerializer, 400: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        self.confirmed(request)
        return Response(factors.enrol(request.user))


class TotpConfirmView(OwnView):
    throttle_scope = "sign_in"

    @extend_schema(
        summary="Confirm the authenticator with its first code; shows recovery codes once",
        request=FirstCodeSerializer,
        responses=RecoveryCodesSerializer,
    )
    def post(self, request: Request) -> Response:
        codes = factors.confirm(request.user, checked(FirstCodeSerializer, request)["code"])
        sessions.proved(request._request)
        return Response({"recovery_codes": codes})


class TotpRemoveView(OwnView):
    throttle_scope = "sign_in"

    @extend_schema(
        summary="Switch the authenticator off",
        request=PasswordSerializer,
        responses={200: FactorsSerializer, 400: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        self.confirmed(request)
        factors.remove_totp(request.user)
        return Response(factors_of(request.user))


class RecoveryView(OwnView):
    throttle_scope = "sign_in"

    @extend_schema(
        summary="New recovery codes; earlier ones stop working",
        request=PasswordSerializer,
        responses={200: RecoveryCodesSerializer, 400: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        self.confirmed(request)
        return Response({"recovery_codes": factors.new_recovery_codes(request.user)})


class MailFactorView(OwnView):
    throttle_scope = "sign_in"

    @extend_schema(
        summary="Codes by mail on or off",
        request=MailFactorSerializer,
        responses={200: FactorsSerializer, 400: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        sent = checked(MailFactorSerializer, request)
        actions.confirm_password(request._request, request.user, sent["password"])
        factors.switch_mail(request.user, sent["on"])
        return Response(factors_of(request.user))


class SessionsView(OwnView):
    @extend_schema(summary="Where you are signed in", responses=SessionSerializer(many=True))
    def get(self, request: Request) -> Response:
        rows = own_sessions(request.user)
        return Response(SessionSerializer(rows, many=True, context={"request": request}).data)


class SessionView(OwnView):
    @extend_schema(summary="End one of your sessions", responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        row = own_sessions(request.user).filter(pk=pk).first()
        if row is None:
            raise NotFound
        if row.key == request.session.session_key:
            logout(request._request)
        else:
            sessions.end(own_sessions(request.user).filter(pk=pk))
        return Response(status=204)


class OtherSessionsView(OwnView):
    @extend_schema(summary="End all your sessions but this one", request=None, responses=EndedSerializer)
    def post(self, request: Request) -> Response:
        rows = own_sessions(request.user).exclude(key=request.session.session_key)
        return Response({"ended": sessions.end(rows)})
