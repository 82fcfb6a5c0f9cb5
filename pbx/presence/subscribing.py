"""What a SUBSCRIBE does to the table of subscriptions (RFC 6665 section 4.2.1)."""

from dataclasses import replace

from pbx.directory import Directory, Tenant
from pbx.ports import Caller, Request, Subscription
from pbx.presence.facts import Facts
from pbx.presence.subjects import Subject, find
from pbx.presence.watches import Watch, Watches
from pbx.presence.wishes import Refused, Wish, wish_of

PER_DEVICE = 100
PER_TENANT = 5000


class Subscribing:
    """Begins and refreshes subscriptions."""

    def __init__(self, directory: Directory, facts: Facts, watches: Watches) -> None:
        self._directory = directory
        self._facts = facts
        self._watches = watches

    def handle(self, request: Request, caller: Caller, now: float) -> tuple[Watch, int, list[Watch]]:
        """Do what the SUBSCRIBE of a known device asks: the subscription, the seconds granted (0 when it
        shall end), and those that gave way to it. Raises Refused."""
        tenant = self._directory.tenant(caller.tenant)
        device = tenant.device(caller.device) if tenant is not None else None
        if tenant is None or device is None or not device.enabled:
            raise Refused(403, "Forbidden")
        if request.to_tag:
            known = self._known(request, caller)
            wish = wish_of(request)
            self._refresh(known, request, wish, now)
            return known, wish.seconds, []
        wish = wish_of(request)
        row, subject = self._row(request, caller, tenant, wish, now)
        dropped = self._make_room(row)
        watch = Watch(row, subject)
        self._watches.add(watch, self._facts.state(subject, now))
        return watch, wish.seconds, dropped

    def _known(self, request: Request, caller: Caller) -> Watch:
        """The subscription whose dialog the request is in, if that is of this device."""
        watch = self._watches.get((request.call_id, request.to_tag, request.from_tag))
        if watch is None or (watch.row.tenant, watch.row.device) != (caller.tenant, caller.device):
            raise Refused(481, "Subscription Does Not Exist")
        return watch

    def _refresh(self, watch: Watch, request: Request, wish: Wish, now: float) -> None:
        if watch.row.package != wish.package:
            raise Refused(481, "Subscription Does Not Exist")
        if request.cseq <= watch.row.cseq:
            raise Refused(500, "CSeq Out of Order")
        watch.lost = False
        watch.row = replace(
            watch.row,
            cseq=request.cseq,
            contact=wish.contact,
            source_ip=request.source_ip,
            source_port=request.source_port,
            transport=request.transport,
            expires_at=now + wish.seconds,
        )

    def _row(
        self, request: Request, caller: Caller, tenant: Tenant, wish: Wish, now: float
    ) -> tuple[Subscription, Subject]:
        """A new dialog."""
        subject = find(tenant, wish.package, request.uri_user, caller, self._facts.mailboxes)
        if subject == "unknown":
            raise Refused(404, "Not Found")
        if subject == "forbidden":
            raise Refused(403, "Forbidden")
        assert isinstance(subject, Subject)
        row = Subscription(
            tenant=caller.tenant,
            device=caller.device,
            extension=caller.extension,
            package=wish.package,
            resource=request.uri_user,
            event_id=wish.event_id,
            call_id=request.call_id,
            local_tag=wish.local_tag,
            remote_tag=wish.remote_tag,
            local_uri=request.to_uri,
            remote_uri=request.from_uri,
            contact=wish.contact,
            source_ip=request.source_ip,
            source_port=request.source_port,
            transport=request.transport,
            path=wish.path,
            cseq=request.cseq,
            count=0,
            saved_at=now,
            expires_at=now + wish.seconds,
        )
        if self._watches.get(row.key) is not None:
            raise Refused(482, "Merged Request")
        return row, subject

    def _make_room(self, row: Subscription) -> list[Watch]:
        """A phone that starts anew leaves subscriptions behind that nobody reads. At a limit the oldest one
        of its device to the same gives way. Raises Refused when there is none."""
        known = self._watches.of_device(row.tenant, row.device)
        full = self._watches.count(row.tenant) >= PER_TENANT
        if len(known) < PER_DEVICE and not full:
            return []
        for watch in known:
            old = watch.row
            if (old.package, old.resource, old.event_id) == (row.package, row.resource, row.event_id):
                self._watches.remove(watch)
                return [watch]
        if full:
            raise Refused(503, "Too Many Subscriptions", [("Retry-After", "600")])
        raise Refused(403, "Too Many Subscriptions")
