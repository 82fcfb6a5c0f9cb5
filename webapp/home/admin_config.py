"""Django's admin with our site (in a module of its own: an app's `apps` module may hold one config only)."""

from django.contrib.admin.apps import AdminConfig


class CentraleAdminConfig(AdminConfig):
    default_site = "webapp.home.admin_site.CentraleAdminSite"
