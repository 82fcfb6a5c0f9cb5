"""Django's admin, arranged for Centrale: our sign-in, administrators and operators only, a live page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import path
from django.utils.translation import gettext_lazy as _


class CentraleAdminSite(AdminSite):
    """The one admin site; features register their models as usual."""

    site_title = "Centrale"
    site_header = "Centrale"
    index_title = _("Administration")
    index_template = "admin/centrale_index.html"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Operators, and administrators of an organisation."""
        return bool(request.user.is_authenticated and request.user.is_active and request.user.is_staff)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One sign-in page for everything. Someone signed in without the role goes to the start page."""
        if request.user.is_authenticated:
            return HttpResponseRedirect(
                resolve_url("admin:index" if self.has_permission(request) else "start")
            )
        target = request.GET.get("next") or resolve_url("admin:index")
        return redirect_to_login(target)

    def get_urls(self) -> list[Any]:
        from webapp.link import live_page  # noqa: PLC0415  (apps are not loaded yet when this module is)

        own = [
            path("live/", self.admin_view(live_page.LivePage.as_view(site=self)), name="live"),
            path("live/hang-up/", self.admin_view(live_page.HangUp.as_view()), name="live-hang-up"),
            path("live/unban/", self.admin_view(live_page.Unban.as_view()), name="live-unban"),
        ]
        return own + super().get_urls()
