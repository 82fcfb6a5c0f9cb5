"""Lines to the outside in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from webapp.common.admin import TenantForm
from webapp.extensions.access import visible_extensions
from webapp.flows.access import visible_flows
from webapp.lines import actions
from webapp.lines.access import (
    visible_caller_ids,
    visible_numbers,
    visible_outside,
    visible_places,
    visible_routes,
    visible_trunks,
)
from webapp.lines.models import (
    CallerId,
    CallerIdUse,
    EmergencyPlace,
    EmergencyTrunk,
    Outside,
    PublicNumber,
    Route,
    RouteTrunk,
    Trunk,
)
from webapp.organisations.owned_admin import GatedInline, OwnedAdmin


class UseInline(GatedInline):
    """Who may show a number."""

    model = CallerIdUse
    gates: ClassVar = {"extension": visible_extensions}
    autocomplete_fields = ("extension",)
    fields = ("extension",)


@admin.register(CallerId)
class CallerIdAdmin(OwnedAdmin):
    """Numbers that may be shown."""

    rows = staticmethod(visible_caller_ids)
    inlines = (UseInline,)
    list_display = ("name", "kind", "shown", "everyone", "organisation")
    list_filter = ("kind", "organisation")
    search_fields = ("name", "shown")
    fields: ClassVar = ["organisation", "kind", "name", "shown", "everyone"]


STATES = {
    "up": pgettext_lazy("trunk", "up"),
    "down": pgettext_lazy("trunk", "down"),
    "unknown": pgettext_lazy("trunk", "not tried yet"),
}


class TrunkForm(TenantForm):
    """A trunk; the password is never put on the page, and stays when nothing is typed."""

    new_password = forms.CharField(
        label=_("password"),
        required=False,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: stays as it is. It is never shown."),
    )

    class Meta:
        model = Trunk
        exclude = ("password",)

    def _post_clean(self) -> None:
        # A password for another host is asked again; what counts as given is what was typed now.
        if typed := self.cleaned_data.get("new_password"):
            self.instance.password = typed
        super()._post_clean()
        if self.errors:
            return
        try:
            actions.check_moved(self.instance)
        except forms.ValidationError as error:
            self.add_error("new_password", error.messages)  # type: ignore[arg-type]


@admin.register(Trunk)
class TrunkAdmin(OwnedAdmin):
    """Trunks, with what the core last told of them."""

    rows = staticmethod(visible_trunks)
    form = TrunkForm
    list_display = ("name", "host", "transport", "register", "state", "enabled", "organisation")
    list_filter = ("enabled", "organisation")
    search_fields = ("name", "host")
    readonly_fields = ("state",)
    fields: ClassVar = [
        "organisation",
        "name",
        "enabled",
        "state",
        "host",
        "port",
        "transport",
        "register",
        "username",
        "new_password",
        "domain",
        "proxy",
        "sources",
        "srtp",
        "max_calls",
        "probe_seconds",
        "dial",
        "number_in",
        "caller_id",
        "dtmf",
    ]

    @admin.display(description=_("state"))
    def state(self, trunk: Trunk) -> str:
        known = getattr(trunk, "known", None)
        if known is None:
            return "–"
        return f"{STATES.get(known.state, known.state)} {known.code or ''} {known.reason}".strip()

    def save_model(self, request: HttpRequest, obj: Trunk, form: Any, change: bool) -> None:
        actions.save_trunk(obj)


class PlaceInline(GatedInline):
    """Trunks in their order."""

    gates: ClassVar = {"trunk": visible_trunks}
    fields = ("position", "trunk")


class RouteTrunkInline(PlaceInline):
    """The trunks of a route."""

    model = RouteTrunk


@admin.register(Route)
class RouteAdmin(OwnedAdmin):
    """Outbound routes."""

    rows = staticmethod(visible_routes)
    inlines = (RouteTrunkInline,)
    list_display = ("name", "prefixes", "priority", "organisation")
    search_fields = ("name",)
    fields: ClassVar = ["organisation", "name", "prefixes", "priority", "seconds", "failover"]


@admin.register(PublicNumber)
class PublicNumberAdmin(OwnedAdmin):
    """Numbers on the public network."""

    rows = staticmethod(visible_numbers)
    gates: ClassVar = {"flow": visible_flows, "extension": visible_extensions}
    list_display = ("number", "name", "flow", "extension", "organisation")
    search_fields = ("number", "name")
    autocomplete_fields = ("extension",)
    fields: ClassVar = ["organisation", "number", "name", "flow", "extension"]


class EmergencyTrunkInline(PlaceInline):
    """The trunks for emergency calls."""

    model = EmergencyTrunk


@admin.register(Outside)
class OutsideAdmin(OwnedAdmin):
    """Emergency calls and limits."""

    rows = staticmethod(visible_outside)
    inlines = (EmergencyTrunkInline,)
    list_display = ("__str__", "emergency_numbers", "calls", "minutes_per_day", "organisation")
    fields: ClassVar = [
        "organisation",
        "emergency_numbers",
        "emergency_caller_id",
        "calls",
        "calls_per_user",
        "minutes_per_day",
        "minutes_per_day_per_user",
        "blocked",
    ]


@admin.register(EmergencyPlace)
class EmergencyPlaceAdmin(OwnedAdmin):
    """Extensions that are elsewhere."""

    rows = staticmethod(visible_places)
    gates: ClassVar = {"extension": visible_extensions}
    list_display = ("extension", "shown", "organisation")
    search_fields = ("extension__number", "shown")
    autocomplete_fields = ("extension",)
    fields: ClassVar = ["organisation", "extension", "shown"]
