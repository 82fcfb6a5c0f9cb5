"""Everything that writes extensions and phones."""

from collections.abc import Iterable

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from webapp.extensions.credentials import digests, new_secret
from webapp.extensions.models import Device, Extension
from webapp.organisations.models import Organisation
from webapp.organisations.owned_actions import save_owned

log = structlog.get_logger(__name__)

MAX_DEVICES = 20  # of one extension; all of them ring at once


@transaction.atomic
def save_extension(extension: Extension, **lists: Iterable[Extension]) -> Extension:
    """Check and write an extension, and whom it supervises when `supervises` is given. Raises ValidationError
    by field."""
    if extension._state.adding and extension.organisation_id:
        # Two at once must not both be the last one under the limit.
        Organisation.objects.select_for_update().get(pk=extension.organisation_id)
    else:
        _leave_browsers(extension)
    return save_owned(extension, **lists)


def _leave_browsers(extension: Extension) -> None:
    """The browsers of who had this extension are no phone of who has it now."""
    before = Extension.objects.values_list("user", flat=True).get(pk=extension.pk)
    if before is not None and before != extension.user_id:
        Device.objects.filter(extension=extension, kind=Device.Kind.BROWSER).delete()


def delete_extension(extension: Extension) -> None:
    """Remove an extension and its phones; call records stay."""
    log.info("extension.deleted", tenant=str(extension.organisation_id), number=extension.number)
    extension.delete()


@transaction.atomic
def save_device(device: Device, secret: str | None = None) -> str | None:
    """Check and write a phone. A new one gets its user name and a secret, which is returned (else None); a
    browser gets no secret.

    `secret`: use this one instead of a fresh one (the demo keeps its own). Raises ValidationError by field.
    """
    device.organisation = device.extension.organisation
    fresh = device._state.adding
    if fresh:
        Organisation.objects.select_for_update().get(pk=device.organisation_id)
        if Device.objects.filter(extension=device.extension_id).count() >= MAX_DEVICES:
            text = _("An extension has at most %(limit)s phones.") % {"limit": MAX_DEVICES}
            raise ValidationError({"extension": text})
        device.username = free_username(device.extension)
    elif Device.objects.values_list("organisation", flat=True).get(pk=device.pk) != device.organisation_id:
        raise ValidationError({"extension": _("A phone cannot move to another organisation.")})
    if device.kind == Device.Kind.BROWSER:
        secret = None
    elif fresh or secret is not None:
        secret = _set_secret(device, secret or new_secret())
    device.full_clean(exclude=["organisation"])
    device.save()
    log.info("device.saved", tenant=str(device.organisation_id), device=str(device.pk), fresh=fresh)
    return secret


@transaction.atomic
def renew_secret(device: Device, secret: str | None = None) -> str:
    """Give a phone a new secret and return it. The old one stops working within a second. Raises
    ValidationError for a browser, which has none."""
    if device.kind == Device.Kind.BROWSER:
        raise ValidationError(_("A browser has no secret: it comes in by signing in."))
    secret = _set_secret(device, secret or new_secret())
    device.save()
    log.info("device.renewed", tenant=str(device.organisation_id), device=str(device.pk))
    return secret


@transaction.atomic
def browser_of(extension: Extension) -> Device:
    """The device that its person's browsers are; made when it is not there."""
    found = Device.objects.filter(extension=extension, kind=Device.Kind.BROWSER).first()
    if found is None:
        Organisation.objects.select_for_update().get(pk=extension.organisation_id)  # two pages at once
        found = Device.objects.filter(extension=extension, kind=Device.Kind.BROWSER).first()
    if found is None:
        found = Device(extension=extension, kind=Device.Kind.BROWSER, name=_("Browser"))
        save_device(found)
    return found


def delete_device(device: Device) -> None:
    """Remove a phone; it cannot register any more within a second."""
    log.info("device.deleted", tenant=str(device.organisation_id), device=str(device.pk))
    device.delete()


def free_username(extension: Extension) -> str:
    """The extension's number, or that with the first free suffix: 101, 101-2, 101-3."""
    taken = set(
        Device.objects.filter(organisation=extension.organisation_id).values_list("username", flat=True)
    )
    if extension.number not in taken:
        return extension.number
    suffix = 2
    while f"{extension.number}-{suffix}" in taken:
        suffix += 1
    return f"{extension.number}-{suffix}"


def _set_secret(device: Device, secret: str) -> str:
    kept = digests(device.username, device.organisation.domain, secret)
    device.ha1_md5, device.ha1_sha256 = kept.md5, kept.sha256
    device.secret_set_at = timezone.now()
    return secret
