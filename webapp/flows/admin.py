"""Flows, calendars, groups and internal numbers in the admin, and the page to try a call."""

import json
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from webapp.common.admin import ReadOnly, TenantForm
from webapp.extensions.access import visible_extensions
from webapp.flows import actions, trying
from webapp.flows.access import (
    visible_calendars,
    visible_flows,
    visible_groups,
    visible_internal_numbers,
)
from webapp.flows.models import Calendar, Flow, FlowVersion, Group, GroupMember, InternalNumber
from webapp.flows.titles import title
from webapp.organisations.owned_admin import GatedInline, OwnedAdmin


class IndentedJson(forms.JSONField):
    """JSON that people read."""

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, InvalidJSONInput):
            return super().prepare_value(value)
        return json.dumps(value, indent=2, ensure_ascii=False)


class FlowForm(TenantForm):
    """The draft as indented JSON."""

    class Meta:
        model = Flow
        fields = "__all__"  # the admin's own list says which
        field_classes: ClassVar = {"draft": IndentedJson}
        widgets: ClassVar = {"draft": forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField"})}


class VersionInline(ReadOnly, admin.TabularInline):
    """What was published."""

    model = FlowVersion
    fields = ("number", "live", "created_at", "published_by", "note")
    readonly_fields = fields
    extra = 0


@admin.register(Flow)
class FlowAdmin(OwnedAdmin):
    """A flow as JSON, with buttons to check and publish what was saved."""

    rows = staticmethod(visible_flows)
    form = FlowForm
    inlines = (VersionInline,)
    list_display = ("name", "organisation", "changed_at")
    search_fields = ("name",)
    list_filter = ("organisation",)
    fields: ClassVar = ["organisation", "name", "draft"]
    change_form_template = "admin/centrale_flow.html"

    def get_urls(self) -> list[Any]:
        own = [
            path("try/", self.admin_site.admin_view(trying.TryPage.as_view(site=self.admin_site)), name="try")
        ]
        return own + super().get_urls()

    def response_change(self, request: HttpRequest, obj: Flow) -> HttpResponse:
        if "_check" not in request.POST and "_publish" not in request.POST:
            return super().response_change(request, obj)
        try:
            self._check(request, obj)
            if "_publish" in request.POST:
                version = actions.publish(request.user, obj)
                messages.success(request, _("Version %(number)s is live.") % {"number": version.number})
        except actions.Unpublishable:
            messages.error(request, _("It was not published: it has errors."))
        except forms.ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return HttpResponseRedirect(reverse("admin:flows_flow_change", args=[obj.pk]))

    def _check(self, request: HttpRequest, flow: Flow) -> None:
        found = actions.check(flow)
        for finding in found:
            level = messages.ERROR if finding.level == "error" else messages.WARNING
            where = f"{finding.node}: " if finding.node else ""
            messages.add_message(request, level, f"{where}{title(finding.code)}. {finding.text}")
        if not found:
            messages.success(request, _("Nothing is wrong with this flow."))

    def delete_model(self, request: HttpRequest, obj: Flow) -> None:
        actions.delete_flow(obj)


@admin.register(Calendar)
class CalendarAdmin(OwnedAdmin):
    """Holidays."""

    rows = staticmethod(visible_calendars)
    list_display = ("name", "organisation")
    search_fields = ("name",)
    fields: ClassVar = ["organisation", "name", "days"]

    def delete_model(self, request: HttpRequest, obj: Calendar) -> None:
        actions.delete_calendar(obj)


class MemberInline(GatedInline):
    """Who is in a group, in its order."""

    model = GroupMember
    gates: ClassVar = {"extension": visible_extensions}
    autocomplete_fields = ("extension",)
    fields = ("position", "extension")


@admin.register(Group)
class GroupAdmin(OwnedAdmin):
    """Ring groups."""

    rows = staticmethod(visible_groups)
    inlines = (MemberInline,)
    list_display = ("name", "organisation")
    search_fields = ("name",)
    fields: ClassVar = ["organisation", "name"]

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        actions.delete_group(obj)


@admin.register(InternalNumber)
class InternalNumberAdmin(OwnedAdmin):
    """Internal numbers that lead to a flow."""

    rows = staticmethod(visible_internal_numbers)
    gates: ClassVar = {"flow": visible_flows}
    list_display = ("number", "name", "flow", "organisation")
    search_fields = ("number", "name")
    fields: ClassVar = ["organisation", "number", "name", "flow"]
