"""Sounds in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import TenantForm
from webapp.organisations.owned_admin import OwnedAdmin
from webapp.sounds import actions
from webapp.sounds.access import visible_sounds
from webapp.sounds.models import Sound


class SoundForm(TenantForm):
    """A sound; the file is asked for when it is new, and replaces the audio later."""

    file = forms.FileField(label=_("audio file"), required=False)

    class Meta:
        model = Sound
        fields = ("organisation", "name", "kind", "on_hold")

    def _post_clean(self) -> None:
        super()._post_clean()
        upload = self.cleaned_data.get("file")
        if self.errors:
            return
        try:
            if upload:
                actions.load(self.instance, upload)
            elif self.instance._state.adding:
                self.add_error("file", _("Give the audio."))
        except forms.ValidationError as error:
            self.add_error(None, error)


@admin.register(Sound)
class SoundAdmin(OwnedAdmin):
    """Announcements and music."""

    rows = staticmethod(visible_sounds)
    form = SoundForm
    list_display = ("name", "kind", "on_hold", "seconds", "organisation")
    list_filter = ("kind", "organisation")
    search_fields = ("name",)
    fields: ClassVar = ["organisation", "name", "kind", "on_hold", "file", "seconds"]
    readonly_fields = ("seconds",)

    def save_model(self, request: HttpRequest, obj: Sound, form: Any, change: bool) -> None:
        actions.save_sound(obj)

    def delete_model(self, request: HttpRequest, obj: Sound) -> None:
        actions.delete_sound(obj)
