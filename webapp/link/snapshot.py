"""Compiles an organisation to the snapshot that the core works from: pure and deterministic."""

import uuid
from collections.abc import Iterable
from typing import Literal

from pbx.control.configuration import DeviceConfig, ExtensionConfig, Snapshot
from webapp.extensions.models import Device, Extension
from webapp.organisations.models import Organisation, PhoneDigest

ATTEMPTS = 5
# Best first, as phones are challenged (RFC 8760 section 2.4).
DIGESTS: dict[str, list[Literal["MD5", "SHA-256"]]] = {
    PhoneDigest.MD5: ["MD5"],
    PhoneDigest.BOTH: ["SHA-256", "MD5"],
    PhoneDigest.SHA256: ["SHA-256"],
}


class Moving(Exception):
    """The configuration changed under our hands each time; try again later."""


def load(tenant: uuid.UUID) -> Snapshot | None:
    """The snapshot of that organisation as it is in the database now; None when there is none.

    Rows and version are read one after the other; since each change raises the version in its own
    transaction,
    an equal version before and after means that they belong together. Raises Moving when they never did.
    """
    for _ in range(ATTEMPTS):
        organisation = Organisation.objects.filter(pk=tenant).first()
        if organisation is None:
            return None
        extensions = list(Extension.objects.filter(organisation=tenant))
        devices = list(Device.objects.filter(organisation=tenant))
        after = Organisation.objects.filter(pk=tenant).values_list("config_version", flat=True).first()
        if after == organisation.config_version:
            return compile_snapshot(organisation, extensions, devices)
    raise Moving(f"the configuration of {tenant} keeps changing")


def compile_snapshot(
    organisation: Organisation, extensions: Iterable[Extension], devices: Iterable[Device]
) -> Snapshot:
    """All that the core needs to know of one organisation. Equal input gives equal output, whatever its
    order."""
    ordered = sorted(extensions, key=lambda extension: (extension.number, str(extension.pk)))
    numbers = {extension.pk: extension.number for extension in ordered}
    phones = sorted((d for d in devices if d.extension_id in numbers), key=lambda d: (d.username, str(d.pk)))
    return Snapshot(
        tenant=str(organisation.pk),
        version=organisation.config_version,
        name=organisation.name,
        domain=organisation.domain,
        language=organisation.language,
        digests=DIGESTS[organisation.phone_digest],
        extensions=[
            ExtensionConfig(
                id=str(extension.pk),
                number=extension.number,
                name=extension.name,
                language=extension.language or organisation.language,
                ring_seconds=extension.ring_seconds,
            )
            for extension in ordered
        ],
        devices=[_device(device, numbers[device.extension_id]) for device in phones],
        max_call_seconds=organisation.max_call_seconds,
        rtp_timeout_seconds=organisation.rtp_timeout_seconds,
    )


def _device(device: Device, number: str) -> DeviceConfig:
    return DeviceConfig(
        id=str(device.pk),
        username=device.username,
        name=device.name,
        extension=number,
        ha1_md5=device.ha1_md5,
        ha1_sha256=device.ha1_sha256,
        dtmf=device.dtmf,
        max_bindings=device.max_bindings,
        enabled=device.enabled,
    )
