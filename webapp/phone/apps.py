"""The phone in the browser."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PhoneConfig(AppConfig):
    name = "webapp.phone"
    verbose_name = _("Phone in the browser")
