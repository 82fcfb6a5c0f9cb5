"""Refusals of sign-in, as `{"detail": sentence, "code": word}`; programs look at the code."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions


class Problem(exceptions.APIException):
    """A refusal with a code."""

    def __init__(self, code: str, status: int = 400) -> None:
        self.status_code = status
        self.detail: Any = {"detail": str(TEXTS[code]), "code": code}


TEXTS = {
    "locked": _("Too many wrong passwords. Wait a quarter of an hour, then try again."),
    "credentials": _("This e-mail address and password do not belong together."),
    "password": _("This is not your password."),
    "code": _("This code is not right, or not valid any more."),
    "closed": _("Too many wrong codes. Wait an hour, then try again."),
    "expired": _("This took too long. Sign in again."),
    "method": _("This is not asked of you."),
    "too_soon": _("A code is on its way. Wait a moment before you ask for another one."),
    "link": _("This link does not work any more. Ask for a new one."),
    "policies": _("First accept the policies that hold here."),
    "version": _("There is a newer version of this text. Read that one."),
    "provider": _("This way of signing in is not available."),
    "provider_away": _("The other service cannot be reached right now; try again shortly."),
}
