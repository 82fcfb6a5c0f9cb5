"""What can be watched, and what a SUBSCRIBE means by the user part of its Request-URI."""

from typing import Literal, NamedTuple

from pbx.control.configuration import STAR_CODES, Snapshot
from pbx.directory import Tenant
from pbx.ports import Caller, Package
from pbx.registrar import uri

Kind = Literal["calls", "person", "slot", "feature", "lamp", "mailbox"]
Missing = Literal["unknown", "forbidden"]

# Star codes that switch something of the caller's own extension on: a key on one shows whether it is on.
FEATURES = ("forward_all", "forward_busy", "forward_no_answer", "do_not_disturb")
STATUS = "status:"


class Subject(NamedTuple):
    """One thing of an organisation that has a state: the calls or the presence of extension `name`, a parking
    slot, a `feature` of an extension, all mailboxes of an extension together ("lamp"), or one mailbox."""

    tenant: str
    kind: Kind
    name: str
    feature: str = ""


def find(
    tenant: Tenant, package: Package, user: str, caller: Caller, boxes: "Mailboxes"
) -> Subject | Missing:
    """What `caller`, of this organisation, asks to watch."""
    if package == "message-summary":
        return _mailbox(tenant, user, caller, boxes)
    if tenant.extension(user) is not None:
        return Subject(tenant.id, "calls" if package == "dialog" else "person", user)
    if package == "presence":
        return "unknown"
    park = tenant.snapshot.park
    if user.isascii() and user.isdigit() and len(user) <= 6 and park.first <= int(user) <= park.last:
        return Subject(tenant.id, "slot", str(int(user)))
    feature = _feature(tenant, user)
    return "unknown" if feature is None else Subject(tenant.id, "feature", caller.extension, feature)


def code(tenant: Tenant, name: str) -> str:
    """The star code of a feature; "" when the organisation switched it off."""
    return tenant.snapshot.star_codes.get(name, STAR_CODES[name])


class Mailboxes:
    """Which mailboxes light the lamp of an extension, and which lamps a mailbox lights."""

    def __init__(self) -> None:
        self._tables: dict[str, _Lamps] = {}

    def of(self, tenant: Tenant, extension: str) -> tuple[str, ...]:
        """The ids of its mailboxes."""
        return self._table(tenant).mailboxes.get(extension, ())

    def listeners(self, tenant: Tenant, mailbox: str) -> tuple[str, ...]:
        """The numbers of extensions."""
        return self._table(tenant).extensions.get(mailbox, ())

    def forget(self, tenant: str) -> None:
        self._tables.pop(tenant, None)

    def _table(self, tenant: Tenant) -> "_Lamps":
        found = self._tables.get(tenant.id)
        if found is None or found.snapshot is not tenant.snapshot:
            found = self._tables[tenant.id] = _lamps(tenant.snapshot)
        return found


class _Lamps(NamedTuple):
    snapshot: Snapshot
    mailboxes: dict[str, tuple[str, ...]]
    extensions: dict[str, tuple[str, ...]]


def _lamps(snapshot: Snapshot) -> _Lamps:
    pairs = {(x.number, x.mailbox): None for x in snapshot.extensions if x.mailbox}
    pairs |= {(number, box.id): None for box in snapshot.mailboxes for number in box.extensions}
    mailboxes: dict[str, tuple[str, ...]] = {}
    extensions: dict[str, tuple[str, ...]] = {}
    for number, mailbox in pairs:
        mailboxes[number] = (*mailboxes.get(number, ()), mailbox)
        extensions[mailbox] = (*extensions.get(mailbox, ()), number)
    return _Lamps(snapshot, mailboxes, extensions)


def _feature(tenant: Tenant, user: str) -> str | None:
    for name in FEATURES:
        if user == code(tenant, name) != "":
            return name
    prefix = code(tenant, "status")
    for status in tenant.snapshot.statuses:
        if prefix and status.code and user == prefix + status.code:
            return STATUS + status.id
    return None


def _mailbox(tenant: Tenant, user: str, caller: Caller, boxes: Mailboxes) -> Subject | Missing:
    device = tenant.device(caller.device)
    if user == caller.extension or (device is not None and uri.same_user(user, device.username)):
        return Subject(tenant.id, "lamp", caller.extension)
    box = next((box for box in tenant.snapshot.mailboxes if box.number == user), None)
    if box is None:
        return "unknown" if tenant.extension(user) is None else "forbidden"
    allowed = box.id in boxes.of(tenant, caller.extension)
    return Subject(tenant.id, "mailbox", box.id) if allowed else "forbidden"
