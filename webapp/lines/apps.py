"""The lines app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinesConfig(AppConfig):
    name = "webapp.lines"
    verbose_name = _("Outside lines")
