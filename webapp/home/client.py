"""The page of the browser client at /app/, and its service worker. Its scripts are static files."""

import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

# Scripts and styles: our own files, and what carries the nonce of this answer (Mantine writes styles).
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
PERMISSIONS = "microphone=(self), camera=(), geolocation=(), payment=(), usb=()"
NOT_BUILT = "The browser client is not built. Run `make setup`.\n"


@lru_cache(maxsize=2)
def text(path: Path, _changed: int) -> str:
    """A file of the build; read again when it changed (`_changed`, its time in ns)."""
    return path.read_text()


@require_safe
def service_worker(_request: HttpRequest) -> HttpResponse:
    """sw.js of the build. Below /app/, because a service worker serves only what is beside or below it."""
    path = settings.CLIENT_FOLDER / "sw.js"
    try:
        script = text(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain")
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest) -> HttpResponse:
    """index.html for every address of the client, which finds its screen itself. Holds no data: for all."""
    path = settings.CLIENT_FOLDER / "index.html"
    try:
        html = text(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain")
    nonce = secrets.token_urlsafe(16)
    html = html.replace("__NONCE__", nonce).replace("__LANGUAGE__", get_language() or "en")
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    response.headers["Permissions-Policy"] = PERMISSIONS
    return response
