"""Recording rules, recordings and the audit of them in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import ReadOnly, TenantAdmin
from webapp.extensions.access import visible_extensions
from webapp.lines.access import visible_numbers
from webapp.organisations.access import visible_organisations
from webapp.organisations.owned_admin import GatedInline, OwnedAdmin
from webapp.recordings import actions
from webapp.recordings.access import (
    removable_recordings,
    visible_accesses,
    visible_recordings,
    visible_retention_rows,
    visible_rules,
)
from webapp.recordings.models import Access, Recording, Retention, Rule, RuleExtension, RuleNumber


class RuleExtensionInline(GatedInline):
    """Extensions that the rule is for; none: all."""

    model = RuleExtension
    gates: ClassVar = {"extension": visible_extensions}
    fields = ("extension",)


class RuleNumberInline(GatedInline):
    """Public numbers that the rule is for; none: all."""

    model = RuleNumber
    gates: ClassVar = {"number": visible_numbers}
    fields = ("number",)


@admin.register(Rule)
class RuleAdmin(OwnedAdmin):
    """What is recorded by itself."""

    rows = staticmethod(visible_rules)
    inlines = (RuleExtensionInline, RuleNumberInline)
    list_display = ("name", "enabled", "internal", "inbound", "outbound", "keep", "organisation")
    list_filter = ("enabled", "organisation")
    search_fields = ("name",)
    fields: ClassVar = [
        "organisation",
        "name",
        "enabled",
        "internal",
        "inbound",
        "outbound",
        "stereo",
        "announce",
        "keep",
    ]


@admin.register(Recording)
class RecordingAdmin(TenantAdmin):
    """Recordings: to listen to and to delete."""

    rows = staticmethod(visible_recordings)
    list_display = ("started_at", "extension", "rule", "length", "state", "listen", "organisation")
    list_filter = ("personal", "state", "started_at", "organisation")
    search_fields = ("=call", "extension__number", "extension__name")
    date_hierarchy = "started_at"
    fields: ClassVar = [
        "organisation",
        "call",
        "personal",
        "rule",
        "extension",
        "started_at",
        "length",
        "channels",
        "reason",
        "state",
        "size",
        "listen",
    ]
    readonly_fields = tuple(fields)

    @admin.display(description=_("length"))
    def length(self, recording: Recording) -> str:
        minutes, seconds = divmod(round(recording.seconds), 60)
        return f"{minutes}:{seconds:02}"

    @admin.display(description=_("listen"))
    def listen(self, recording: Recording) -> SafeString | str:
        if recording.state not in (Recording.State.STORED, Recording.State.DONE):
            return ""
        url = reverse("recording-audio", args=[recording.pk])
        return format_html('<audio controls preload="none" src="{}"></audio>', url)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or removable_recordings(request.user).filter(pk=obj.pk).exists())

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}  # one by one: each deletion is put on record

    def delete_model(self, request: HttpRequest, obj: Recording) -> None:
        actions.delete(obj, request=request)


@admin.register(Retention)
class RetentionAdmin(TenantAdmin):
    """How long recordings are kept."""

    rows = staticmethod(visible_retention_rows)
    gates: ClassVar = {"organisation": visible_organisations}
    list_display = ("__str__", "days", "personal_days")
    fields: ClassVar = ["organisation", "days", "personal_days"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organisation",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Retention, form: Any, change: bool) -> None:
        actions.save_retention(obj)


@admin.register(Access)
class AccessAdmin(ReadOnly, TenantAdmin):
    """Who did what with recordings."""

    rows = staticmethod(visible_accesses)
    list_display = ("at", "person_name", "deed", "started_at", "call", "address", "organisation")
    list_filter = ("deed", "at", "organisation")
    search_fields = ("person_name", "=call")
    date_hierarchy = "at"
    fields: ClassVar = [
        "organisation",
        "at",
        "person_name",
        "deed",
        "recording",
        "call",
        "started_at",
        "address",
    ]
