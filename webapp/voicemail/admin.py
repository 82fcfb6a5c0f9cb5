"""Mailboxes in the admin. Messages are not there: they belong to those who listen to them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import TenantForm
from webapp.extensions.access import visible_extensions
from webapp.organisations.owned_actions import save_owned
from webapp.organisations.owned_admin import GatedInline, OwnedAdmin
from webapp.voicemail import actions
from webapp.voicemail.access import visible_mailboxes
from webapp.voicemail.models import Mailbox, MailboxMember


class MailboxForm(TenantForm):
    """A mailbox; a PIN that is filled in takes the place of the old one."""

    pin = forms.CharField(
        label=_("new PIN"),
        required=False,
        max_length=10,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("4 to 10 digits. Empty: stays as it is."),
    )

    class Meta:
        model = Mailbox
        fields = (
            "organisation",
            "extension",
            "number",
            "name",
            "enabled",
            "language",
            "operator",
            "max_seconds",
            "max_messages",
            "mail",
            "mail_to",
        )

    def clean_pin(self) -> str:
        pin = str(self.cleaned_data["pin"])
        if pin:
            try:
                actions.check_pin(self.instance, pin)
            except forms.ValidationError as error:
                raise forms.ValidationError(error.messages) from None
        return pin


class MemberInline(GatedInline):
    """Extensions that share the mailbox."""

    model = MailboxMember
    gates: ClassVar = {"extension": visible_extensions}
    fields = ("extension", "position")


@admin.register(Mailbox)
class MailboxAdmin(OwnedAdmin):
    """Mailboxes, personal and shared."""

    rows = staticmethod(visible_mailboxes)
    form = MailboxForm
    inlines = (MemberInline,)
    gates: ClassVar = {"extension": visible_extensions}
    list_display = ("name", "extension", "number", "enabled", "mail", "organisation")
    list_filter = ("enabled", "organisation")
    search_fields = ("name", "number", "extension__number", "extension__name")
    fields: ClassVar = [*MailboxForm.Meta.fields, "pin"]

    def save_model(self, request: HttpRequest, obj: Mailbox, form: Any, change: bool) -> None:
        save_owned(obj)
        if form.cleaned_data.get("pin"):
            actions.set_pin(obj, form.cleaned_data["pin"])

    def delete_model(self, request: HttpRequest, obj: Mailbox) -> None:
        actions.delete_mailbox(obj)
