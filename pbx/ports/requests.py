"""A SIP request outside a dialog as the stack parsed it, and what admission says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Transport = Literal["udp", "tcp", "tls"]
Srtp = Literal["off", "optional", "required", "dtls"]
Headers = list[tuple[str, str]]


class Contact(Protocol):
    """One Contact of a request: `expires` seconds and `q` are -1 when absent."""

    @property
    def uri(self) -> str: ...
    @property
    def expires(self) -> int: ...
    @property
    def q(self) -> float: ...
    @property
    def params(self) -> Mapping[str, str]: ...


class Digest(Protocol):
    """Credentials of an Authorization or Proxy-Authorization header (RFC 7616), unquoted."""

    @property
    def username(self) -> str: ...
    @property
    def realm(self) -> str: ...
    @property
    def nonce(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def response(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def qop(self) -> str: ...
    @property
    def nc(self) -> str: ...
    @property
    def cnonce(self) -> str: ...
    @property
    def opaque(self) -> str: ...


class Request(Protocol):
    """A SIP request outside a dialog. Everything in it came from the network and is hostile."""

    @property
    def token(self) -> int: ...
    @property
    def method(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def uri_user(self) -> str: ...
    @property
    def uri_host(self) -> str: ...
    @property
    def from_uri(self) -> str: ...
    @property
    def from_user(self) -> str: ...
    @property
    def from_host(self) -> str: ...
    @property
    def from_display(self) -> str: ...
    @property
    def from_tag(self) -> str: ...
    @property
    def to_uri(self) -> str: ...
    @property
    def to_user(self) -> str: ...
    @property
    def to_host(self) -> str: ...
    @property
    def to_tag(self) -> str: ...
    @property
    def call_id(self) -> str: ...
    @property
    def cseq(self) -> int: ...
    @property
    def contacts(self) -> Sequence[Contact]: ...
    @property
    def contact_star(self) -> bool: ...
    @property
    def expires(self) -> int: ...
    @property
    def credentials(self) -> Sequence[Digest]: ...
    @property
    def paths(self) -> Sequence[str]: ...
    @property
    def via_count(self) -> int: ...
    @property
    def user_agent(self) -> str: ...
    @property
    def supported(self) -> Sequence[str]: ...
    @property
    def source_ip(self) -> str: ...
    @property
    def source_port(self) -> int: ...
    @property
    def transport(self) -> str: ...
    @property
    def body(self) -> bytes: ...
    def header(self, name: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent an admitted request: an authenticated device of a tenant, or (`trunk`, then without the
    others) a provider that is known by its address or by where we registered. `srtp` is the wish of the
    device."""

    tenant: str
    device: str
    extension: str
    trunk: str = ""
    srtp: Srtp = "off"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a request outside a dialog."""

    code: int
    reason: str
    headers: Headers = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Admit:
    """The request may go on, sent by `caller`."""

    caller: Caller


@dataclass(frozen=True, slots=True)
class Drop:
    """Say nothing at all."""


Verdict = Reply | Admit | Drop
