"""Pages that belong to no feature: start, sign-in, health."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "webapp.home"
    verbose_name = _("Home")
