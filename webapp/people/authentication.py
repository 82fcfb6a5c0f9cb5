"""API authentication: `Authorization: Bearer ctl_…`."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from webapp.people.actions import find_token
from webapp.people.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """A personal API token in the Authorization header."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        try:
            text = parts[1].decode("ascii") if len(parts) == 2 else ""
        except UnicodeDecodeError:
            text = ""
        token = find_token(text) if text else None
        if token is None:
            raise AuthenticationFailed(_("This token is not valid (any more)."))
        return token.user, token

    def authenticate_header(self, _request: Request) -> str:
        return 'Bearer realm="centrale"'


class TokenScheme(OpenApiAuthenticationExtension):
    """How the token shows in the OpenAPI description."""

    target_class = "webapp.people.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API token, `ctl_…`"}
