"""The extensions app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExtensionsConfig(AppConfig):
    name = "webapp.extensions"
    verbose_name = _("Extensions and phones")
