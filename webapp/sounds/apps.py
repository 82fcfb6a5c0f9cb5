"""The sounds app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SoundsConfig(AppConfig):
    name = "webapp.sounds"
    verbose_name = _("Sounds")
