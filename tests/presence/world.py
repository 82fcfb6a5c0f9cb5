"""A small organisation with phones that watch each other: logic only, no stack."""

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import Any

from pbx.control.configuration import MailboxConfig, Snapshot, StatusConfig
from pbx.control.messages import CallRecord, ExtensionState, LegRecord
from pbx.directory import Directory
from pbx.ports import Binding, Caller, DialogId, Notify, Reply, Subscription
from pbx.ports.files import Counts
from pbx.presence.presence import Presence, Steps
from pbx.registrar.bindings import Bindings
from tests.running import organisation

from ..registrar.requests import FakeContact, FakeRequest, as_request

DOMAIN = "office.test"
TENANT = "office"
STATUSES = [
    StatusConfig(id="free", name="Available", colour="#00ff00", default=True),
    StatusConfig(id="lunch", name="Lunch", colour="#ff0000", presence="away", code="1"),
    StatusConfig(id="home", name="Gone home", colour="#ff0000", presence="offline", code="2"),
]
BOXES = [
    MailboxConfig(id="m102", number="902", name="Desk 102", extensions=["102"]),
    MailboxConfig(id="sales", number="950", name="Sales", extensions=["101", "102"]),
]


def snapshot(tenant: str = TENANT, domain: str = DOMAIN, **changes: Any) -> Snapshot:
    fields: dict[str, Any] = {"statuses": STATUSES, "mailboxes": BOXES} | changes
    return organisation(tenant, domain, **fields)


def binding(
    name: str, port: int = 5062, tenant: str = TENANT, domain: str = DOMAIN, **changes: Any
) -> Binding:
    fields: dict[str, Any] = {
        "tenant": tenant,
        "device": f"d{name}",
        "aor": f"sip:{name}@{domain}",
        "contact": f"sip:{name}@192.0.2.10:{port}",
        "call_id": name,
        "cseq": 1,
        "q": -1.0,
        "source_ip": "192.0.2.10",
        "source_port": port,
        "transport": "udp",
        "path": (),
        "user_agent": "",
        "instance": "",
        "registered_at": 0.0,
        "expires_at": 1e12,
    }
    return Binding(**(fields | changes))


def call(id: str = "c1", *legs: LegRecord, tenant: str = TENANT, **changes: Any) -> CallRecord:
    """A call from 101 to 102 with these legs."""
    fields: dict[str, Any] = {
        "id": id,
        "tenant": tenant,
        "caller_number": "101",
        "caller_name": "Desk 101",
        "dialled": "102",
        "started_at": 1000.0,
        "legs": list(legs),
    }
    return CallRecord(**(fields | changes))


def leg(extension: str, state: str, role: str = "callee", id: str = "") -> LegRecord:
    return LegRecord(
        id=id or f"l{extension}",
        role=role,  # type: ignore[arg-type]
        state=state,  # type: ignore[arg-type]
        extension=extension,
        device=f"d{extension}",
        number=extension,
        name=f"Desk {extension}",
        address=None,
        offered_at=1000.0,
    )


