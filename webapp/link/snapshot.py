"""Compiles an organisation to the snapshot that the core works from: pure and deterministic."""

import uuid
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pbx.control.configuration import DeviceConfig, ExtensionConfig, ParkConfig, Snapshot
from webapp.contacts import compile as contacts
from webapp.extensions.models import Device, Extension, Supervision
from webapp.flows import compile as flows
from webapp.lines import compile as lines
from webapp.organisations.models import Organisation, PhoneDigest
from webapp.recordings import compile as recordings
from webapp.rooms import compile as rooms
from webapp.sounds import compile as sounds
from webapp.statuses import compile as statuses
from webapp.voicemail import compile as voicemail

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
    transaction, an equal version before and after means that they belong together. Raises Moving when they
    never did.
    """
    for _ in range(ATTEMPTS):
        organisation = Organisation.objects.filter(pk=tenant).first()
        if organisation is None:
            return None
        extensions = list(Extension.objects.filter(organisation=tenant).select_related("user"))
        devices = list(Device.objects.filter(organisation=tenant))
        features = read_features(tenant, extensions)
        after = Organisation.objects.filter(pk=tenant).values_list("config_version", flat=True).first()
        if after == organisation.config_version:
            return compile_snapshot(organisation, extensions, devices, features)
    raise Moving(f"the configuration of {tenant} keeps changing")


@dataclass(frozen=True)
class Features:
    """What the features bring: `parts` are fields of the Snapshot, `extras` of each ExtensionConfig by the
    extension's key."""

    parts: dict[str, Any] = field(default_factory=dict)
    extras: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)


def read_features(tenant: uuid.UUID, extensions: Iterable[Extension]) -> Features:
    """Each feature compiles its own rows."""
    numbers = {extension.pk: extension.number for extension in extensions}
    drawn = flows.part(tenant, numbers)
    published = drawn["flows"].keys()
    forwards = statuses.forwards(tenant)
    allowed = lines.caller_ids(tenant, numbers)
    supervised = _supervised(tenant, numbers)
    mailboxes = voicemail.of_extensions(tenant)
    unwanted = contacts.blocked(tenant)
    return Features(
        parts={
            **drawn,
            **statuses.part(tenant, published),
            **lines.part(tenant, numbers, published),
            **rooms.part(tenant),
            **sounds.part(tenant),
            **voicemail.part(tenant, extensions),
            **recordings.part(tenant, numbers),
        },
        extras={
            key: {
                "forwards": forwards.get(key, {}),
                "caller_ids": allowed[key],
                "supervises": supervised.get(key, []),
                "mailbox": mailboxes.get(key),
                "blocked": unwanted.get(key, []),
            }
            for key in numbers
        },
    )


def _supervised(tenant: uuid.UUID, numbers: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, list[str]]:
    found: dict[uuid.UUID, list[str]] = {}
    rows = Supervision.objects.filter(organisation=tenant).values_list("extension", "supervised")
    for extension, other in rows:
        if other in numbers:
            found.setdefault(extension, []).append(numbers[other])
    return {key: sorted(others) for key, others in found.items()}


def compile_snapshot(
    organisation: Organisation,
    extensions: Iterable[Extension],
    devices: Iterable[Device],
    features: Features = Features(),
) -> Snapshot:
    """All that the core needs to know of one organisation. Equal input gives equal output, whatever its
    order."""
    ordered = sorted(extensions, key=lambda extension: (extension.number, str(extension.pk)))
    numbers = {extension.pk: extension.number for extension in ordered}
    owned = {extension.pk for extension in ordered if extension.user is not None and extension.user.is_active}
    phones = sorted((d for d in devices if d.extension_id in numbers), key=lambda d: (d.username, str(d.pk)))
    published = features.parts.get("flows", {})
    return Snapshot(
        tenant=str(organisation.pk),
        version=organisation.config_version,
        name=organisation.name,
        domain=organisation.domain,
        language=organisation.language,
        timezone=organisation.time_zone,
        country=organisation.country,
        digests=DIGESTS[organisation.phone_digest],
        extensions=[
            _extension(organisation, extension, published, features.extras.get(extension.pk, {}))
            for extension in ordered
        ],
        devices=[
            _device(device, numbers[device.extension_id], owned=device.extension_id in owned)
            for device in phones
        ],
        star_codes=dict(sorted(organisation.star_codes.items())),
        park=ParkConfig(
            first=organisation.park_first, last=organisation.park_last, seconds=organisation.park_seconds
        ),
        max_call_seconds=organisation.max_call_seconds,
        rtp_timeout_seconds=organisation.rtp_timeout_seconds,
        return_seconds=organisation.return_seconds,
        **features.parts,
    )


def _extension(
    organisation: Organisation, extension: Extension, published: Container[str], extra: Mapping[str, Any]
) -> ExtensionConfig:
    flow, caller_id = str(extension.flow_id), str(extension.caller_id_id)
    return ExtensionConfig(
        id=str(extension.pk),
        number=extension.number,
        name=extension.name,
        language=extension.language or organisation.language,
        ring_seconds=extension.ring_seconds,
        flow=flow if flow in published else None,
        pickup_group=str(extension.pickup_group_id) if extension.pickup_group_id else None,
        caller_id=caller_id if caller_id in extra.get("caller_ids", ()) else None,
        may_record=extension.may_record,
        may_call_out=extension.may_call_out,
        **extra,
    )


def _device(device: Device, number: str, *, owned: bool) -> DeviceConfig:
    """`owned`: whether there is a person who may sign in, as who phones from a browser has to."""
    browser = device.kind == Device.Kind.BROWSER
    return DeviceConfig(
        id=str(device.pk),
        username=device.username,
        name=device.name,
        extension=number,
        ha1_md5=device.ha1_md5 or None,
        ha1_sha256=device.ha1_sha256 or None,
        dtmf=device.dtmf,
        srtp="dtls" if browser else device.srtp,
        max_bindings=device.max_bindings,
        max_calls=device.max_calls,
        enabled=device.enabled and (owned or not browser),
    )
