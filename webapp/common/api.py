"""What the features' REST APIs share: the tenant-gated view set, pages, errors, roles."""

from typing import Any, ClassVar

import structlog
from django.core.exceptions import NON_FIELD_ERRORS
from django.core.exceptions import ValidationError as ModelError
from django.db import InterfaceError, OperationalError
from django.db.models import Model, ProtectedError, QuerySet, RestrictedError
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.permissions import SAFE_METHODS, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_handler
from rest_framework.viewsets import GenericViewSet

from pbx.control.client import ControlError, ControlUnreachable
from webapp.organisations.roles import Role, at_least

log = structlog.get_logger(__name__)


class Away(exceptions.APIException):
    """A part that this request needs is not there right now."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _("A part of the system cannot be reached right now; try again shortly.")
    default_code = "away"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Errors as JSON: {"field": ["sentence"]} for input, {"detail": "sentence"} for the rest."""
    if isinstance(error, ModelError):
        error = exceptions.ValidationError(_messages(error))
    elif isinstance(error, ProtectedError | RestrictedError):
        error = exceptions.ValidationError({"detail": [_("Other data still uses this.")]})
    elif isinstance(error, ControlUnreachable):
        error = Away(_("The telephone core cannot be reached right now; try again shortly."))
    elif isinstance(error, ControlError):
        error = _core_refused(error)
    elif isinstance(error, OperationalError | InterfaceError):
        log.error("database.away", error=str(error).strip())
        error = Away(_("The database cannot be reached right now; try again shortly."))
    return drf_handler(error, context)


def _messages(error: ModelError) -> dict[str, list[str]]:
    if not hasattr(error, "error_dict"):
        return {"non_field_errors": [str(text) for text in error.messages]}
    renamed = {NON_FIELD_ERRORS: "non_field_errors"}
    return {renamed.get(k, k): [str(t) for t in v] for k, v in error.message_dict.items()}


def _core_refused(error: ControlError) -> exceptions.APIException:
    problem = error.problem
    if error.status == status.HTTP_404_NOT_FOUND:
        return exceptions.NotFound()
    if error.status == status.HTTP_403_FORBIDDEN:
        return exceptions.PermissionDenied(problem.error)
    if 400 <= error.status < 500:
        return exceptions.ValidationError({problem.field or "detail": [problem.error]})
    return Away(problem.error)


class HasRole(BasePermission):
    """Lets in whoever has at least the role that the view asks for: `read_role`, `write_role`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        name = "read_role" if request.method in SAFE_METHODS else "write_role"
        return at_least(request.user, getattr(view, name, Role.USER))


class TenantViewSet(GenericViewSet[Any]):
    """A view set that sees nothing but what its feature's access module lets this person see."""

    model: ClassVar[type[Model]]
    read_role: ClassVar[Role] = Role.USER
    write_role: ClassVar[Role] = Role.ADMIN
    permission_classes = (IsAuthenticated, HasRole)

    @staticmethod
    def rows(viewer: Any) -> QuerySet[Any]:
        """The rows that `viewer` may see; each view set points this at its feature's access module."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return type(self).rows(self.request.user)
