"""Extensions with their phones in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import TenantAdmin, show_once
from webapp.extensions import actions
from webapp.extensions.access import visible_devices, visible_extensions, visible_pickup_groups
from webapp.extensions.models import Device, Extension, PickupGroup, Supervision
from webapp.extensions.secret_answers import device_secret
from webapp.flows.access import visible_flows
from webapp.lines.access import visible_caller_ids
from webapp.organisations.access import visible_organisations
from webapp.organisations.owned_actions import delete_owned, save_owned
from webapp.organisations.owned_admin import GatedInline, OwnedAdmin
from webapp.people.access import visible_people


class DeviceForm(forms.ModelForm):
    """A phone; a tick gives it a new secret."""

    renew = forms.BooleanField(
        label=_("new secret"),
        required=False,
        help_text=_("The phone stops working until it has the new one."),
    )

    class Meta:
        model = Device
        fields = ("extension", "name", "dtmf", "srtp", "max_bindings", "max_calls", "enabled")


class ShowsSecrets(TenantAdmin):
    """After saving, shows the secrets that were made, once."""

    def save_phone(self, request: HttpRequest, device: Device, renew: bool) -> None:
        """Save, and remember a secret for the page that follows."""
        secret = actions.save_device(device)
        if secret is None and renew and device.kind == Device.Kind.PHONE:
            secret = actions.renew_secret(device)
        if secret is not None:
            fresh = getattr(request, "fresh_phones", [])
            request.fresh_phones = [*fresh, device_secret(device, secret)]  # type: ignore[attr-defined]

    def _shown(self, request: HttpRequest, answer: HttpResponse, obj: Any) -> HttpResponse:
        phones = getattr(request, "fresh_phones", [])
        if not phones:
            return answer
        back = answer.headers.get("Location") or reverse(
            f"admin:extensions_{obj._meta.model_name}_change", args=[obj.pk]
        )
        return show_once(request, self.admin_site, back, phones=phones)

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self._shown(request, super().response_add(request, obj, post_url_continue), obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._shown(request, super().response_change(request, obj), obj)


class DeviceInline(admin.TabularInline):
    """The phones of an extension."""

    model = Device
    form = DeviceForm
    fields = ("name", "username", "dtmf", "srtp", "max_bindings", "max_calls", "enabled", "renew")
    readonly_fields = ("username",)
    extra = 0
    max_num = actions.MAX_DEVICES
    show_change_link = True


class SupervisionInline(GatedInline):
    """Whom the user of an extension may act for."""

    model = Supervision
    fk_name = "extension"
    gates: ClassVar = {"supervised": visible_extensions}
    autocomplete_fields = ("supervised",)
    fields = ("supervised",)


@admin.register(PickupGroup)
class PickupGroupAdmin(OwnedAdmin):
    """Pickup groups."""

    rows = staticmethod(visible_pickup_groups)
    list_display = ("name", "organisation")
    search_fields = ("name",)
    fields: ClassVar = ["organisation", "name"]


@admin.register(Extension)
class ExtensionAdmin(ShowsSecrets):
    """Extensions, with their phones on the same page."""

    rows = staticmethod(visible_extensions)
    gates: ClassVar = {
        "organisation": visible_organisations,
        "user": visible_people,
        "flow": visible_flows,
        "pickup_group": visible_pickup_groups,
        "caller_id": visible_caller_ids,
    }
    inlines = (DeviceInline, SupervisionInline)
    list_display = ("number", "name", "organisation", "user", "phones", "ring_seconds")
    list_filter = ("language", "organisation")
    search_fields = ("number", "name", "user__name", "user__email", "devices__username")
    autocomplete_fields = ("user",)
    fields: ClassVar = [
        "organisation",
        "number",
        "name",
        "language",
        "ring_seconds",
        "user",
        "flow",
        "pickup_group",
        "caller_id",
        "may_call_out",
        "may_record",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(phone_count=Count("devices", distinct=True))

    @admin.display(description=_("phones"), ordering="phone_count")
    def phones(self, extension: Any) -> int:
        return int(extension.phone_count)

    def get_readonly_fields(self, request: HttpRequest, obj: Extension | None = None) -> Any:
        return ("organisation",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Extension, form: Any, change: bool) -> None:
        actions.save_extension(obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        if formset.model is Supervision:
            for gone in formset.deleted_objects:
                delete_owned(gone)
            for row in rows:
                save_owned(row)
            return
        for device in formset.deleted_objects:
            actions.delete_device(device)
        for row in formset.forms:
            if row.has_changed() and row not in formset.deleted_forms:
                self.save_phone(request, row.instance, row.cleaned_data.get("renew", False))

    def delete_model(self, request: HttpRequest, obj: Extension) -> None:
        actions.delete_extension(obj)


@admin.register(Device)
class DeviceAdmin(ShowsSecrets):
    """All phones in one list, to find one by its user name."""

    rows = staticmethod(visible_devices)
    form = DeviceForm
    gates: ClassVar = {"extension": visible_extensions}
    list_display = ("username", "name", "extension", "organisation", "enabled", "secret_set_at")
    list_filter = ("enabled", "kind", "dtmf", "organisation")
    search_fields = ("username", "name", "extension__number", "extension__name")
    autocomplete_fields = ("extension",)
    readonly_fields = ("username", "kind", "secret_set_at")
    fields: ClassVar = [
        "extension",
        "name",
        "username",
        "kind",
        "dtmf",
        "srtp",
        "max_bindings",
        "max_calls",
        "enabled",
        "secret_set_at",
        "renew",
    ]

    def save_model(self, request: HttpRequest, obj: Device, form: Any, change: bool) -> None:
        self.save_phone(request, obj, form.cleaned_data.get("renew", False))

    def delete_model(self, request: HttpRequest, obj: Device) -> None:
        actions.delete_device(obj)
