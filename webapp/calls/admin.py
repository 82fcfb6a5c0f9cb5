"""Call records in the admin: looking only."""

import datetime
import json
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from webapp.calls.access import visible_calls
from webapp.calls.actions import moment
from webapp.calls.models import CallLeg, CallRecord, Direction
from webapp.common.admin import ReadOnly, TenantAdmin

LEG_FIELDS = (
    "side",
    "extension_number",
    "number",
    "name",
    "offered_at",
    "answered_at",
    "ended_at",
    "ended_by",
    "code",
    "reason",
    "codec",
    "mos",
    "rx_loss",
    "tx_loss",
    "jitter",
)


class LegInline(ReadOnly, admin.TabularInline):
    """The legs of a call."""

    model = CallLeg
    fields = LEG_FIELDS
    readonly_fields = LEG_FIELDS
    extra = 0


@admin.register(CallRecord)
class CallAdmin(ReadOnly, TenantAdmin):
    """The history of the organisation."""

    rows = staticmethod(visible_calls)
    inlines = (LegInline,)
    list_display = (
        "started_at",
        "caller_number",
        "caller_name",
        "dialled",
        "outcome",
        "talk_time",
        "organisation",
    )
    list_filter = ("outcome", "direction", "started_at", "organisation")
    search_fields = ("=caller_number", "=dialled", "caller_name", "=call_id", "=legs__extension_number")
    search_help_text = _("A number, a caller's name or a call id.")
    date_hierarchy = "started_at"
    fields: ClassVar = [
        "organisation",
        "call_id",
        "caller_number",
        "caller_name",
        "dialled",
        "started_at",
        "answered_at",
        "ended_at",
        "talk_time",
        "ended_by",
        "outcome",
        "code",
        "reason",
        "direction",
        "trunk",
        "shown",
        "continued_in",
        "emergency",
        "way",
        "full_record",
    ]
    readonly_fields = ("talk_time", "way", "full_record")

    @admin.display(description=_("talk time"), ordering="talk_seconds")
    def talk_time(self, call: CallRecord) -> str:
        minutes, seconds = divmod(round(call.talk_seconds), 60)
        return f"{minutes}:{seconds:02}"

    @admin.display(description=_("its way"))
    def way(self, call: CallRecord) -> SafeString:
        """Each step, and a link to what the same call would do now."""
        steps = [
            (moment(step["at"]), step.get("node") or "", step["step"], step["result"])
            for step in call.record.get("path", [])
        ]
        rows = format_html_join(
            "", "<li>{}: <strong>{}</strong> {} – {}</li>", ((_clock(s[0]), *s[1:]) for s in steps)
        )
        query = {
            "organisation": str(call.organisation_id or ""),
            "number": call.dialled,
            "caller": call.caller_number,
            "internal": "on" if call.direction == Direction.INTERNAL else "",
            "at": localtime(call.started_at).strftime("%Y-%m-%d %H:%M:%S"),
        }
        again = f"{reverse('admin:try')}?{urlencode(query)}"
        link = format_html('<a href="{}">{}</a>', again, _("Try this call again"))
        return format_html("<ol>{}</ol>{}", rows, link)

    @admin.display(description=_("full record"))
    def full_record(self, call: CallRecord) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(call.record, indent=2, ensure_ascii=False))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Only together with the whole organisation; Django asks here whether that may be.
        match = request.resolver_match
        return bool(match and match.url_name and match.url_name.startswith("organisations_organisation"))


def _clock(when: datetime.datetime | None) -> str:
    return localtime(when).strftime("%H:%M:%S") if when is not None else ""
