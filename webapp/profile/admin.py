"""What people tell of themselves, in the admin: to look at, and to take away what should not be there."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from webapp.common.admin import TenantAdmin
from webapp.profile.access import visible_profiles
from webapp.profile.models import Profile


@admin.register(Profile)
class ProfileAdmin(TenantAdmin):
    """Profiles."""

    rows = staticmethod(visible_profiles)
    list_display = ("person", "job_role", "department", "note")
    search_fields = ("person__name", "job_role", "department")
    fields: ClassVar = ["person", "job_role", "department", "note", "numbers"]
    readonly_fields = ("person", "numbers")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
