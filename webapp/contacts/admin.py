"""The organisation's phone book in the admin. Personal ones are not there: they belong to their people."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import TenantForm
from webapp.contacts import actions
from webapp.contacts.access import external_contacts
from webapp.contacts.models import Contact, NumberType
from webapp.organisations.owned_admin import OwnedAdmin


class ContactForm(TenantForm):
    """A contact; its numbers one to a line."""

    numbers = forms.CharField(
        label=_("numbers"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One to a line; behind it, if you like, what it is: work, mobile, home, fax, other."),
    )

    class Meta:
        model = Contact
        fields = (
            "organisation",
            "first_name",
            "last_name",
            "company",
            "department",
            "job_role",
            "email",
            "address",
            "note",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            lines = [f"{each.number} {each.type}" for each in self.instance.numbers.all()]
            self.fields["numbers"].initial = "\n".join(lines)

    def clean_numbers(self) -> list[dict[str, str]]:
        found = []
        for line in str(self.cleaned_data["numbers"]).splitlines():
            number, _space, kind = line.strip().rpartition(" ")
            if kind not in NumberType.values:
                number, kind = line.strip(), NumberType.WORK
            if number:
                found.append({"number": number, "type": str(kind)})
        owner = self.cleaned_data.get("organisation") or self.viewer.organisation
        if not self.instance._state.adding:
            owner = self.instance.organisation
        if owner is not None:
            try:
                actions.numbers_of(Contact(organisation=owner), found)
            except forms.ValidationError as error:
                raise forms.ValidationError(error.messages) from None
        return found


@admin.register(Contact)
class ContactAdmin(OwnedAdmin):
    """The organisation's contacts."""

    rows = staticmethod(external_contacts)
    form = ContactForm
    list_display = ("__str__", "company", "department", "email", "organisation")
    search_fields = ("first_name", "last_name", "company", "=numbers__number")
    fields: ClassVar = [*ContactForm.Meta.fields, "numbers"]

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        if not change:
            obj.book = actions.book_of(obj.organisation)
        actions.save_contact(obj, form.cleaned_data["numbers"])

    def delete_model(self, request: HttpRequest, obj: Contact) -> None:
        actions.delete_contact(obj)
