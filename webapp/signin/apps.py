"""The sign-in app: second factor, mailed links, sessions, policies, single sign-on."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigninConfig(AppConfig):
    name = "webapp.signin"
    verbose_name = _("Sign-in")

    def ready(self) -> None:
        from webapp.signin import sessions  # noqa: PLC0415  (models are loaded only now)

        sessions.connect()
