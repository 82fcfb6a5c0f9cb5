"""As whom somebody gives commands on calls."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from webapp.extensions.access import acted_extensions
from webapp.extensions.models import Extension
from webapp.organisations.access import tenant_visible
from webapp.organisations.roles import Role, at_least


def actor(viewer: Any, extension: Extension | None, tenant: str, inside: Iterable[str | None]) -> str | None:
    """The number of the extension that `viewer` acts as in something of `tenant` in which the extensions
    `inside` take part; None for administrators who name none.

    `extension` is one out of `acted_extensions`, or None: then the own one that takes part, or the only one.
    Raises Http404 for what is of another organisation, ValidationError when it must be named."""
    if not tenant_visible(viewer, tenant):
        raise Http404
    if extension is not None:
        if str(extension.organisation_id) != tenant:
            raise Http404
        return extension.number
    if at_least(viewer, Role.ADMIN):
        return None
    numbers = set(acted_extensions(viewer).values_list("number", flat=True))
    candidates = numbers.intersection(inside) or numbers
    if len(candidates) != 1:
        raise ValidationError({"extension": [_("Name the extension.")]})
    return str(candidates.pop())
