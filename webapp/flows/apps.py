"""The flows app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FlowsConfig(AppConfig):
    name = "webapp.flows"
    verbose_name = _("Call flows")
