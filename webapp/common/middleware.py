"""Middleware of our own: which host names we answer to, security headers, a person's language and time
zone."""

import ipaddress
import zoneinfo
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone, translation

Next = Callable[[HttpRequest], HttpResponse]


def client_address(request: HttpRequest) -> str:
    """The address the request came from. Headers that a client can write itself are not believed."""
    return str(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104


def host_name(header: str) -> str:
    """The host of a Host header without its port and brackets, in lower case."""
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def host_allowed(header: str) -> bool:
    """Whether to answer to this Host header: an IP address, one of this machine's names, or one that is set.

    A page of someone else can make a browser send its own name to our address (DNS rebinding), but never an
    address, so addresses are safe and an appliance on a LAN works without settings."""
    name = host_name(header)
    if name in settings.HOST_NAMES or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class HostGate:
    """Refuses requests that were meant for another host name. Takes the place of ALLOWED_HOSTS."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not host_allowed(request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")):
            return HttpResponseBadRequest(
                "This host name is not known here. Add it to CENTRALE_HOSTS, or use the address.\n",
                content_type="text/plain",
            )
        return self.get_response(request)


class SecurityHeaders:
    """Content Security Policy and the like on every answer; pages for signed-in people are never cached."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), payment=(), usb=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class PersonalSettings:
    """Language, time zone and log context of the person who is signed in.

    Without a session cookie the database is not asked, so that /healthz can tell that it is gone."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        structlog.contextvars.clear_contextvars()
        if request.path == "/healthz" or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        structlog.contextvars.bind_contextvars(tenant=str(user.organisation_id or ""), user=str(user.pk))
        with (
            translation.override(user.preferred_language),
            timezone.override(user_zone(user.preferred_time_zone)),
        ):
            request.LANGUAGE_CODE = user.preferred_language
            return self.get_response(request)


def user_zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that name, UTC when this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")
