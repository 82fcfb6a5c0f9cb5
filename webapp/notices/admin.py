"""Notices in the admin: looking, and marking as seen."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import ReadOnly, TenantAdmin
from webapp.notices import actions
from webapp.notices.access import visible_notices
from webapp.notices.models import Notice


@admin.register(Notice)
class NoticeAdmin(ReadOnly, TenantAdmin):
    """What administrators should know."""

    rows = staticmethod(visible_notices)
    list_display = ("at", "text", "kind", "seen_at", "organisation")
    list_filter = ("kind", "at", "organisation")
    search_fields = ("text", "=call_id", "=extension")
    fields: ClassVar = ["organisation", "at", "kind", "text", "call_id", "extension", "seen_at", "seen_by"]
    actions = ("mark_seen",)

    @admin.action(description=_("Mark as seen"), permissions=["view"])
    def mark_seen(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for notice in queryset:
            actions.mark_seen(request.user, notice, True)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Only together with the whole organisation; Django asks here whether that may be.
        match = request.resolver_match
        return bool(match and match.url_name and match.url_name.startswith("organisations_organisation"))
