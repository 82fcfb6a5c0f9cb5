"""The five roles, each of which may do all that the one before it may."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """user: own extension. agent: the same, and later queues. supervisor: sees the whole organisation.
    admin: manages the organisation. operator: runs the system, belongs to no organisation."""

    USER = "user", _("User")
    AGENT = "agent", _("Agent")
    SUPERVISOR = "supervisor", _("Supervisor")
    ADMIN = "admin", _("Administrator")
    OPERATOR = "operator", _("Operator")


_ORDER = list(Role)


def at_least(viewer: Any, role: Role) -> bool:
    """Whether a signed-in, active person has this role or a higher one."""
    if not getattr(viewer, "is_authenticated", False) or not viewer.is_active:
        return False
    return _ORDER.index(Role(viewer.role)) >= _ORDER.index(role)
