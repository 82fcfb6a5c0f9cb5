"""Every message between the planes, as typed dataclasses: snapshots, live state, events, commands.

`decode` checks on the way in, `encode` writes JSON. Times are Unix seconds (float, UTC), durations seconds,
numbers as dialled, codecs by their SDP name. A field that does not apply is None.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeVar

import msgspec

T = TypeVar("T")

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=32, pattern=r"^[0-9A-Za-z*#+._-]+$")]
Domain = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[a-z0-9.-]+$")]
Text = Annotated[str, msgspec.Meta(max_length=200)]
Hex = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32}|[0-9a-f]{64})$")]
Language = Literal["nl", "en"]


class MessageError(ValueError):
    """A message does not fit its schema; the text names the field and what was expected."""


def decode(data: bytes | str, kind: type[T]) -> T:
    """JSON to one of the dataclasses below. Raises MessageError with the path of the field that is wrong."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise MessageError(str(error)) from error


def encode(message: object) -> bytes:
    """One of the dataclasses below (or plain data) to JSON, without line breaks."""
    return msgspec.json.encode(message)


# --- Snapshot: all that the core needs to know of one organisation --------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfig:
    """One phone: its SIP user and the digests of its secret (RFC 8760; A1 = user:domain:password)."""

    id: Identifier
    username: Number
    name: Text
    extension: Number
    ha1_md5: Hex
    ha1_sha256: Hex
    dtmf: Literal["auto", "rtp", "info"] = "auto"
    max_bindings: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionConfig:
    """One extension: what callers dial, whose name they see, and the language of its prompts."""

    id: Identifier
    number: Number
    name: Text
    language: Language = "nl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything of one organisation, compiled by the control plane. `plans` maps a dialled number to a plan
    (JSON as `dialplan.parse` takes it); a number without one is unknown. `digests` are what phones are
    challenged with, best first: many older phones give up at a SHA-256 challenge, even beside an MD5 one."""

    tenant: Identifier
    version: Annotated[int, msgspec.Meta(ge=0)]
    name: Text
    domain: Domain
    language: Language = "nl"
    digests: Annotated[list[Literal["MD5", "SHA-256"]], msgspec.Meta(min_length=1, max_length=2)] = field(
        default_factory=lambda: ["MD5"]
    )
    extensions: list[ExtensionConfig] = field(default_factory=list)
    devices: list[DeviceConfig] = field(default_factory=list)
    plans: dict[Number, dict[str, Any]] = field(default_factory=dict)
    max_call_seconds: Annotated[int, msgspec.Meta(ge=10, le=86400)] = 4 * 3600
    rtp_timeout_seconds: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 60


# --- Live state --------------------

LegState = Literal["offered", "ringing", "early", "answered", "held", "ended"]
LegRole = Literal["caller", "callee"]
EndedBy = Literal["caller", "callee", "core", "operator"]
Outcome = Literal[
    "answered",
    "busy",
    "declined",
    "no_answer",
    "not_registered",
    "unknown_number",
    "cancelled",
    "failed",
    "interrupted",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What one leg's media was like, from the core's side. Loss in percent, jitter and rtt in milliseconds,
    mos 1.0 to 4.5 (ITU-T G.107 estimate)."""

    rx_packets: int
    tx_packets: int
    rx_loss: float
    tx_loss: float
    jitter: float
    rtt: float
    mos: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRecord:
    """One leg of a call: who, when, why it ended. `reason` is a short text for people; `code` the SIP
    status."""

    id: Identifier
    role: LegRole
    state: LegState
    extension: str | None
    device: str | None
    number: str
    name: str
    address: str | None
    offered_at: float
    ringing_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    code: int | None = None
    reason: str | None = None
    codec: str | None = None
    quality: Quality | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PathStep:
    """One step that the call took through its plan, and why the next one came."""

    step: str
    at: float
    result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call, live (`ended_at` None) or finished. The same form in live state, events and history."""

    id: Identifier
    tenant: Identifier
    caller_number: str
    caller_name: str
    dialled: str
    started_at: float
    answered_at: float | None = None
    ended_at: float | None = None
    ended_by: EndedBy | None = None
    outcome: Outcome | None = None
    code: int | None = None
    reason: str | None = None
    legs: list[LegRecord] = field(default_factory=list)
    path: list[PathStep] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingState:
    """One registered contact of a device (RFC 3261 section 10). `source` is ip:port, where requests go."""

    tenant: Identifier
    device: Identifier
    aor: str
    contact: str
    source: str
    transport: str
    user_agent: str
    expires_at: float
    registered_at: float
    rtt_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BanState:
    """An address that failed too often. `failures` counted, dropped until `until`."""

    address: str
    failures: int
    since: float
    until: float
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that needs a person: its name ('journal.disk_full'), since when, and what to do."""

    name: str
    since: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveState:
    """What is going on as of event `number`: apply the events after it and it equals a fresh one."""

    number: int
    calls: list[CallRecord] = field(default_factory=list)
    bindings: list[BindingState] = field(default_factory=list)
    bans: list[BanState] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    tenants: dict[str, int] = field(default_factory=dict)


# --- Events --------------------

EventKind = Literal[
    "call.started",
    "call.changed",
    "call.ended",
    "binding.changed",
    "binding.removed",
    "ban.added",
    "ban.removed",
    "alarm.raised",
    "alarm.cleared",
    "tenant.applied",
    "tenant.removed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One numbered event; exactly one of the bodies is set, by kind. On disk before anyone sees it.

    call.* carry the whole call; binding.* the binding; tenant.* the id in `tenant` and the version.
    `tenant` is None for what concerns the whole node (bans, alarms)."""

    number: int
    at: float
    kind: EventKind
    tenant: str | None = None
    call: CallRecord | None = None
    binding: BindingState | None = None
    ban: BanState | None = None
    alarm: Alarm | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """First message on `/v1/events`. `state` is given when the client asked without `since`, or asked from a
    number that is no longer kept or was never given: forget what you had and start from this state.
    Events after `number` follow. `stream` changes when numbering starts anew (the core lost its disk)."""

    stream: str
    number: int
    state: LiveState | None = None


# --- Commands and answers --------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    """POST /v1/calls: ring the devices of `extension`, and when answered call `number` from there."""

    tenant: Identifier
    extension: Number
    number: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """POST /v1/events/ack: events up to and including `number` are safe elsewhere."""

    number: Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """PUT /v1/trace: switch the SIP trace for a tenant, or for one device of it (`seconds` 0 = off)."""

    tenant: Identifier
    device: Identifier | None = None
    seconds: Annotated[int, msgspec.Meta(ge=0, le=86400)] = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceMessage:
    """One traced SIP message. `direction` as seen from the core; `peer` is ip:port; `text` as on the wire."""

    at: float
    tenant: str
    device: str | None
    direction: Literal["in", "out"]
    transport: str
    peer: str
    call_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantVersion:
    """Which snapshot of a tenant is in use. `changed` False: it was in use already."""

    tenant: str
    version: int
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """GET /v1/health. `ready` False says why in `parts` (name to 'ok' or a sentence)."""

    ready: bool
    parts: dict[str, str]
    version: str
    started_at: float
    calls: int
    bindings: int
    legs: int
    last_number: int
    acknowledged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Body of every error answer: one sentence that says what to do, and the field if one is to blame."""

    error: str
    field: str | None = None
