"""REST of the way in: what a visitor may ask. See docs/sign-in.md for the order of things."""

from typing import Any
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseRedirect
from django.middleware.csrf import get_token
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from webapp.common import smtp
from webapp.people import passwords
from webapp.signin import actions, factors, letters, policies, sso, steps
from webapp.signin.access import offered_providers
from webapp.signin.browser import BrowserAuthentication
from webapp.signin.models import Letter
from webapp.signin.problems import Problem
from webapp.signin.serializers import (
    AcceptSerializer,
    CodeSerializer,
    EnrolledSerializer,
    EnrolmentSerializer,
    FirstCodeSerializer,
    ForgottenSerializer,
    KeySerializer,
    LeaveSerializer,
    LinkSerializer,
    OfferedSerializer,
    PolicySerializer,
    ProblemSerializer,
    RedeemSerializer,
    SignInSerializer,
    SignInStateSerializer,
    UrlSerializer,
)


def checked(kind: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent, checked. Raises ValidationError by field."""
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def state(request: HttpRequest) -> dict[str, Any]:
    """Where this browser stands."""
    person, second = request.user, None
    if person.is_authenticated:
        step = "policies" if policies.pending(person) else "done"
    elif waiting := steps.pending(request):
        step = "second_factor"
        second = {"methods": factors.methods(waiting), "mail_hint": letters.hint(waiting.email)}
    else:
        step = "sign_in"
    return {
        "step": step,
        "second_factor": second,
        "mail": smtp.there(),
        "password_rules": passwords.told(),
        "csrf": get_token(request),
    }


class OpenView(APIView):
    """Open to visitors, in a browser."""

    authentication_classes = (BrowserAuthentication,)
    permission_classes = (AllowAny,)
    throttle_scope = "sign_in"


class StateView(OpenView):
    throttle_scope = None  # type: ignore[assignment]

    @extend_schema(summary="Where this browser stands: what to show first", responses=SignInStateSerializer)
    def get(self, request: Request) -> Response:
        return Response(state(request._request))


class SignInView(OpenView):
    @extend_schema(
        summary="Sign in with e-mail address and password",
        request=SignInSerializer,
        responses={200: SignInStateSerializer, 400: ProblemSerializer, 429: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        sent = checked(SignInSerializer, request)
        steps.with_password(request._request, sent["email"], sent["password"])
        return Response(state(request._request))


class SecondFactorView(OpenView):
    @extend_schema(
        summary="The second step: a code",
        request=CodeSerializer,
        responses={
            200: SignInStateSerializer,
            400: ProblemSerializer,
            409: ProblemSerializer,
            429: ProblemSerializer,
        },
    )
    def post(self, request: Request) -> Response:
        sent = checked(CodeSerializer, request)
        steps.with_code(request._request, sent["method"], sent["code"])
        return Response(state(request._request))


class MailCodeView(OpenView):
    throttle_scope = "letters"

    @extend_schema(
        summary="Send a code by mail for the second step",
        request=None,
        responses={202: None, 409: ProblemSerializer, 429: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        steps.mail_code(request._request)
        return Response(status=202)


class EnrolView(OpenView):
    @extend_schema(
        summary="Set up an authenticator at the second step, where that is demanded",
        request=None,
        responses={200: EnrolmentSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        return Response(factors.enrol(steps.expected(request._request, factors.ENROL)))


class EnrolledView(OpenView):
    @extend_schema(
        summary="Confirm that authenticator with its first code; signs in",
        request=FirstCodeSerializer,
        responses={200: EnrolledSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        codes = steps.enrolled(request._request, checked(FirstCodeSerializer, request)["code"])
        return Response({**state(request._request), "recovery_codes": codes})


class SignOutView(OpenView):
    @extend_schema(summary="Sign out", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=204)


class ForgottenView(OpenView):
    throttle_scope = "letters"

    @extend_schema(
        summary="Ask for a link to set a new password; the answer is the same for every address",
        request=ForgottenSerializer,
        responses={202: None},
    )
    def post(self, request: Request) -> Response:
        letters.forgotten(checked(ForgottenSerializer, request)["email"])
        return Response(status=202)


class LinkView(OpenView):
    @extend_schema(
        summary="What a mailed link is for",
        request=KeySerializer,
        responses={200: LinkSerializer, 404: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        letter = found(checked(KeySerializer, request)["key"])
        about = {
            "kind": letter.kind,
            "email": letter.user.email if letter.user else "",
            "name": letter.user.name if letter.user else "",
            "expires_at": letter.expires_at,
            "password_rules": passwords.told(),
        }
        return Response(LinkSerializer(about).data)


class RedeemView(OpenView):
    @extend_schema(
        summary="Set the password with a mailed link; an activation signs in at once",
        request=RedeemSerializer,
        responses={200: SignInStateSerializer, 404: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        sent = checked(RedeemSerializer, request)
        letter = found(sent["key"])
        user = actions.redeem(letter, sent["password"])
        if letter.kind == Letter.Kind.ACTIVATION:
            steps.begin(request._request, user)
        return Response(state(request._request))


def found(key: str) -> Letter:
    """The letter of a link that works. Raises Problem."""
    letter = letters.link(key)
    if letter is None:
        raise Problem("link", 404)
    return letter


class OfferedView(OpenView):
    @extend_schema(
        summary="Single sign-on for an e-mail address, by its domain",
        parameters=[OpenApiParameter("email", str, required=True)],
        responses=OfferedSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        rows = offered_providers(request.query_params.get("email", "")[:254])
        return Response(OfferedSerializer(rows, many=True).data)


class LeaveView(OpenView):
    @extend_schema(
        summary="Begin single sign-on",
        request=LeaveSerializer,
        responses={200: UrlSerializer, 404: ProblemSerializer, 503: ProblemSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        target = checked(LeaveSerializer, request)["next"]
        return Response({"url": sso.leave(request._request, pk, target)})


class CallbackView(OpenView):
    @extend_schema(
        summary="Where a provider sends the browser back to",
        parameters=[OpenApiParameter("state", str), OpenApiParameter("code", str)],
        responses={302: OpenApiResponse(OpenApiTypes.NONE, description="To the application.")},
    )
    def get(self, request: Request) -> HttpResponseRedirect:
        return HttpResponseRedirect(sso.come_back(request._request))


class PoliciesView(OpenView):
    throttle_scope = None  # type: ignore[assignment]

    @extend_schema(
        summary="The policies that hold now, in the reader's language",
        responses=PolicySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        return Response(PolicySerializer(policies.current(), many=True).data)


class AcceptView(APIView):
    """Acceptance is a person's, in a browser."""

    authentication_classes = (BrowserAuthentication,)

    @extend_schema(
        summary="Accept policies",
        request=AcceptSerializer,
        responses={200: SignInStateSerializer, 409: ProblemSerializer},
    )
    def post(self, request: Request) -> Response:
        policies.accept(request._request, request.user, checked(AcceptSerializer, request)["accept"])
        return Response(state(request._request))
