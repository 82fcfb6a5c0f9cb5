"""Who watches what, and what they are told: SUBSCRIBE in, NOTIFY out (RFC 6665).

Every method takes what happened and the time, and returns Steps. `due` says when to call `tick` next.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from pbx.control.messages import CallRecord, ExtensionState
from pbx.directory import Directory, Tenant
from pbx.ports import Binding, Caller, Dialogs, Locations, Mail, Notify, Reply, Request, Subscription
from pbx.presence.facts import Facts
from pbx.presence.notices import Notices
from pbx.presence.outbox import GAP, Channel, Outbox
from pbx.presence.states import Messages
from pbx.presence.subjects import FEATURES, STATUS, Kind, Subject, find
from pbx.presence.subscribing import Subscribing
from pbx.presence.watches import Flow, Key, Watch, Watches, flow
from pbx.presence.wishes import Refused

LOST_SECONDS = 30.0  # until a phone that could not be reached is tried again
SETTLE_SECONDS = 2.0  # that a phone has after its REGISTER to subscribe by itself

# Answers to a NOTIFY that end its subscription (RFC 6665 section 4.2.2): the phone knows nothing of it.
FINAL = frozenset({404, 405, 408, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604})
NO_WAY = 503


@dataclass(slots=True, kw_only=True)
class Steps:
    """What is to be done: keep and forget rows, then answer, then send."""

    saved: list[Subscription] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)
    reply: Reply | None = None
    notifies: list[Notify] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Unasked(Channel):
    """A registered phone whose extension has a mailbox, and that may never subscribe to it."""

    binding: Binding
    extension: str


class Presence:
    """All subscriptions of this node. `contact` gives our Contact on a transport."""

    def __init__(
        self,
        directory: Directory,
        locations: Locations,
        mail: Mail,
        dialogs: Dialogs,
        contact: Callable[[str], str],
    ) -> None:
        self._directory = directory
        self._locations = locations
        self._contact = contact
        self._facts = Facts(directory, locations, mail)
        self._watches = Watches()
        self._subscribing = Subscribing(directory, self._facts, self._watches)
        self._flows: dict[Key, Flow] = {}
        self._unasked: dict[Key, _Unasked] = {}
        self._notices = Notices(dialogs, contact)
        self._outbox = Outbox(self._compose)
        self._steps = Steps()

    def __len__(self) -> int:
        return len(self._watches)

    # --- SUBSCRIBE -----------------------------------------------------------------------------------------

    def subscribe(self, request: Request, caller: Caller, now: float) -> Steps:
        """A SUBSCRIBE of a known device."""
        try:
            reply = self._subscribe(request, caller, now)
        except Refused as refused:
            reply = refused.reply
        return self._settle(now, reply)

    def _subscribe(self, request: Request, caller: Caller, now: float) -> Reply:
        watch, seconds, dropped = self._subscribing.handle(request, caller, now)
        for old in dropped:
            old.closed = True
            self._steps.gone.append(old.row.key)
        if seconds:
            self._save(watch, now)
        else:
            self._end(watch, "timeout", now)
        self._outbox.want(watch, now)
        contact = self._contact(request.transport)
        return Reply(200, "OK", [("Expires", str(seconds)), ("Contact", contact)])

    # --- What happens --------------------------------------------------------------------------------------

    def call(self, record: CallRecord, now: float) -> Steps:
        """A call began, changed or ended."""
        places = self._facts.call(record)
        if self._watches.count(record.tenant):
            kinds: Sequence[Kind] = ("calls", "person", "slot")
            self._changed((Subject(record.tenant, kind, place) for place in places for kind in kinds), now)
        return self._settle(now)

    def extension(self, state: ExtensionState, now: float) -> Steps:
        """A user changed status, do-not-disturb or a forward."""
        self._facts.extension(state)
        tenant = self._directory.tenant(state.tenant)
        if tenant is not None and self._watches.count(tenant.id):
            names = (*FEATURES, *(STATUS + status.id for status in tenant.snapshot.statuses))
            features = (Subject(tenant.id, "feature", state.extension, name) for name in names)
            self._changed((Subject(tenant.id, "person", state.extension), *features), now)
        return self._settle(now)

    def mailbox(self, tenant_id: str, mailbox: str, now: float) -> Steps:
        """Other messages lie in a mailbox than before: lamps of who watches it, and of phones that never
        ask."""
        tenant = self._directory.tenant(tenant_id)
        if tenant is not None:
            listeners = self._facts.mailboxes.listeners(tenant, mailbox)
            lamps = (Subject(tenant_id, "lamp", extension) for extension in listeners)
            self._changed((Subject(tenant_id, "mailbox", mailbox), *lamps), now)
            for extension in listeners:
                for device in tenant.devices_of(extension):
                    for binding in self._locations.of_device(tenant_id, device.id, now):
                        self._tell_unasked(binding, extension, now)
        return self._settle(now)

    def registered(self, bindings: Iterable[Binding], now: float) -> Steps:
        """Phones registered, or did so again, maybe from elsewhere."""
        for binding in bindings:
            self._arrived(binding, now)
        return self._settle(now)

    def unregistered(self, bindings: Iterable[Binding], now: float) -> Steps:
        """Phones are gone; what they subscribed to ends in its own time."""
        for binding in bindings:
            self._flows.pop(binding.key, None)
            if channel := self._unasked.pop(binding.key, None):
                channel.closed = True
            self._person_changed(binding, now)
        return self._settle(now)

    def answered(self, token: int, code: int, now: float) -> Steps:
        """A NOTIFY got its final answer."""
        channel = self._outbox.answered(token, now)
        if isinstance(channel, Watch) and not channel.closed:
            channel.lost = code == NO_WAY
            if code in FINAL:
                self._forget(channel)
            elif channel.lost:
                self._outbox.want(channel, now, LOST_SECONDS)
        return self._settle(now)

    def tick(self, now: float) -> Steps:
        """Time passed: what waited goes out, what expired ends."""
        for watch in self._watches.expired(now):
            self._end(watch, "timeout", now)
        return self._settle(now)

    def due(self) -> float | None:
        """When to call tick next; None when there is nothing to wait for."""
        moments = [at for at in (self._outbox.due(), self._watches.next_end()) if at is not None]
        return min(moments, default=None)

    # --- Configuration and restarts ------------------------------------------------------------------------

    def restore(self, rows: Iterable[Subscription], bindings: Iterable[Binding], now: float) -> Steps:
        """Take up what was stored before a restart and tell everybody how it is now: calls have ended, and
        phones that never subscribe want to know of their messages too."""
        for row in rows:
            tenant = self._directory.tenant(row.tenant)
            subject = _subject_of(row, tenant, self._facts) if tenant is not None else None
            if row.expires_at <= now or subject is None:
                self._steps.gone.append(row.key)
                continue
            # How many went out since it was saved is not known: not more than the gaps between them allow.
            sent = row.count + int(max(0.0, now - row.saved_at) / GAP) + 10
            watch = Watch(row, subject, sent)
            self._watches.add(watch, self._facts.state(subject, now))
            self._save(watch, now)
            self._outbox.want(watch, now)
        for binding in bindings:
            self._arrived(binding, now)
        return self._settle(now)

    def tenant_changed(self, tenant_id: str, now: float) -> Steps:
        """Another configuration, or none: end what it no longer allows, show what it changed."""
        tenant = self._directory.tenant(tenant_id)
        for watch in self._watches.of_tenant(tenant_id):
            device = tenant.device(watch.row.device) if tenant is not None else None
            subject = _subject_of(watch.row, tenant, self._facts) if tenant is not None else None
            if device is None or not device.enabled:
                self._end(watch, "rejected", now)
            elif subject is None:
                self._end(watch, "noresource", now)
            elif subject != watch.subject:
                self._watches.move(watch, subject, self._facts.state(subject, now))
                self._outbox.want(watch, now)
        if tenant is None:
            self._facts.forget(tenant_id)
        self._changed(self._watches.subjects(tenant_id), now)
        return self._settle(now)

    def device_gone(self, tenant: str, device: str, now: float) -> Steps:
        """A device may no longer see anything, or has another secret."""
        for watch in self._watches.of_device(tenant, device):
            self._end(watch, "rejected", now)
        return self._settle(now)

    # --- Inside --------------------------------------------------------------------------------------------

    def _settle(self, now: float, reply: Reply | None = None) -> Steps:
        """Hand over what was gathered, and what goes out now."""
        steps, self._steps = self._steps, Steps()
        steps.reply = reply
        steps.notifies = self._outbox.flush(now)
        return steps

    def _changed(self, subjects: Iterable[Subject], now: float) -> None:
        """Look at these again and tell those who watch them, if they are otherwise than before."""
        for subject in subjects:
            if self._watches.watched(subject):
                for watch in self._watches.told(subject, self._facts.state(subject, now)):
                    self._outbox.want(watch, now)

    def _compose(self, channel: Channel, token: int, now: float) -> Notify | None:
        if isinstance(channel, Watch):
            channel.closed = bool(channel.ending)
            tenant = self._directory.tenant(channel.row.tenant)
            state = self._facts.state(channel.subject, now)
            return self._notices.to_watch(channel, tenant, state, token, now)
        assert isinstance(channel, _Unasked)
        binding = channel.binding
        tenant = self._directory.tenant(binding.tenant)
        messages = self._facts.state(Subject(binding.tenant, "lamp", channel.extension), now)
        if tenant is None or not isinstance(messages, Messages) or self._asked(binding):
            return None
        return self._notices.unasked(binding, tenant, messages, token)

    def _asked(self, binding: Binding) -> bool:
        """Whether the phone of a binding watches its messages by itself."""
        return any(
            watch.row.package == "message-summary" and flow(watch.row) == flow(binding)
            for watch in self._watches.of_device(binding.tenant, binding.device)
        )

    def _arrived(self, binding: Binding, now: float) -> None:
        self._person_changed(binding, now)
        before = self._flows.get(binding.key)
        self._flows[binding.key] = flow(binding)
        if before == flow(binding):
            return
        self._follow(binding, now)
        tenant = self._directory.tenant(binding.tenant)
        device = tenant.device(binding.device) if tenant is not None else None
        if tenant is not None and device is not None and self._facts.mailboxes.of(tenant, device.extension):
            self._tell_unasked(binding, device.extension, now, SETTLE_SECONDS)

    def _follow(self, binding: Binding, now: float) -> None:
        """A phone registered from where none of its device was (a new connection, another port of its NAT):
        what its device watches from where nobody is any more is told there. A phone that is not the one
        answers 481, and that is the end of what could reach nobody."""
        if binding.path:
            return
        here = self._locations.of_device(binding.tenant, binding.device, now)
        live = {flow(each) for each in here if each.key != binding.key}
        for watch in self._watches.of_device(binding.tenant, binding.device):
            place = flow(watch.row)
            if place == flow(binding) or watch.row.path or (place in live and not watch.lost):
                continue
            ip, port, transport = flow(binding)
            watch.row = replace(watch.row, source_ip=ip, source_port=port, transport=transport)
            self._save(watch, now)
            self._outbox.want(watch, now)

    def _tell_unasked(self, binding: Binding, extension: str, now: float, delay: float = 0.0) -> None:
        channel = self._unasked.get(binding.key)
        if channel is None:
            channel = self._unasked[binding.key] = _Unasked(binding, extension)
        channel.binding, channel.extension = binding, extension
        self._outbox.want(channel, now, delay)

    def _person_changed(self, binding: Binding, now: float) -> None:
        tenant = self._directory.tenant(binding.tenant)
        device = tenant.device(binding.device) if tenant is not None else None
        if device is not None:
            self._changed((Subject(binding.tenant, "person", device.extension),), now)

    def _save(self, watch: Watch, now: float) -> None:
        watch.row = replace(watch.row, count=watch.count, saved_at=now)
        self._steps.saved.append(watch.row)

    def _end(self, watch: Watch, reason: str, now: float) -> None:
        """Tell the phone that this was the last."""
        watch.ending = reason
        self._watches.remove(watch)
        self._steps.gone.append(watch.row.key)
        self._outbox.want(watch, now)

    def _forget(self, watch: Watch) -> None:
        """Without a word."""
        watch.closed = True
        if self._watches.get(watch.row.key) is watch:
            self._watches.remove(watch)
            self._steps.gone.append(watch.row.key)


def _subject_of(row: Subscription, tenant: Tenant, facts: Facts) -> Subject | None:
    """What a row watches by today's configuration; None when its device or that is gone."""
    device = tenant.device(row.device)
    if device is None or not device.enabled:
        return None
    caller = Caller(row.tenant, row.device, device.extension)
    found = find(tenant, row.package, row.resource, caller, facts.mailboxes)
    return found if isinstance(found, Subject) else None
