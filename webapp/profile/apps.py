"""The profile app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProfileConfig(AppConfig):
    name = "webapp.profile"
    verbose_name = _("Profiles")
