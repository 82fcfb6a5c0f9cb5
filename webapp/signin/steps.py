"""The way into a session: password or single sign-on, second factor when there is one, then signed in.

Between the first and the second step the anonymous session holds who it is (`PENDING`), for a while.
"""

import time
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from webapp.people.models import User
from webapp.signin import factors, letters
from webapp.signin.models import KnownSession
from webapp.signin.problems import Problem

PENDING = "signin.pending"
PENDING_SECONDS = 15 * 60
BACKEND = "webapp.people.backend.EmailBackend"

Way = KnownSession.Way


def with_password(request: HttpRequest, email: str, password: str) -> None:
    """The first step. Raises Problem. After too many wrong ones, django-axes refuses."""
    user = _authenticated(request, email, password)
    if user is None:
        raise Problem("credentials")
    begin(request, user)


def checked(request: HttpRequest, user: User, password: str) -> bool:
    """Whether this is the password of `user`, who is signed in; counts wrong ones. Raises Problem when
    there were too many."""
    return _authenticated(request, user.email, password) == user


def _authenticated(request: HttpRequest, email: str, password: str) -> User | None:
    user = authenticate(request, username=email, password=password)
    if getattr(request, "axes_locked_out", False):
        raise Problem("locked", 429)
    return user if isinstance(user, User) else None


def begin(request: HttpRequest, user: User) -> bool:
    """After a right password: signed in (True), or waiting for the second factor."""
    if not factors.methods(user):
        finish(request, user)
        return True
    if request.user.is_authenticated:
        logout(request)
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": str(user.pk),
        "hash": user.get_session_auth_hash(),
        "until": time.time() + PENDING_SECONDS,
    }
    return False


def finish(request: HttpRequest, user: User, *, way: str = Way.PASSWORD, second_factor: bool = False) -> None:
    """Signed in, with a new session key."""
    request.session.pop(PENDING, None)
    request.signed_in_by = {"way": way, "second_factor": second_factor}  # type: ignore[attr-defined]
    login(request, user, BACKEND)


def pending(request: HttpRequest) -> User | None:
    """Who gave the right password and has the second step ahead."""
    kept: dict[str, Any] | None = request.session.get(PENDING)
    if kept is None or kept["until"] < time.time():
        return None
    user = User.objects.select_related("organisation").filter(pk=kept["user"], is_active=True).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return user


def expected(request: HttpRequest, method: str) -> User:
    """Who is at the second step and may take this `method`. Raises Problem."""
    user = pending(request)
    if user is None:
        raise Problem("expired", 409)
    if method not in factors.methods(user):
        raise Problem("method")
    return user


def with_code(request: HttpRequest, method: str, code: str) -> None:
    """The second step. Raises Problem."""
    user = expected(request, method)
    if factors.closed(user):
        raise Problem("closed", 429)
    if not factors.right(user, method, code):
        # Counts for django-axes as a wrong password does.
        user_login_failed.send(__name__, credentials={"username": user.email}, request=request)
        raise Problem("code")
    finish(request, user, second_factor=True)


def mail_code(request: HttpRequest) -> None:
    """Sends a code to whoever is at the second step. Raises Problem."""
    if letters.send_code(expected(request, factors.MAIL)) is None:
        raise Problem("too_soon", 429)


def enrolled(request: HttpRequest, code: str) -> list[str]:
    """The authenticator that was set up at the second step is confirmed: signed in; gives the recovery
    codes. Raises Problem, ValidationError."""
    user = expected(request, factors.ENROL)
    codes = factors.confirm(user, code)
    finish(request, user, second_factor=True)
    return codes
