"""What passes between the logic (calls, registrar) and the edges (SIP stack, store): events in, commands out.

Logic gets an event and the time, and returns commands; edges carry them out. No object here does anything.
Times are Unix seconds, durations seconds, leg ids are strings unique for the life of the node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pbx.control.messages import Event, Quality

Transport = Literal["udp", "tcp", "tls"]
Headers = list[tuple[str, str]]


# --- Requests outside a dialog, as the stack parsed them --------------------


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
    """Who sent an admitted request: an authenticated device of a tenant."""

    tenant: str
    device: str
    extension: str


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


# --- Bindings (RFC 3261 section 10) --------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One contact of a device. Requests go to `source_ip`:`source_port` over `transport` whatever the host
    of the contact says, or along `path` (RFC 3327), whose first hop is that source."""

    tenant: str
    device: str
    aor: str
    contact: str
    call_id: str
    cseq: int
    q: float
    source_ip: str
    source_port: int
    transport: str
    path: tuple[str, ...]
    user_agent: str
    instance: str
    registered_at: float
    expires_at: float
    rtt_ms: float | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it one binding: tenant, device, contact."""
        return self.tenant, self.device, self.contact


class Locations(Protocol):
    """Where devices are now."""

    def of_device(self, tenant: str, device: str, now: float) -> Sequence[Binding]:
        """Live bindings of one device, best q first."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: the file it lies in and how long it takes, in seconds."""

    path: str
    seconds: float


# --- Events from the SIP stack to the call logic --------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCall:
    """An admitted INVITE: a new leg that waits for an answer. `codecs` are those of ours that it offers, in
    its order."""

    leg: str
    caller: Caller
    number: str
    source: str
    has_offer: bool
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegProgress:
    """A called leg got a provisional answer; `media` when it carries early media (183 with SDP)."""

    leg: str
    code: int
    media: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """The leg is confirmed (200 and ACK), or for a called leg the 200 came."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegMedia:
    """Media of the leg changed: whether audio runs, whether the phone holds us, and the codec."""

    leg: str
    active: bool
    held: bool
    codec: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded:
    """The leg is gone. `remote` when the phone ended it; `redirect` the user part of a 3xx Contact."""

    leg: str
    code: int
    reason: str
    remote: bool
    codec: str | None = None
    quality: Quality | None = None
    redirect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPressed:
    """One DTMF digit from a phone; `via` RFC 4733 ('rtp') or INFO; duration in milliseconds."""

    leg: str
    digit: str
    via: Literal["rtp", "info"]
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptEnded:
    """The prompt played to the leg is over (or could not be played)."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSilent:
    """No RTP at all from the leg for `seconds`."""

    leg: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """A timer that the logic started with StartTimer."""

    call: str
    name: str


LegEvent = LegProgress | LegAnswered | LegMedia | LegEnded | DigitPressed | PromptEnded | MediaSilent


# --- Commands from the call logic --------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Call a binding on a new leg. `number` and `name` are shown to it in `domain` (From and
    P-Asserted-Identity, RFC 3325); `called` is the number in To;
    `codecs` are offered first, in that order."""

    leg: str
    binding: Binding
    domain: str
    called: str
    number: str
    name: str
    codecs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Provisional answer to a calling leg: 180 without media, 183 with."""

    leg: str
    code: Literal[180, 183]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """200 to a calling leg; `number` and `name` say who answered (P-Asserted-Identity)."""

    leg: str
    number: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the leg: final answer `code`, CANCEL or BYE, as its state asks for. `cause` is the value of a
    Reason header (RFC 3326), or None."""

    leg: str
    code: int
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Two legs hear each other from now on."""

    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbridge:
    """They no longer do."""

    a: str
    b: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Pass a hold on: re-INVITE the leg as held (`on`) or as live again."""

    leg: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play a prompt by name in a language to a leg; PromptEnded follows, or `loop` until StopPlaying."""

    leg: str
    prompt: str
    language: str
    loop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlaying:
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigit:
    """Send one DTMF digit to the leg; `via` as configured for its device, "auto" by what it negotiated."""

    leg: str
    digit: str
    milliseconds: int
    via: Literal["auto", "rtp", "info"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer:
    """TimerFired(call, name) after `seconds`; a timer of the same name is replaced."""

    call: str
    name: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTimer:
    call: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """Write this to the journal and tell everyone who follows. Its number is given by the journal."""

    event: Event


SipCommand = Invite | Progress | Answer | HangUp | Bridge | Unbridge | Hold | Play | StopPlaying | SendDigit
Command = SipCommand | StartTimer | StopTimer | Emit
