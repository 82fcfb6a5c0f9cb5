"""Who may use the endpoints of sign-in: browsers with a session, never API tokens; forged requests never."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class BrowserAuthentication(SessionAuthentication):
    """The session, with CSRF checked also of visitors: nobody is signed in by a page of somebody else."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        if found is None:
            self.enforce_csrf(request)
        return found

    def authenticate_header(self, _request: Request) -> str:
        return "Session"  # so that who is not signed in gets 401, as elsewhere in the API


class BrowserScheme(OpenApiAuthenticationExtension):
    """How it shows in the OpenAPI description."""

    target_class = "webapp.signin.browser.BrowserAuthentication"
    name = "browser"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "centrale_session"}
