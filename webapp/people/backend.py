"""Sign-in with e-mail address and password."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from webapp.people.models import User


def attempted_address(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The e-mail address that someone tries to sign in with, written one way only, so that capitals give no
    further attempts (AXES_USERNAME_CALLABLE)."""
    given = (credentials or {}).get("username") or request.POST.get("username", "")
    return str(given).replace("\x00", "").strip().lower()[:254]


class EmailBackend:
    """Django authentication backend. Takes as long for an unknown address as for a known one."""

    def authenticate(
        self,
        _request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> User | None:
        email = username or fields.get("email")
        if not email or password is None:
            return None
        user = (
            User.objects.select_related("organisation")
            .filter(email=email.replace("\x00", "").strip().lower())
            .first()
        )
        if user is None:
            make_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: object) -> User | None:
        return User.objects.select_related("organisation").filter(pk=user_id, is_active=True).first()
