"""The organisations app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class OrganisationsConfig(AppConfig):
    name = "webapp.organisations"
    verbose_name = _("Organisations")

    def ready(self) -> None:
        from webapp.organisations.versions import install, remove  # noqa: PLC0415

        pre_migrate.connect(remove, dispatch_uid="organisations.versions")
        post_migrate.connect(install, dispatch_uid="organisations.versions")
