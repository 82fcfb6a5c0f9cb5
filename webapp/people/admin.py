"""People and tokens in the admin."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from webapp.common.admin import TenantAdmin, TenantForm, show_once
from webapp.extensions.models import Extension
from webapp.organisations.access import visible_organisations
from webapp.organisations.roles import Role, at_least
from webapp.people import actions
from webapp.people.access import visible_people, visible_tokens
from webapp.people.models import ApiToken, User

# Rights come from the role; Django's groups have no place here.
admin.site.unregister(Group)


class PersonForm(TenantForm):
    """A person with an optional new password."""

    password = forms.CharField(
        label=_("new password"),
        required=False,
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_(
            "Empty: stays as it is. At least 8 characters, with a capital, a small letter and a digit."
        ),
    )

    class Meta:
        model = User
        fields = ("email", "name", "role", "organisation", "language", "time_zone", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.pop("password", None)
        if "role" in self.fields and not at_least(self.viewer, Role.OPERATOR):
            self.fields["role"].choices = [c for c in Role.choices if c[0] != Role.OPERATOR]  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        super()._post_clean()
        try:
            actions.check_person(self.viewer, self.instance)
            if self.cleaned_data.get("password"):
                actions.check_password(self.instance, self.cleaned_data["password"])
        except PermissionDenied as error:
            self.add_error(None, str(error))
        except ValidationError as error:
            self.add_error(None, error)


class OwnExtensions(admin.TabularInline):
    """Which extensions are this person's; changed on the extension."""

    model = Extension
    fields = ("number", "name")
    readonly_fields = ("number", "name")
    extra = 0
    can_delete = False
    show_change_link = True
    verbose_name_plural = _("extensions")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(TenantAdmin):
    """People of the organisation."""

    rows = staticmethod(visible_people)
    form = PersonForm
    gates: ClassVar = {"organisation": visible_organisations}
    inlines = (OwnExtensions,)
    list_display = ("name", "email", "role", "organisation", "is_active", "last_login")
    list_filter = ("role", "is_active", "organisation")
    search_fields = ("name", "email", "extensions__number")
    fields: ClassVar = [
        "email",
        "name",
        "role",
        "organisation",
        "language",
        "time_zone",
        "is_active",
        "password",
    ]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        password = form.cleaned_data.get("password") or None
        if password is None and obj.pk:
            # The form's empty field of the same name must not wipe the stored digest.
            obj.password = User.objects.filter(pk=obj.pk).values_list("password", flat=True).first() or ""
        actions.save_person(request.user, obj, password)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj != request.user

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        actions.delete_person(request.user, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for person in queryset.exclude(pk=request.user.pk):
            actions.delete_person(request.user, person)


@admin.register(ApiToken)
class TokenAdmin(TenantAdmin):
    """Tokens: make one's own, take away anyone's in the organisation."""

    rows = staticmethod(visible_tokens)
    list_display = ("name", "hint", "user", "expires_at", "last_used_at", "created_at")
    search_fields = ("name", "hint", "user__email")
    fields: ClassVar = ["name", "expires_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        token, text = actions.new_token(request.user, obj.name, obj.expires_at)
        obj.pk, obj.user = token.pk, token.user
        request.fresh_token = text  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        back = reverse("admin:people_apitoken_changelist")
        return show_once(request, self.admin_site, back, token=request.fresh_token)  # type: ignore[attr-defined]
