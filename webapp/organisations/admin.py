"""Organisations in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from webapp.common.admin import TenantAdmin
from webapp.organisations import actions
from webapp.organisations.access import visible_organisations
from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role, at_least


@admin.register(Organisation)
class OrganisationAdmin(TenantAdmin):
    """Operators make and change all; an administrator changes some of the own one."""

    rows = staticmethod(visible_organisations)
    operator_only = ()
    list_display = ("name", "domain", "language", "time_zone")
    search_fields = ("name", "domain")
    fields: ClassVar = [
        "name",
        "domain",
        "language",
        "time_zone",
        "country",
        "max_extensions",
        "max_call_seconds",
        "rtp_timeout_seconds",
        "phone_digest",
        "park_first",
        "park_last",
        "park_seconds",
        "return_seconds",
        "star_codes",
        "config_version",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = () if at_least(request.user, Role.OPERATOR) else tuple(sorted(actions.OPERATOR_FIELDS))
        return ("config_version", *fixed)

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        actions.save_organisation(obj)

    def delete_model(self, request: HttpRequest, obj: Organisation) -> None:
        actions.delete_organisation(obj)
