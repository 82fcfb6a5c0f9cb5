"""Every message between the planes, typed: snapshots, live state, events, commands. Dataclasses; what is made
anew at every step of a call is a msgspec.Struct (with msgspec.field), made in a fifth of the time.

`decode` checks on the way in, `encode` writes JSON. Times are Unix seconds (float, UTC), durations seconds,
numbers as dialled, codecs by their SDP name. A field that does not apply is None.
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeVar

import msgspec

from pbx.control.configuration import (
    Direction,
)
from pbx.control.fields import Identifier, Number

T = TypeVar("T")


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


# --- Live state --------------------

LegState = Literal["offered", "ringing", "early", "answered", "held", "ended"]
LegRole = Literal["caller", "callee"]
EndedBy = Literal["caller", "callee", "core", "operator"]
Outcome = Literal[
    "answered",
    "voicemail",
    "busy",
    "declined",
    "no_answer",
    "not_registered",
    "unknown_number",
    "cancelled",
    "failed",
    "interrupted",
]


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """What one leg's media was like, from the core's side. Loss in percent, jitter and rtt in milliseconds,
    mos 1.0 to 4.5 (ITU-T G.107 estimate)."""

    rx_packets: int
    tx_packets: int
    rx_loss: float
    tx_loss: float
    jitter: float
    rtt: float
    mos: float


class LegRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One leg of a call: who, when, why it ended. `reason` is a short text for people; `code` the SIP
    status; `dialog` its Call-ID, by which a browser knows its own."""

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
    dialog: str | None = None
    absent: bool = False


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a call's way, in the form that the simulator gives too: the flow and node it stands in
    (None outside flows), what it did, and what came of it and why."""

    step: str
    at: float
    result: str
    flow: str | None = None
    node: str | None = None


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One call, live (`ended_at` None) or finished. The same form in live state, events and history.

    `continued_in` is the call that its people went on in (transfer, pickup, retrieval). While it lives:
    `parked` is its slot, `room` its conference, `recording` whether it is recorded now, `holding` the ids of
    legs that put the other side on hold, `consulting` the call that waits while one of ours consults here.
    `emergency` calls were let past every rule."""

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
    legs: list[LegRecord] = msgspec.field(default_factory=list)
    path: list[PathStep] = msgspec.field(default_factory=list)
    direction: Direction = "internal"
    trunk: str | None = None
    shown: str | None = None
    continued_in: str | None = None
    parked: str | None = None
    room: str | None = None
    recording: bool = False
    holding: list[str] = msgspec.field(default_factory=list)
    consulting: str | None = None
    emergency: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionState:
    """What a user set and the core keeps (statuses, forwards, caller ID), whoever set it: phone, web or
    calendar.

    `status` None is the default one; at `until` (Unix) it returns to that. `forward_*` are numbers as dialled
    or "voicemail". `caller_id` is an id out of the extension's `caller_ids`, None the one of the
    configuration."""

    tenant: Identifier
    extension: Number
    status: Identifier | None = None
    note: Annotated[str, msgspec.Meta(max_length=140)] = ""
    until: float | None = None
    do_not_disturb: bool = False
    forward_all: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    forward_busy: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    forward_no_answer: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    caller_id: Identifier | None = None
    changed_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailMessage:
    """One message in a mailbox. Its audio is on the core's disk, synced, before anyone hears of it. A deleted
    one keeps its audio until `purge_at` (undelete)."""

    id: Identifier
    tenant: Identifier
    mailbox: Identifier
    call: str
    caller_number: str
    caller_name: str
    left_at: float
    seconds: float
    read_at: float | None = None
    deleted_at: float | None = None
    purge_at: float | None = None
    changed_at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxState:
    """What the user of a mailbox chose by phone, kept by the core: the PIN (in the form of MailboxConfig) and
    a greeting (its audio is on the core's disk), each with the moment it was chosen; 0.0 when none was. Of
    this and the configuration the newer one holds. Not for people's eyes: a PIN is short, so its hash is
    soon guessed."""

    tenant: Identifier
    mailbox: Identifier
    pin: str | None = None
    pin_at: float = 0.0
    greeting_at: float = 0.0
    greeting_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundState:
    """A sound on the core's disk: `bytes` and `sha256` of the file."""

    id: Identifier
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingState:
    """One recording. `ended_at` None while it runs; then `seconds` and `bytes` are those of the WAV on the
    core's disk, which waits there until the control plane has taken it. `by` is the rule or the extension
    that began it; `discarded` ones have no audio any more."""

    id: Identifier
    tenant: Identifier
    call: str
    by: str
    personal: bool
    started_at: float
    channels: int
    paused: bool = False
    ended_at: float | None = None
    seconds: float = 0.0
    bytes: int = 0
    keep: bool = True
    discarded: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkState:
    """Whether a trunk works: "up", "down" (does not answer or does not let us register) or "unknown" (not
    tried yet), since when, the last SIP code, and the calls on it now."""

    tenant: Identifier
    trunk: Identifier
    state: Literal["up", "down", "unknown"]
    since: float
    code: int | None = None
    reason: str = ""
    calls: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomMember:
    """One leg in a conference; `level` in dBov (-127 silence to 0) when it speaks."""

    leg: Identifier
    call: Identifier
    number: str
    name: str
    extension: str | None
    muted: bool = False
    level: float | None = None
    since: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomState:
    """A conference that goes on: `room` is the id of a configured room or that of the call that became
    one."""

    id: Identifier
    tenant: Identifier
    room: str
    name: str
    members: list[RoomMember] = field(default_factory=list)
    inviting: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that an administrator of the organisation should see: its `kind` ("fraud.limit",
    "flow.broken", "emergency.call", "trunk.down", "voicemail.refused"), a sentence, and the call or extension
    it is about."""

    id: Identifier
    tenant: Identifier
    kind: str
    text: str
    call: str | None = None
    extension: str | None = None


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
    extensions: list[ExtensionState] = field(default_factory=list)
    trunks: list[TrunkState] = field(default_factory=list)
    rooms: list[RoomState] = field(default_factory=list)


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
    "extension.changed",
    "voicemail.changed",
    "voicemail.purged",
    "mailbox.changed",
    "recording.changed",
    "recording.ended",
    "trunk.changed",
    "trunk.removed",
    "room.changed",
    "room.ended",
    "notice",
]


class Event(msgspec.Struct, frozen=True, kw_only=True):
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
    extension: ExtensionState | None = None
    voicemail: VoicemailMessage | None = None
    mailbox: MailboxState | None = None
    recording: RecordingState | None = None
    trunk: TrunkState | None = None
    room: RoomState | None = None
    notice: Notice | None = None


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
class Acknowledge:
    """POST /v1/events/ack: events up to and including `number` are safe elsewhere."""

    number: Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """PUT /v1/flows: the TCP connection from `ip`:`port` to the relay port carries this browser (a device
    whose `srtp` is "dtls"), until it closes. To be said before the first request is sent over it."""

    tenant: Identifier
    device: Identifier
    ip: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F.:]{2,45}$")]
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)]


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
