"""The rooms app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoomsConfig(AppConfig):
    name = "webapp.rooms"
    verbose_name = _("Conference rooms")
