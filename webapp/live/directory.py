"""What the live view knows of an organisation besides what goes on: who is who. Read from the database whole,
and kept until it changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from webapp.extensions.models import Device, Extension, Supervision
from webapp.flows.models import InternalNumber
from webapp.lines.models import PublicNumber
from webapp.live.office import Presence
from webapp.organisations.models import Organisation
from webapp.people.models import User
from webapp.profile.photos import address
from webapp.rooms.models import Room
from webapp.statuses.models import Forward, Status
from webapp.voicemail.models import Mailbox, MailboxMember


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who signs in; `numbers` are those of the own extensions."""

    id: str
    name: str
    photo: str | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRow:
    id: str
    name: str
    kind: Literal["phone", "browser"] = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionRow:
    """An extension; `phones` are its devices, `supervises` numbers."""

    id: str
    number: str
    name: str
    person: str | None = None
    group: str | None = None
    caller_id: str | None = None
    may_record: bool = True
    may_call_out: bool = True
    phones: tuple[PhoneRow, ...] = ()
    supervises: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusRow:
    id: str
    name: str
    colour: str
    presence: Presence
    default: bool
    rings: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxRow:
    """`numbers` are the extensions that listen to it."""

    id: str
    name: str
    number: str
    shared: bool
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """One organisation. Extensions by number, everything else by id; `public` and `lines` are names by
    number, `forwards` targets by number and status, `devices` numbers by the id of a phone, `rooms` number
    and name, `supervised` the numbers whose calls others may take because they supervise them, `everybody`
    what `people` gave."""

    tenant: str
    extensions: Mapping[str, ExtensionRow] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    statuses: Mapping[str, StatusRow] = field(default_factory=dict)
    forwards: Mapping[tuple[str, str], str] = field(default_factory=dict)
    mailboxes: Mapping[str, MailboxRow] = field(default_factory=dict)
    public: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    rooms: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    devices: Mapping[str, str] = field(default_factory=dict)
    supervised: frozenset[str] = frozenset()
    everybody: tuple[Person, ...] = ()
    default: StatusRow | None = None

    def owner(self, number: str | None) -> str | None:
        """The person of an extension who may sign in."""
        row = self.extensions.get(number) if number else None
        return row.person if row is not None and row.person in self.people else None


def version(tenants: Iterable[str]) -> dict[str, int]:
    """The version of the configuration of those organisations that are there."""
    rows = Organisation.objects.filter(pk__in=list(tenants)).values_list("pk", "config_version")
    return {str(key): number for key, number in rows}


def people(tenant: str) -> tuple[Person, ...]:
    """Everybody of an organisation, without numbers: what may change without a new configuration."""
    rows = User.objects.filter(organisation=tenant, is_active=True).order_by("pk")
    return tuple(
        Person(id=str(pk), name=name, photo=address(pk, photo))
        for pk, name, photo in rows.values_list("pk", "name", "profile__photo")
    )


def read(tenant: str) -> Directory:
    """All of an organisation, as it is in the database now; empty when there is none."""
    key = UUID(tenant)
    extensions = _extensions(key)
    statuses = _statuses(key)
    everybody = people(tenant)
    numbers = {row.id: row.number for row in extensions.values()}
    return Directory(
        tenant=tenant,
        extensions=extensions,
        people=_with_numbers(everybody, extensions.values()),
        everybody=everybody,
        statuses=statuses,
        default=next((row for row in statuses.values() if row.default), None),
        forwards={
            (numbers[str(extension)], str(status)): target
            for extension, status, target in Forward.objects.filter(organisation=key).values_list(
                "extension", "status", "target"
            )
            if str(extension) in numbers
        },
        mailboxes=_mailboxes(key, numbers),
        public=dict(PublicNumber.objects.filter(organisation=key).values_list("number", "name")),
        lines=dict(InternalNumber.objects.filter(organisation=key).values_list("number", "name")),
        rooms={
            str(pk): (number, name)
            for pk, number, name in Room.objects.filter(organisation=key).values_list("pk", "number", "name")
        },
        devices={phone.id: row.number for row in extensions.values() for phone in row.phones},
        supervised=frozenset(number for row in extensions.values() for number in row.supervises),
    )


def _with_numbers(rows: Iterable[Person], extensions: Iterable[ExtensionRow]) -> dict[str, Person]:
    numbers: dict[str, list[str]] = {}
    for extension in extensions:
        if extension.person is not None:
            numbers.setdefault(extension.person, []).append(extension.number)
    return {
        row.id: Person(
            id=row.id, name=row.name, photo=row.photo, numbers=tuple(sorted(numbers.get(row.id, ())))
        )
        for row in rows
    }


def _extensions(tenant: UUID) -> dict[str, ExtensionRow]:
    phones: dict[UUID, list[PhoneRow]] = {}
    devices = Device.objects.filter(organisation=tenant, enabled=True).order_by("name", "pk")
    for extension, pk, name, kind in devices.values_list("extension", "pk", "name", "kind"):
        phones.setdefault(extension, []).append(PhoneRow(id=str(pk), name=name, kind=kind))
    supervised: dict[UUID, list[str]] = {}
    pairs = Supervision.objects.filter(organisation=tenant).order_by("supervised__number")
    for extension, number in pairs.values_list("extension", "supervised__number"):
        supervised.setdefault(extension, []).append(number)
    return {
        row.number: ExtensionRow(
            id=str(row.pk),
            number=row.number,
            name=row.name,
            person=_text(row.user_id),
            group=_text(row.pickup_group_id),
            caller_id=_text(row.caller_id_id),
            may_record=row.may_record,
            may_call_out=row.may_call_out,
            phones=tuple(phones.get(row.pk, ())),
            supervises=tuple(supervised.get(row.pk, ())),
        )
        for row in Extension.objects.filter(organisation=tenant)
    }


def _statuses(tenant: UUID) -> dict[str, StatusRow]:
    return {
        str(row.pk): StatusRow(
            id=str(row.pk),
            name=row.name,
            colour=row.colour,
            presence=row.presence,
            default=row.default,
            rings=row.rings,
        )
        for row in Status.objects.filter(organisation=tenant)
    }


def _mailboxes(tenant: UUID, numbers: Mapping[str, str]) -> dict[str, MailboxRow]:
    members: dict[UUID, set[str]] = {}
    rows = MailboxMember.objects.filter(organisation=tenant).values_list("mailbox", "extension")
    for mailbox, extension in rows:
        if str(extension) in numbers:
            members.setdefault(mailbox, set()).add(numbers[str(extension)])
    found = {}
    for box in Mailbox.objects.filter(organisation=tenant):
        own = numbers.get(str(box.extension_id), "")
        listening = members.get(box.pk, set()) | ({own} if own else set())
        found[str(box.pk)] = MailboxRow(
            id=str(box.pk),
            name=box.name,
            number=own or box.number,
            shared=box.extension_id is None,
            numbers=frozenset(listening),
        )
    return found


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)
