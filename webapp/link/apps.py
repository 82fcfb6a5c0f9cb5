"""The link app: the tie between the planes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinkConfig(AppConfig):
    name = "webapp.link"
    verbose_name = _("Core")
