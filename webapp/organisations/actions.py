"""Everything that writes organisations."""

from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from webapp.organisations.models import Organisation
from webapp.organisations.roles import Role, at_least

log = structlog.get_logger(__name__)

# What only an operator sets: an organisation must not raise its own limits or take another's name.
OPERATOR_FIELDS = frozenset({"name", "domain", "max_extensions"})


def create_organisation(*, name: str, domain: str, **fields: Any) -> Organisation:
    """A new organisation. Raises ValidationError, by field."""
    organisation = Organisation(name=name, domain=domain, **fields)
    save_organisation(organisation)
    return organisation


def update_organisation(actor: Any, organisation: Organisation, **fields: Any) -> Organisation:
    """Change some fields. Raises ValidationError by field, PermissionDenied for what is the operator's."""
    changed = {name: value for name, value in fields.items() if getattr(organisation, name) != value}
    if not at_least(actor, Role.OPERATOR) and OPERATOR_FIELDS & changed.keys():
        raise PermissionDenied(_("Only the operator changes the name, the domain and the limits."))
    for name, value in changed.items():
        setattr(organisation, name, value)
    save_organisation(organisation)
    return organisation


@transaction.atomic
def save_organisation(organisation: Organisation) -> None:
    """Check and write; afterwards the object carries the version that the database gave."""
    organisation.full_clean()
    organisation.save()
    organisation.refresh_from_db(fields=["config_version"])
    log.info("organisation.saved", tenant=str(organisation.pk), version=organisation.config_version)


def delete_organisation(organisation: Organisation) -> None:
    """Remove an organisation with its people, phones and call records. The core forgets it within a
    second."""
    tenant = str(organisation.pk)
    organisation.delete()
    log.info("organisation.deleted", tenant=tenant)


@transaction.atomic
def change_domain(organisation: Organisation, domain: str) -> list[Any]:
    """A new SIP domain, and with it a new secret for every phone. Returns the (device, secret) pairs."""
    from webapp.extensions.actions import renew_secret  # noqa: PLC0415  (extensions stand above organisations)

    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    organisation.domain = domain
    organisation.clean_fields()
    organisation.validate_unique()
    if Organisation.objects.filter(domain=organisation.domain).exclude(pk=organisation.pk).exists():
        raise ValidationError({"domain": _("This domain is taken.")})
    organisation.save()
    phones = organisation.devices.filter(kind="phone")
    devices = phones.select_related("extension", "organisation").order_by("username")
    return [(device, renew_secret(device)) for device in devices]
