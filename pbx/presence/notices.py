"""The NOTIFYs themselves: headers and body of one to a subscription (RFC 6665), and of one that nobody asked
for (waiting messages, for phones that never subscribe)."""

from collections.abc import Callable

from pbx.directory import Tenant
from pbx.ports import Binding, Dialogs, Notify
from pbx.presence.documents import CONTENT, dialog_info, message_summary, pidf, sip_uri
from pbx.presence.states import Messages, Person, State
from pbx.presence.subjects import code
from pbx.presence.watches import Watch


class Notices:
    """Writes NOTIFYs. `contact` gives our Contact on a transport."""

    def __init__(self, dialogs: Dialogs, contact: Callable[[str], str]) -> None:
        self._dialogs = dialogs
        self._contact = contact

    def to_watch(self, watch: Watch, tenant: Tenant | None, state: State, token: int, now: float) -> Notify:
        """The next NOTIFY of a subscription. Without a body when it has nothing to see any more."""
        row = watch.row
        watch.count += 1
        kind, body = "", b""
        if tenant is not None and watch.ending not in ("rejected", "noresource"):
            kind, body = CONTENT[row.package], self._body(watch, tenant, state)
        left = max(1, round(row.expires_at - now))
        event = f"{row.package};id={row.event_id}" if row.event_id else row.package
        return Notify(
            token=token,
            to=row,
            local=f"<{row.local_uri}>;tag={row.local_tag}",
            remote=f"<{row.remote_uri}>;tag={row.remote_tag}",
            headers=[
                ("Call-ID", row.call_id),
                ("CSeq", str(watch.count)),
                ("Contact", self._contact(row.transport)),
                ("Event", event),
                (
                    "Subscription-State",
                    f"terminated;reason={watch.ending}" if watch.ending else f"active;expires={left}",
                ),
            ],
            content_type=kind,
            body=body,
        )

    def unasked(self, binding: Binding, tenant: Tenant, messages: Messages, token: int) -> Notify:
        """What waits, to a phone that did not subscribe."""
        return Notify(
            token=token,
            to=binding,
            local=f"<{binding.aor}>",
            remote=f"<{binding.aor}>",
            headers=[
                ("Contact", self._contact(binding.transport)),
                ("Event", "message-summary"),
                ("Subscription-State", "terminated;reason=timeout"),
            ],
            content_type=CONTENT["message-summary"],
            body=message_summary(_account(tenant), messages),
        )

    def _body(self, watch: Watch, tenant: Tenant, state: State) -> bytes:
        entity = watch.row.local_uri
        if isinstance(state, Messages):
            return message_summary(_account(tenant), state)
        if isinstance(state, Person):
            return pidf(entity, sip_uri(watch.subject.name, tenant.domain), state)
        shown = frozenset(dialog.id for dialog in state)
        ended, watch.shown = watch.shown - shown, shown
        return dialog_info(
            entity,
            tenant.domain,
            state,
            version=watch.count - 1,
            ended=ended,
            dialog_id=self._dialogs.dialog,
        )


def _account(tenant: Tenant) -> str:
    """What to call to hear the messages."""
    return sip_uri(code(tenant, "voicemail"), tenant.domain)
