"""Sign-in in the admin: rules, single sign-on, policies and who accepted them, invitations."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import ReadOnly, TenantAdmin, TenantForm
from webapp.organisations.owned_admin import OwnedAdmin
from webapp.organisations.roles import Role, at_least
from webapp.people.admin import PersonAdmin
from webapp.signin import actions, letters, policies
from webapp.signin.access import all_policies, visible_acceptances, visible_providers, visible_rules
from webapp.signin.models import Acceptance, Policy, Provider, SignInRules


@admin.action(description=_("Send an invitation by e-mail"), permissions=["change"])
def invite(_admin: Any, request: HttpRequest, people: QuerySet[Any]) -> None:
    """For people without a password."""
    for person in people:
        try:
            letters.invite(person)
        except ValidationError as error:
            messages.error(request, f"{person}: {' '.join(error.messages)}")
        else:
            messages.success(request, _("%(name)s gets a mail.") % {"name": person})


@admin.action(description=_("Take away the second factor, and sign out everywhere"), permissions=["change"])
def reset_second_factor(_admin: Any, _request: HttpRequest, people: QuerySet[Any]) -> None:
    """For people who lost their phone."""
    for person in people:
        actions.reset_second_factor(person)


PersonAdmin.actions = (invite, reset_second_factor)


@admin.register(SignInRules)
class SignInRulesAdmin(OwnedAdmin):
    """What the organisation demands."""

    rows = staticmethod(visible_rules)
    list_display = ("__str__", "organisation", "second_factor")
    fields: ClassVar = ["organisation", "second_factor"]

    def save_model(self, request: HttpRequest, obj: SignInRules, form: Any, change: bool) -> None:
        key = request.session.session_key
        rules = actions.set_rules(obj.organisation, key, second_factor=obj.second_factor)
        obj.pk = rules.pk


class ProviderForm(TenantForm):
    """A provider; its secret is never put on the page, and stays when nothing is typed."""

    new_secret = forms.CharField(
        label=_("client secret"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: stays as it is. It is never shown."),
    )

    class Meta:
        model = Provider
        exclude = ("client_secret",)

    def _post_clean(self) -> None:
        if self.cleaned_data.get("new_secret"):
            self.instance.client_secret = self.cleaned_data["new_secret"]
        super()._post_clean()
        if not self.errors:
            try:
                actions.check_provider(self.instance)
            except ValidationError as error:
                for field, texts in error.message_dict.items():
                    self.add_error({"client_secret": "new_secret"}.get(field, field), texts)


@admin.register(Provider)
class ProviderAdmin(OwnedAdmin):
    """Single sign-on."""

    rows = staticmethod(visible_providers)
    form = ProviderForm
    list_display = ("name", "kind", "issuer", "enabled", "organisation")
    fields: ClassVar = [
        "organisation",
        "kind",
        "name",
        "issuer",
        "client_id",
        "new_secret",
        "domains",
        "trusts_mail",
        "enabled",
    ]

    def save_model(self, request: HttpRequest, obj: Provider, form: Any, change: bool) -> None:
        actions.save_provider(obj)

    def delete_model(self, request: HttpRequest, obj: Provider) -> None:
        actions.delete_provider(obj)


@admin.register(Policy)
class PolicyAdmin(TenantAdmin):
    """Versions of policies: a new one is published, old ones stay as they were accepted."""

    rows = staticmethod(all_policies)
    list_display = ("kind", "version", "title_en", "created_at")
    list_filter = ("kind",)
    fields: ClassVar = ["kind", "title_en", "text_en", "title_nl", "text_nl"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return at_least(request.user, Role.OPERATOR)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return at_least(request.user, Role.OPERATOR)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return at_least(request.user, Role.OPERATOR)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        policies.publish(obj)


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly, TenantAdmin):
    """Who accepted which version, and when."""

    rows = staticmethod(visible_acceptances)
    list_display = ("user", "policy", "created_at", "address")
    list_filter = ("policy__kind",)
    search_fields = ("user__name", "user__email")
    fields: ClassVar = ["user", "policy", "created_at", "address"]
