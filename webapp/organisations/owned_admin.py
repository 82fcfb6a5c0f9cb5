"""Admin pages of rows of organisations, with their lists as inlines."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from webapp.common.admin import Gate, TenantAdmin
from webapp.organisations.access import visible_organisations
from webapp.organisations.owned import Owned, Part
from webapp.organisations.owned_actions import delete_owned, save_owned


class GatedInline(admin.TabularInline):
    """Parts on the page of the row they belong to; `gates` as in TenantAdmin."""

    gates: ClassVar[dict[str, Gate]] = {}
    extra = 0
    ordering = Part.ORDER

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        gate = self.gates.get(db_field.name)
        if gate is None:
            raise LookupError(f"{type(self).__name__} has no gate for {db_field.name}")
        kwargs["queryset"] = gate(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OwnedAdmin(TenantAdmin):
    """An Owned model. The organisation is the operator's to choose, and fixed afterwards."""

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "organisation":
            kwargs["queryset"] = visible_organisations(request.user)
            return super(TenantAdmin, self).formfield_for_foreignkey(db_field, request, **kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = super().get_readonly_fields(request, obj)
        return (*fixed, "organisation") if obj is not None else fixed

    def save_model(self, request: HttpRequest, obj: Owned, form: Any, change: bool) -> None:
        save_owned(obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            delete_owned(row)
        for row in rows:
            save_owned(row)

    def delete_model(self, request: HttpRequest, obj: Owned) -> None:
        delete_owned(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, partial(super().delete_view, request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._told(request, partial(super().changelist_view, request, *args, **kwargs))

    def _told(self, request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        """What must not be removed is told, not a failure of ours."""
        try:
            with transaction.atomic():
                return answer()
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return HttpResponseRedirect(request.path)
