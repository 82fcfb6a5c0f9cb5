"""What phones watch (RFC 6665): the dialog that a SUBSCRIBE makes, and the NOTIFYs in it or without one."""

from dataclasses import dataclass
from typing import Literal, Protocol

from pbx.ports.bindings import Binding
from pbx.ports.files import Counts
from pbx.ports.requests import Headers

Package = Literal["dialog", "presence", "message-summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What of a subscription outlives the core. `resource` is the user part that was asked for, `event_id`
    the id parameter of Event. NOTIFYs go to `source_ip`:`source_port` over `transport` whatever the host of
    `contact` says, or along `path` (the Record-Route of the SUBSCRIBE). `cseq` is that of the phone's last
    SUBSCRIBE; `count` NOTIFYs had been sent at `saved_at`."""

    tenant: str
    device: str
    extension: str
    package: Package
    resource: str
    event_id: str
    call_id: str
    local_tag: str
    remote_tag: str
    local_uri: str
    remote_uri: str
    contact: str
    source_ip: str
    source_port: int
    transport: str
    path: tuple[str, ...]
    cseq: int
    count: int
    saved_at: float
    expires_at: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one dialog (RFC 3261 section 12): Call-ID, our tag, the phone's tag."""
        return self.call_id, self.local_tag, self.remote_tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Send a NOTIFY to the phone of a subscription, or to one that asked for none. Its final answer comes
    back under `token`: 503 when there is no way to it now, 408 when nothing came."""

    token: int
    to: Subscription | Binding
    local: str
    remote: str
    headers: Headers
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class DialogId:
    """The SIP dialog of a leg: `local_tag` is ours, `remote_tag` the phone's."""

    call_id: str
    local_tag: str
    remote_tag: str


class Mail(Protocol):
    """Where messages lie."""

    def counts(self, tenant: str, mailbox: str) -> Counts:
        """How many lie in a mailbox now."""


class Dialogs(Protocol):
    """The SIP dialogs of legs."""

    def dialog(self, leg: str) -> DialogId | None:
        """That of a leg that has rung at least; None while there is none. From any thread."""
