"""Statuses, forwards and plans in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from webapp.common.admin import TenantForm
from webapp.extensions.access import acted_extensions
from webapp.flows.access import visible_flows
from webapp.organisations.owned_admin import OwnedAdmin
from webapp.statuses import actions
from webapp.statuses.access import visible_forwards, visible_plans, visible_statuses
from webapp.statuses.models import Forward, Plan, Status


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


@admin.register(Plan)
class PlanAdmin(OwnedAdmin):
    """Planned changes of status."""

    rows = staticmethod(visible_plans)
    form = OfExtensionForm
    gates: ClassVar = {"extension": acted_extensions, "status": visible_statuses}
    list_display = ("extension", "at", "status", "until", "state", "organisation")
    list_filter = ("state", "at")
    search_fields = ("extension__number",)
    autocomplete_fields = ("extension",)
    fields: ClassVar = ["extension", "at", "status", "until", "note", "state", "problem", "ended_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = ("state", "problem", "ended_at")
        if obj is None or obj.state == Plan.State.WAITING:
            return fixed
        return (*fixed, "extension", "at", "status", "until", "note")

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        actions.save_plan(obj)
