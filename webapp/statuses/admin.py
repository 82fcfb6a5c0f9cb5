"""Statuses, forwards and plans in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from webapp.common.admin import ReadOnly, TenantAdmin, TenantForm
from webapp.extensions.access import acted_extensions
from webapp.flows.access import visible_flows
from webapp.organisations.owned_admin import OwnedAdmin
from webapp.statuses import actions
from webapp.statuses.access import visible_forwards, visible_plans, visible_series, visible_statuses
from webapp.statuses.models import Forward, Plan, Series, Status


@admin.register(Status)
class StatusAdmin(OwnedAdmin):
    """Statuses."""

    rows = staticmethod(visible_statuses)
    gates: ClassVar = {"flow": visible_flows}
    list_display = ("name", "colour", "presence", "flow", "code", "default", "rings", "organisation")
    search_fields = ("name",)
    fields: ClassVar = [
        "organisation",
        "name",
        "colour",
        "presence",
        "flow",
        "code",
        "default",
        "rings",
    ]

    def save_model(self, request: HttpRequest, obj: Status, form: Any, change: bool) -> None:
        actions.save_status(obj)


class OfExtensionForm(TenantForm):
    """The organisation is that of the extension."""

    def _post_clean(self) -> None:
        extension = self.cleaned_data.get("extension")
        if extension is not None:
            self.instance.organisation = extension.organisation
        super()._post_clean()


@admin.register(Forward)
class ForwardAdmin(OwnedAdmin):
    """Forwards per status."""

    rows = staticmethod(visible_forwards)
    form = OfExtensionForm
    gates: ClassVar = {"extension": acted_extensions, "status": visible_statuses}
    list_display = ("extension", "status", "target", "organisation")
    search_fields = ("extension__number", "target")
    autocomplete_fields = ("extension",)
    fields: ClassVar = ["extension", "status", "target"]


@admin.register(Series)
class SeriesAdmin(OwnedAdmin):
    """Planned statuses, once or repeated."""

    rows = staticmethod(visible_series)
    form = OfExtensionForm
    gates: ClassVar = {"extension": acted_extensions, "status": visible_statuses}
    list_display = ("extension", "title", "status", "starts", "ends", "rule", "next_at", "organisation")
    list_filter = ("next_at", "organisation")
    search_fields = ("extension__number", "title")
    autocomplete_fields = ("extension",)
    fields: ClassVar = [
        "extension",
        "title",
        "status",
        "starts",
        "ends",
        "all_day",
        "time_zone",
        "rule",
        "note",
        "next_at",
    ]
    readonly_fields = ("next_at",)

    def save_model(self, request: HttpRequest, obj: Series, form: Any, change: bool) -> None:
        actions.save_series(obj)

    def delete_model(self, request: HttpRequest, obj: Series) -> None:
        actions.delete_series(obj)


@admin.register(Plan)
class PlanAdmin(ReadOnly, TenantAdmin):
    """What was carried out of them."""

    rows = staticmethod(visible_plans)
    list_display = ("extension", "at", "status", "until", "state", "organisation")
    list_filter = ("state", "at", "organisation")
    search_fields = ("=extension__number",)
    fields: ClassVar = ["extension", "at", "status", "until", "note", "state", "problem", "ended_at"]
