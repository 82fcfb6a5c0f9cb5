"""Page of the own history, health, error pages."""

import sys

import structlog
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from webapp.calls.access import own_calls
from webapp.extensions.access import visible_extensions
from webapp.home import health
from webapp.home.history import line
from webapp.signin.problems import TEXTS

log = structlog.get_logger(__name__)

PAGE = 50


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when every part is up, 503 with the reasons otherwise. Open to all, so it names no data."""
    parts = health.parts()
    well = all(state == "ok" for state in parts.values())
    answer = JsonResponse({"ready": well, "parts": parts}, status=200 if well else 503)
    # Whoever asks each second would fill the log with one line per answer.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


@login_required
@require_safe
def own_calls_page(request: HttpRequest) -> HttpResponse:
    """Own extensions and own calls, newest first."""
    extensions = list(
        visible_extensions(request.user).filter(user=request.user.pk).prefetch_related("devices")
    )
    # An unknown number of pages costs a count of the own calls only.
    page = Paginator(own_calls(request.user).prefetch_related("legs__extension"), PAGE).get_page(
        request.GET.get("page")
    )
    lines = [line(call, request.user) for call in page]
    return render(request, "home/start.html", {"extensions": extensions, "lines": lines, "page": page})


def locked_out(*_args: object, **_kwargs: object) -> HttpResponse:
    """The answer after too many wrong passwords."""
    return JsonResponse({"detail": str(TEXTS["locked"]), "code": "locked"}, status=429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from another site."""
    log.warning("csrf.refused", reason=reason, path=request.path)
    text = _("This page had expired. Go back, reload it and try again.")
    return render(request, "home/problem.html", {"title": _("Please try again"), "text": text}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, as JSON below /api/."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": _("Not found.")}, status=404)
    text = _("There is nothing here, or not for you.")
    return render(request, "home/problem.html", {"title": _("Not found"), "text": text}, status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """An error of ours; a database that is away is told as such, so that people know to wait."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    text = (
        _("The database cannot be reached right now. Calls go on; try again shortly.")
        if away
        else _("Something went wrong here. It was written to the log.")
    )
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": text}, status=status)
    # No template context processors: they would ask the database for the user again.
    response = HttpResponse(
        f"<!doctype html><meta charset=utf-8><title>Centrale</title><p>{text}</p>", status=status
    )
    response.headers["Retry-After"] = "5"
    return response
