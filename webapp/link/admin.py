"""What the courier could not store, for operators."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from webapp.common.admin import ReadOnly
from webapp.link.models import SetAside
from webapp.organisations.roles import Role, at_least


@admin.register(SetAside)
class SetAsideAdmin(ReadOnly, admin.ModelAdmin):
    """Records that the database refused; normally none."""

    list_display = ("at", "stream", "number", "error")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return at_least(request.user, Role.OPERATOR)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return at_least(request.user, Role.OPERATOR) and SetAside.objects.exists()
