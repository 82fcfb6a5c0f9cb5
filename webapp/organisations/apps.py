"""The organisations app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "webapp.organisations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        from webapp.organisations.versions import install  # noqa: PLC0415

        post_migrate.connect(install, dispatch_uid="organisations.versions")
