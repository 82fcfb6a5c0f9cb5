"""The one gate to configuration: organisations by id and SIP domain, and what belongs to each.

Written by one thread (the loop), read by any: a Tenant never changes, and all tables are replaced in one
assignment, so a reader sees the state before or after an `apply`, nothing between.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import TypeVar

import dialplan
from dialplan.calendars import parse_calendar
from pbx.control.configuration import (
    CallerIdConfig,
    DeviceConfig,
    ExtensionConfig,
    GroupConfig,
    MailboxConfig,
    NumberConfig,
    RoomConfig,
    Snapshot,
    StatusConfig,
    TrunkConfig,
)
from pbx.control.fields import Language

T = TypeVar("T")

MAX_HOST = 253


class DirectoryError(ValueError):
    """A snapshot cannot be used. The text names the organisation, the object and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation at one version, with its look-ups. Make one with `build`."""

    snapshot: Snapshot
    flows: Mapping[str, dialplan.Flow] = field(repr=False)
    calendars: Mapping[str, dialplan.Calendar] = field(repr=False)
    default_status: StatusConfig | None
    _devices: Mapping[str, DeviceConfig] = field(repr=False)
    _usernames: Mapping[str, DeviceConfig] = field(repr=False)
    _extensions: Mapping[str, ExtensionConfig] = field(repr=False)
    _by_extension: Mapping[str, tuple[DeviceConfig, ...]] = field(repr=False)
    _blocked: Mapping[str, frozenset[str]] = field(repr=False)
    _groups: Mapping[str, GroupConfig] = field(repr=False)
    _statuses: Mapping[str, StatusConfig] = field(repr=False)
    _mailboxes: Mapping[str, MailboxConfig] = field(repr=False)
    _rooms: Mapping[str, RoomConfig] = field(repr=False)
    _trunks: Mapping[str, TrunkConfig] = field(repr=False)
    _numbers: Mapping[str, NumberConfig] = field(repr=False)
    _caller_ids: Mapping[str, CallerIdConfig] = field(repr=False)

    @classmethod
    def build(cls, snapshot: Snapshot) -> "Tenant":
        """Index a snapshot and parse its flows. Raises DirectoryError when it contradicts itself."""
        extensions = _index(snapshot, "extension", snapshot.extensions, lambda each: each.number)
        devices = _index(snapshot, "device", snapshot.devices, lambda each: each.id)
        usernames: dict[str, DeviceConfig] = {}
        by_extension: dict[str, list[DeviceConfig]] = {}
        for device in snapshot.devices:
            if device.username in usernames:
                raise _error(snapshot, f"two devices have the user name '{device.username}'")
            if device.extension not in extensions:
                raise _error(snapshot, f"device '{device.id}' has the unknown extension '{device.extension}'")
            usernames[device.username] = device
            by_extension.setdefault(device.extension, []).append(device)
        return cls(
            snapshot=snapshot,
            flows=MappingProxyType(_parse_flows(snapshot)),
            calendars=MappingProxyType(_parse_calendars(snapshot)),
            default_status=next((each for each in snapshot.statuses if each.default), None),
            _devices=devices,
            _usernames=MappingProxyType(usernames),
            _extensions=extensions,
            _by_extension=MappingProxyType({number: tuple(found) for number, found in by_extension.items()}),
            _blocked=MappingProxyType(
                {each.number: frozenset(each.blocked) for each in snapshot.extensions if each.blocked}
            ),
            _groups=_index(snapshot, "group", snapshot.groups, lambda each: each.id),
            _statuses=_index(snapshot, "status", snapshot.statuses, lambda each: each.id),
            _mailboxes=_index(snapshot, "mailbox", snapshot.mailboxes, lambda each: each.id),
            _rooms=_index(snapshot, "room", snapshot.rooms, lambda each: each.number),
            _trunks=_index(snapshot, "trunk", snapshot.trunks, lambda each: each.id),
            _numbers=_index(snapshot, "number", snapshot.numbers, lambda each: each.number),
            _caller_ids=_index(snapshot, "caller ID", snapshot.caller_ids, lambda each: each.id),
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

    def language(self, extension: str | None) -> Language:
        """What the people of an extension read and hear: its own language, else the organisation's."""
        config = self.extension(extension) if extension else None
        return config.language if config is not None else self.snapshot.language

    def devices_of(self, extension: str) -> tuple[DeviceConfig, ...]:
        """Enabled devices of the extension with this number; empty when there is none."""
        return tuple(device for device in self._by_extension.get(extension, ()) if device.enabled)

    def blocks(self, extension: str, caller: str) -> bool:
        """Whether the user of an extension does not want calls from that number (E.164, or an extension)."""
        return caller in self._blocked.get(extension, ())

    def group(self, group_id: str) -> GroupConfig | None:
        return self._groups.get(group_id)

    def status(self, status_id: str | None) -> StatusConfig | None:
        return self._statuses.get(status_id) if status_id else None

    def mailbox(self, mailbox_id: str | None) -> MailboxConfig | None:
        return self._mailboxes.get(mailbox_id) if mailbox_id else None

    def room(self, number: str) -> RoomConfig | None:
        """The conference room with this number."""
        return self._rooms.get(number)

    def trunk(self, trunk_id: str) -> TrunkConfig | None:
        return self._trunks.get(trunk_id)

    def number(self, e164: str) -> NumberConfig | None:
        """The number of ours on the public network (DID)."""
        return self._numbers.get(e164)

    def caller_id(self, caller_id: str | None) -> CallerIdConfig | None:
        return self._caller_ids.get(caller_id) if caller_id else None


def _index(snapshot: Snapshot, kind: str, items: Iterable[T], key: Callable[[T], str]) -> Mapping[str, T]:
    """The items by their key. Raises DirectoryError when one is there twice."""
    found: dict[str, T] = {}
    for item in items:
        if key(item) in found:
            raise _error(snapshot, f"{kind} '{key(item)}' is there twice")
        found[key(item)] = item
    return MappingProxyType(found)


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


def _parse_flows(snapshot: Snapshot) -> dict[str, dialplan.Flow]:
    flows: dict[str, dialplan.Flow] = {}
    for name, data in snapshot.flows.items():
        try:
            flows[name] = dialplan.parse_flow(data)
        except dialplan.FlowError as error:
            raise _error(snapshot, f"the flow '{name}' is not valid: {error}") from error
    return flows


def _parse_calendars(snapshot: Snapshot) -> dict[str, dialplan.Calendar]:
    calendars: dict[str, dialplan.Calendar] = {}
    for name, data in snapshot.calendars.items():
        try:
            calendars[name] = parse_calendar(data)
        except dialplan.FlowError as error:
            raise _error(snapshot, f"the calendar '{name}' is not valid: {error}") from error
    return calendars


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
