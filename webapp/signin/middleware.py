"""Middleware of sign-in, behind authentication: notes that a session is in use, holds back who has still to
accept policies."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse

from webapp.signin import policies, sessions
from webapp.signin.problems import TEXTS

Next = Callable[[HttpRequest], HttpResponse]


# Pages of Django's; those of the application ask for themselves.
PAGES = ("/admin/", "/calls/")


class SignedIn:
    """For people with a session only: API tokens belong to programs, which read no texts."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz" or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        if request.user.is_authenticated:
            sessions.seen(request)
            if request.path.startswith(("/api/", *PAGES)) and policies.held_back(request):
                return _held_back(request)
        return self.get_response(request)


def _held_back(request: HttpRequest) -> HttpResponse:
    """A word for programs; people are led to the texts and back."""
    if request.path.startswith(PAGES):
        return redirect_to_login(request.get_full_path())
    return JsonResponse({"detail": str(TEXTS["policies"]), "code": "policies"}, status=403)
