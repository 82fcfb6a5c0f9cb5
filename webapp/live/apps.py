"""The live app: what goes on now, to browsers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "webapp.live"
    verbose_name = _("Live")
