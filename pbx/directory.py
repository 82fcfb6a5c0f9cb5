"""The one gate to configuration: organisations by id and SIP domain, and what belongs to each.

Written by one thread (the loop), read by any: a Tenant never changes, and all tables are replaced in one
assignment, so a reader sees the state before or after an `apply`, nothing between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType

import dialplan
from pbx.control.configuration import DeviceConfig, ExtensionConfig, Snapshot

MAX_HOST = 253


class DirectoryError(ValueError):
    """A snapshot cannot be used. The text names the organisation, the object and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation at one version, with its look-ups. Make one with `build`."""

    snapshot: Snapshot
    _devices: Mapping[str, DeviceConfig] = field(repr=False)
    _usernames: Mapping[str, DeviceConfig] = field(repr=False)
    _extensions: Mapping[str, ExtensionConfig] = field(repr=False)
    _by_extension: Mapping[str, tuple[DeviceConfig, ...]] = field(repr=False)
    _plans: Mapping[str, dialplan.Plan] = field(repr=False)

    @classmethod
    def build(cls, snapshot: Snapshot) -> "Tenant":
        """Index a snapshot and parse its plans. Raises DirectoryError when it contradicts itself."""
        devices: dict[str, DeviceConfig] = {}
        usernames: dict[str, DeviceConfig] = {}
        extensions: dict[str, ExtensionConfig] = {}
        by_extension: dict[str, list[DeviceConfig]] = {}
        for extension in snapshot.extensions:
            if extension.number in extensions:
                raise _error(snapshot, f"extension '{extension.number}' is there twice")
            extensions[extension.number] = extension
        for device in snapshot.devices:
            if device.id in devices:
                raise _error(snapshot, f"device '{device.id}' is there twice")
            if device.username in usernames:
                raise _error(snapshot, f"two devices have the user name '{device.username}'")
            if device.extension not in extensions:
                raise _error(snapshot, f"device '{device.id}' has the unknown extension '{device.extension}'")
            devices[device.id] = usernames[device.username] = device
            by_extension.setdefault(device.extension, []).append(device)
        return cls(
            snapshot,
            MappingProxyType(devices),
            MappingProxyType(usernames),
            MappingProxyType(extensions),
            MappingProxyType({number: tuple(found) for number, found in by_extension.items()}),
            MappingProxyType(_default_plans(extensions, by_extension)),
        )

    @property
    def id(self) -> str:
        return self.snapshot.tenant

    @property
    def domain(self) -> str:
        """SIP domain, in small letters."""
        return self.snapshot.domain

    def device_by_username(self, username: str) -> DeviceConfig | None:
        """The enabled device with this SIP user name (case matters, RFC 3261 section 19.1.4)."""
        device = self._usernames.get(username)
        return device if device is not None and device.enabled else None

    def device(self, device_id: str) -> DeviceConfig | None:
        """The device with this id, enabled or not."""
        return self._devices.get(device_id)

    def extension(self, number: str) -> ExtensionConfig | None:
        return self._extensions.get(number)

    def devices_of(self, extension: str) -> tuple[DeviceConfig, ...]:
        """Enabled devices of the extension with this number; empty when there is none."""
        return tuple(device for device in self._by_extension.get(extension, ()) if device.enabled)

    def plan(self, number: str) -> dialplan.Plan | None:
        """Where a dialled number leads; None for an unknown number."""
        return self._plans.get(number)


@dataclass(frozen=True, slots=True)
class _Tables:
    by_id: Mapping[str, Tenant]
    by_domain: Mapping[str, Tenant]


class Directory:
    """All organisations of this node."""

    def __init__(self) -> None:
        self._tables = _Tables({}, {})

    def apply(self, snapshot: Snapshot) -> Tenant:
        """Take an organisation in, or replace it. Raises DirectoryError, and changes nothing, when the
        snapshot contradicts itself or its domain belongs to another organisation."""
        tenant = Tenant.build(snapshot)
        now = self._tables
        holder = now.by_domain.get(tenant.domain.lower())
        if holder is not None and holder.id != tenant.id:
            raise _error(snapshot, f"the SIP domain '{tenant.domain}' belongs to organisation '{holder.id}'")
        self._replace({**now.by_id, tenant.id: tenant})
        return tenant

    def remove(self, tenant_id: str) -> bool:
        """Forget an organisation; False when it was not there."""
        kept = {key: tenant for key, tenant in self._tables.by_id.items() if key != tenant_id}
        known = len(kept) < len(self._tables.by_id)
        if known:
            self._replace(kept)
        return known

    def tenant(self, tenant_id: str) -> Tenant | None:
        return self._tables.by_id.get(tenant_id)

    def tenants(self) -> tuple[Tenant, ...]:
        return tuple(self._tables.by_id.values())

    def by_domain(self, host: str) -> Tenant | None:
        """The organisation with this SIP domain, in any case. An address or 'localhost' leads to the only
        organisation of the node when there is just one, so that a phone that only knows our address works."""
        tables = self._tables
        if len(host) > MAX_HOST:
            return None
        found = tables.by_domain.get(host) or tables.by_domain.get(host.lower())
        if found is None and len(tables.by_id) == 1 and is_address(host):
            return next(iter(tables.by_id.values()))
        return found

    def versions(self) -> dict[str, int]:
        """Organisation id to the version of its snapshot."""
        return {key: tenant.snapshot.version for key, tenant in self._tables.by_id.items()}

    def _replace(self, by_id: dict[str, Tenant]) -> None:
        by_domain = {tenant.domain.lower(): tenant for tenant in by_id.values()}
        self._tables = _Tables(by_id, by_domain)


def _default_plans(
    extensions: Mapping[str, ExtensionConfig], devices: Mapping[str, list[DeviceConfig]]
) -> dict[str, dialplan.Plan]:
    return {
        number: dialplan.Plan(
            (dialplan.Ring(tuple(d.id for d in devices.get(number, ()) if d.enabled), float(x.ring_seconds)),)
        )
        for number, x in extensions.items()
    }


def is_address(host: str) -> bool:
    """Whether a host is an IP address (of IPv6 with or without brackets) or localhost, not a domain."""
    if host.lower() == "localhost":
        return True
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _error(snapshot: Snapshot, problem: str) -> DirectoryError:
    return DirectoryError(f"Organisation '{snapshot.tenant}' version {snapshot.version}: {problem}.")
