"""Web push: browsers are told of calls while no page of ours is open (RFC 8030, RFC 8291, RFC 8292)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PushConfig(AppConfig):
    name = "webapp.push"
    verbose_name = _("Web push")
