"""Conference rooms in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import TenantForm
from webapp.organisations.owned_admin import OwnedAdmin
from webapp.rooms import actions
from webapp.rooms.access import visible_rooms
from webapp.rooms.models import Room


class RoomForm(TenantForm):
    """A room; its PIN is never put on the page."""

    new_pin = forms.RegexField(
        r"^[0-9]{4,12}\Z",
        label=_("new PIN"),
        required=False,
        help_text=_("4 to 12 digits. Empty: stays as it is."),
    )
    no_pin = forms.BooleanField(label=_("without PIN"), required=False)

    class Meta:
        model = Room
        fields = ("organisation", "number", "name", "announce", "max_members")


@admin.register(Room)
class RoomAdmin(OwnedAdmin):
    """Conference rooms."""

    rows = staticmethod(visible_rooms)
    form = RoomForm
    list_display = ("number", "name", "has_pin", "max_members", "organisation")
    search_fields = ("number", "name")
    fields: ClassVar = ["organisation", "number", "name", "announce", "max_members", "new_pin", "no_pin"]

    @admin.display(description=_("PIN"), boolean=True)
    def has_pin(self, room: Room) -> bool:
        return bool(room.pin_hash)

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        pin = "" if form.cleaned_data.get("no_pin") else form.cleaned_data.get("new_pin") or None
        actions.save_room(obj, pin)
