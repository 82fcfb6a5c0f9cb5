"""What the features' admin pages share: the tenant gate, forms that know who asks, secrets shown once."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from webapp.organisations.roles import Role, at_least

Gate = Callable[[Any], QuerySet[Any]]


def capitals(form: forms.BaseForm) -> None:
    """Labels begin with a capital: those of a model's fields do so by themselves, a form's own do not."""
    for field in form.fields.values():
        if field.label:
            field.label = capfirst(field.label)


class TenantForm(forms.ModelForm):
    """Knows the person who asks; gives a new row of a non-operator that person's organisation before
    checks."""

    viewer: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        capitals(self)

    def _post_clean(self) -> None:
        if self._gives_organisation():
            self.instance.organisation = self.viewer.organisation
        super()._post_clean()  # type: ignore[misc]

    def _gives_organisation(self) -> bool:
        has_one = any(field.name == "organisation" for field in self.instance._meta.fields)
        return has_one and self.instance._state.adding and "organisation" not in self.fields

    def _get_validation_exclusions(self) -> set[str]:
        # So that "unique in this organisation" is checked although the organisation is not on the form.
        return super()._get_validation_exclusions() - {"organisation"}  # type: ignore[misc]


class TenantAdmin(admin.ModelAdmin):
    """A model in the admin, seen through the feature's access module.

    `gates` names the access function for each foreign key on the form. Fields and filters in `operator_only`
    are not there for administrators of an organisation.
    """

    form = TenantForm
    gates: ClassVar[dict[str, Gate]] = {}
    operator_only: ClassVar[tuple[str, ...]] = ("organisation",)
    list_per_page = 50
    show_full_result_count = False

    @staticmethod
    def rows(viewer: Any) -> QuerySet[Any]:
        """The rows that `viewer` may see; each admin points this at its feature's access module."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = type(self).rows(request.user)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_form(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        form.viewer = request.user  # the class is made anew for each request
        return form

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self._hidden(request) + tuple(super().get_exclude(request, obj) or ())

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fields = super().get_fields(request, obj)
        hidden = self._hidden(request)
        return [field for field in fields if field not in hidden]

    def get_list_display(self, request: HttpRequest) -> Any:
        return [name for name in super().get_list_display(request) if name not in self._hidden(request)]

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [name for name in super().get_list_filter(request) if name not in self._hidden(request)]

    def _hidden(self, request: HttpRequest) -> tuple[str, ...]:
        return () if at_least(request.user, Role.OPERATOR) else self.operator_only

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        gate = self.gates.get(db_field.name)
        if gate is None:
            raise LookupError(f"{type(self).__name__} has no gate for {db_field.name}")
        kwargs["queryset"] = gate(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class ReadOnly:
    """Mixin: looking only."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def show_once(request: HttpRequest, site: admin.AdminSite, back: str, **contents: Any) -> HttpResponse:
    """The page with fresh secrets (`phones` as device_secret gives them, `token` as text).

    An answer of its own instead of a message after a redirect: a message would be stored until it is shown.
    """
    context = {**site.each_context(request), "title": _("Write these down now"), "back": back, **contents}
    return TemplateResponse(request, "admin/centrale_secrets.html", context)