@dataclass
class World:
    """Presence with a clock and a disk of its own. `sent` are all NOTIFYs so far; each is answered with 200
    at once, unless `answers` is False."""

    config: Snapshot = field(default_factory=snapshot)
    answers: bool = True
    now: float = 1000.0
    rows: dict[tuple[str, str, str], Subscription] = field(default_factory=dict)
    sent: list[Notify] = field(default_factory=list)
    dialogs: dict[str, DialogId] = field(default_factory=dict)
    boxes: dict[tuple[str, str], Counts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.directory = Directory()
        self.directory.apply(self.config)
        self.bindings = Bindings()
        self.presence = self._fresh()
        self._ids = itertools.count(1)

    def _fresh(self) -> Presence:
        return Presence(
            self.directory, self.bindings, self, self, lambda transport: f"<sip:centrale@core;{transport}>"
        )

    def dialog(self, leg: str) -> DialogId | None:
        return self.dialogs.get(leg)

    def counts(self, tenant: str, mailbox: str) -> Counts:
        return self.boxes.get((tenant, mailbox), Counts(0, 0))

    def took(self, steps: Steps) -> list[Notify]:
        """Do what the logic decided; the NOTIFYs that followed."""
        for key in steps.gone:
            self.rows.pop(key, None)
        for row in steps.saved:
            self.rows[row.key] = row
        found = list(steps.notifies)
        self.sent += steps.notifies
        if self.answers:
            for notify in steps.notifies:
                found += self.took(self.presence.answered(notify.token, 200, self.now))
        return found

    def ask(self, resource: str, event: str = "dialog", user: str = "101", **changes: Any) -> FakeRequest:
        """A SUBSCRIBE of the phone `user`."""
        number = next(self._ids)
        domain = changes.pop("domain", DOMAIN)
        fields: dict[str, Any] = {
            "method": "SUBSCRIBE",
            "uri": f"sip:{resource}@{domain}",
            "uri_user": resource,
            "to_user": resource,
            "to_uri": f"sip:{resource}@{domain}",
            "from_uri": f"sip:{user}@{domain}",
            "from_user": user,
            "from_tag": f"f{number}",
            "call_id": f"sub{number}",
            "contacts": (FakeContact(uri=f"sip:{user}@192.0.2.10:5062"),),
            "expires": 3600,
            "headers": {"Event": [event], "Via": [f"SIP/2.0/UDP 192.0.2.10;branch=z9hG4bK{number}"]},
        }
        return FakeRequest(**(fields | changes))

    def subscribe(self, request: FakeRequest, tenant: str = TENANT) -> tuple[Reply, list[Notify]]:
        caller = Caller(tenant, f"d{request.from_user}", request.from_user)
        steps = self.presence.subscribe(as_request(request), caller, self.now)
        assert steps.reply is not None
        return steps.reply, self.took(steps)

    def watch(self, resource: str, event: str = "dialog", user: str = "101", **changes: Any) -> FakeRequest:
        """Subscribe with success; the first NOTIFY came."""
        request = self.ask(resource, event, user, **changes)
        reply, notifies = self.subscribe(request)
        assert reply.code == 200, reply
        assert len(notifies) == 1
        return request

    def again(self, request: FakeRequest, **changes: Any) -> FakeRequest:
        """A SUBSCRIBE in the dialog of an earlier one."""
        tag = request.headers["Via"][0].partition("branch=")[2]
        return replace(request, **({"to_tag": tag, "cseq": request.cseq + 1} | changes))

    def happens(self, record: CallRecord) -> list[Notify]:
        self.now += 1.0
        return self.took(self.presence.call(record, self.now))

    def sets(self, extension: str = "102", **changes: Any) -> list[Notify]:
        self.now += 1.0
        state = ExtensionState(tenant=TENANT, extension=extension, **changes)
        return self.took(self.presence.extension(state, self.now))

    def mail(self, mailbox: str, new: int, old: int = 0) -> list[Notify]:
        self.now += 1.0
        self.boxes[TENANT, mailbox] = Counts(new, old)
        return self.took(self.presence.mailbox(TENANT, mailbox, self.now))

    def registers(self, *bindings: Binding) -> list[Notify]:
        self.now += 1.0
        for each in bindings:
            self.bindings.put(each)
        return self.took(self.presence.registered(bindings, self.now))

    def passes(self, seconds: float) -> list[Notify]:
        """Time passes, and everything that is due meanwhile happens when it is."""
        found: list[Notify] = []
        end = self.now + seconds
        while (due := self.presence.due()) is not None and due <= end:
            self.now = max(self.now, due)
            found += self.took(self.presence.tick(self.now))
        self.now = end
        return found

    def restart(self) -> list[Notify]:
        """The core dies, and another takes up what it wrote."""
        self.presence = self._fresh()
        return self.took(self.presence.restore(list(self.rows.values()), self.bindings.all(), self.now))


def header(notify: Notify, name: str) -> str:
    return next(value for key, value in notify.headers if key == name)


def states(notify: Notify) -> list[tuple[str, str]]:
    """The dialogs of a dialog-info: direction and state."""
    text = notify.body.decode()
    return re.findall(r'<dialog id="[^"]*"[^>]*?(?:direction="(\w+)")?><state>(\w+)</state>', text)
