"""The snapshot: all that the core needs to know of one organisation, compiled by the control plane.

Numbers are as dialled inside the organisation unless a field says E.164; durations are seconds. What is named
by an id (flow, status, mailbox, sound, trunk) is named by the same id everywhere.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from pbx.control.fields import E164, Digits, Domain, Hex, Identifier, Language, Number, Text

Seconds = Annotated[int, msgspec.Meta(ge=1, le=86400)]
Source = Annotated[str, msgspec.Meta(min_length=2, max_length=50, pattern=r"^[0-9a-fA-F.:/]+$")]
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:\[\]-]+$")]
Presence = Literal["available", "busy", "away", "offline"]
Direction = Literal["internal", "inbound", "outbound"]


MOST_BLOCKED = 4000  # numbers of one extension


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfig:
    """One phone: its SIP user and the digests of its secret (RFC 8760; A1 = user:domain:password). It takes
    at most `max_calls` at once; further ones find it busy. With `srtp` "dtls" it is a browser: it has no
    secret, and nobody can be it but over a claimed flow (Claim)."""

    id: Identifier
    username: Number
    name: Text
    extension: Number
    ha1_md5: Hex | None = None
    ha1_sha256: Hex | None = None
    dtmf: Literal["auto", "rtp", "info"] = "auto"
    srtp: Literal["off", "optional", "required", "dtls"] = "off"
    max_bindings: Annotated[int, msgspec.Meta(ge=1, le=20)] = 5
    max_calls: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 4
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionConfig:
    """One extension: what callers dial, whose name they see, the language of its prompts, and what its user
    may.

    `flow` answers its calls when the status has none; without any it rings its devices for `ring_seconds`,
    then its mailbox answers if it has one. `forwards` maps a status to a number or "voicemail". `caller_ids`
    may be shown outside, the first before others; `caller_id` is shown unless the user chose another.
    `pickup_group` shares `*8`. `blocked` are callers whose calls to this extension are declined: in E.164, or
    extensions."""

    id: Identifier
    number: Number
    name: Text
    language: Language = "nl"
    ring_seconds: Annotated[int, msgspec.Meta(ge=1, le=600)] = 25
    flow: Identifier | None = None
    mailbox: Identifier | None = None
    pickup_group: Identifier | None = None
    forwards: dict[Identifier, Text] = field(default_factory=dict)
    caller_ids: list[Identifier] = field(default_factory=list)
    caller_id: Identifier | None = None
    supervises: list[Number] = field(default_factory=list)
    may_record: bool = True
    may_call_out: bool = True
    blocked: Annotated[list[Number], msgspec.Meta(max_length=MOST_BLOCKED)] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupConfig:
    """Extensions that flows ring together."""

    id: Identifier
    name: Text
    extensions: list[Number] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusConfig:
    """A status that users pick (S1). `flow` answers calls of users in it, `code` picks it by star code. One
    is the `default`, to which temporary ones return. `rings` False: their phones stay silent (do not
    disturb)."""

    id: Identifier
    name: Text
    colour: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}$")]
    presence: Presence = "available"
    flow: Identifier | None = None
    code: Digits | None = None
    default: bool = False
    rings: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdConfig:
    """A number that may be shown outside (T13); `number` None is anonymous (RFC 3323). The first one of the
    company kind is the organisation's own number."""

    id: Identifier
    kind: Literal["anonymous", "mobile", "fixed", "company", "queue"]
    name: Text = ""
    number: E164 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxConfig:
    """Voicemail of a person or a group. `extensions` see its lamp and may listen; the first one owns it.
    `pin` is `salt$hex` of PBKDF2-HMAC-SHA256 over the digits (PIN_ROUNDS rounds), None until one is chosen.
    `greetings` maps a status id, or "" for all others, to a sound; without one the standard greeting plays.
    `pin_at` and `greeting_at` (of the greeting "") say when they were chosen, in Unix seconds: what the user
    chose by phone later than that goes before (MailboxState). `operator` is called on 0."""

    id: Identifier
    number: Number
    name: Text
    extensions: list[Number] = field(default_factory=list)
    language: Language = "nl"
    enabled: bool = True
    pin: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    pin_at: float = 0.0
    greetings: dict[str, Identifier] = field(default_factory=dict)
    greeting_at: float = 0.0
    max_seconds: Seconds = 180
    max_messages: Annotated[int, msgspec.Meta(ge=1, le=10000)] = 100
    operator: Number | None = None


PIN_ROUNDS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomConfig:
    """A conference room that people dial. `pin` in the form of a mailbox's; `announce` says who comes and
    goes."""

    id: Identifier
    number: Number
    name: Text
    pin: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    announce: bool = True
    max_members: Annotated[int, msgspec.Meta(ge=2, le=200)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkConfig:
    """The slots for parked calls, and after how long one rings its parker."""

    first: Annotated[int, msgspec.Meta(ge=1, le=999999)] = 701
    last: Annotated[int, msgspec.Meta(ge=1, le=999999)] = 720
    seconds: Seconds = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundConfig:
    """An uploaded sound (announcement, greeting, music): WAV, 16 bit, mono, 16 kHz; `sha256` of the file. The
    control plane puts the file to the core before the snapshot that names it."""

    id: Identifier
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRule:
    """Calls that are recorded by themselves (T15): those of these extensions, numbers (DIDs) or queues and in
    these directions; an empty list means all. `stereo` keeps the two sides apart; `announce` tells both that
    it is recorded. With `keep` "ask" it is thrown away unless somebody says keep."""

    id: Identifier
    extensions: list[Number] = field(default_factory=list)
    numbers: list[E164] = field(default_factory=list)
    queues: list[Identifier] = field(default_factory=list)
    directions: list[Direction] = field(default_factory=list)
    stereo: bool = True
    announce: bool = False
    keep: Literal["always", "ask"] = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkConfig:
    """A line to a provider or another PBX (T17). With `register` we register there as `username`; without,
    calls come from `sources` (addresses or networks) only. `max_calls` at once in both directions. `dial` is
    the form of numbers that it wants; `number_in` where the called number of an incoming call stands."""

    id: Identifier
    name: Text
    host: Host
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    transport: Literal["udp", "tcp", "tls"] = "udp"
    register: bool = False
    username: Annotated[str, msgspec.Meta(max_length=100)] = ""
    password: Annotated[str, msgspec.Meta(max_length=200)] = ""
    domain: Annotated[str, msgspec.Meta(max_length=253)] = ""
    proxy: Annotated[str, msgspec.Meta(max_length=253)] = ""
    sources: list[Source] = field(default_factory=list)
    srtp: Literal["off", "optional", "required"] = "off"
    max_calls: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 30
    probe_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 30
    dial: Literal["e164", "plus", "national", "international"] = "plus"
    number_in: Literal["uri", "to", "p-called-party-id"] = "uri"
    caller_id: E164 | None = None
    dtmf: Literal["auto", "rtp", "info"] = "auto"
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteConfig:
    """Which trunks carry calls to numbers that begin with one of `prefixes` (E.164, "+" is every number);
    lower `priority` first, then the longest prefix. The next trunk is tried on `failover` codes and when
    nothing came for `seconds`."""

    id: Identifier
    prefixes: list[Annotated[str, msgspec.Meta(pattern=r"^\+[0-9]{0,15}$")]]
    trunks: list[Identifier]
    priority: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 100
    seconds: Annotated[int, msgspec.Meta(ge=1, le=60)] = 6
    failover: list[Annotated[int, msgspec.Meta(ge=400, le=699)]] = field(
        default_factory=lambda: [403, 404, 408, 480, 500, 502, 503, 504]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberConfig:
    """A number of ours on the public network (DID) and the flow, or the extension, that answers it."""

    number: E164
    name: Text = ""
    flow: Identifier | None = None
    extension: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyConfig:
    """Numbers that always go out, before and past every other rule, over the first trunk that takes them,
    with `caller_id` (the place where help must come) unless the caller's extension has one in `places`."""

    numbers: list[Digits] = field(default_factory=lambda: ["112"])
    trunks: list[Identifier] = field(default_factory=list)
    caller_id: E164 | None = None
    places: dict[Number, E164] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsConfig:
    """Against toll fraud: calls out at once and minutes out per day (of the organisation's time zone), for
    all together and for one user, and prefixes (E.164) that nobody may call. None is no limit."""

    calls: int | None = None
    calls_per_user: int | None = None
    minutes_per_day: int | None = None
    minutes_per_day_per_user: int | None = None
    blocked: list[Annotated[str, msgspec.Meta(pattern=r"^\+[0-9]{1,15}$")]] = field(default_factory=list)


STAR_CODES: dict[str, str] = {
    "voicemail": "1233",
    "pickup_group": "*8",
    "pickup": "**",
    "park": "*68",
    "forward_all": "*21",
    "forward_all_off": "#21",
    "forward_busy": "*67",
    "forward_busy_off": "#67",
    "forward_no_answer": "*61",
    "forward_no_answer_off": "#61",
    "do_not_disturb": "*78",
    "do_not_disturb_off": "*79",
    "status": "*50",
    "hide_caller_id": "*31",
    "show_caller_id": "#31",
    "record": "*1",
    "intercom": "*80",
    "voicemail_of": "*99",
}
"""What a code does, and the code unless the organisation changed it. docs/guides/star-codes.md lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything of one organisation. `flows` maps a flow's id to its JSON (as `dialplan.parse_flow` takes
    it), `lines` a number inside the organisation to the flow that answers it (an extension needs none).
    `digests` are what phones are challenged with, best first: many older phones give up at a SHA-256
    challenge, even beside an MD5 one. `calendars` maps an id to holidays as `dialplan` takes them.
    `star_codes` holds the codes that differ from STAR_CODES; "" switches one off."""

    tenant: Identifier
    version: Annotated[int, msgspec.Meta(ge=0)]
    name: Text
    domain: Domain
    language: Language = "nl"
    timezone: Annotated[str, msgspec.Meta(max_length=64)] = "Europe/Amsterdam"
    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")] = "NL"
    digests: Annotated[list[Literal["MD5", "SHA-256"]], msgspec.Meta(min_length=1, max_length=2)] = field(
        default_factory=lambda: ["MD5"]
    )
    extensions: list[ExtensionConfig] = field(default_factory=list)
    devices: list[DeviceConfig] = field(default_factory=list)
    groups: list[GroupConfig] = field(default_factory=list)
    statuses: list[StatusConfig] = field(default_factory=list)
    caller_ids: list[CallerIdConfig] = field(default_factory=list)
    flows: dict[Identifier, dict[str, Any]] = field(default_factory=dict)
    lines: dict[Number, Identifier] = field(default_factory=dict)
    calendars: dict[Identifier, dict[str, Any]] = field(default_factory=dict)
    star_codes: dict[str, Annotated[str, msgspec.Meta(max_length=8, pattern=r"^[0-9*#]*$")]] = field(
        default_factory=dict
    )
    mailboxes: list[MailboxConfig] = field(default_factory=list)
    rooms: list[RoomConfig] = field(default_factory=list)
    park: ParkConfig = field(default_factory=ParkConfig)
    sounds: list[SoundConfig] = field(default_factory=list)
    music: Identifier | None = None
    recording_rules: list[RecordingRule] = field(default_factory=list)
    trunks: list[TrunkConfig] = field(default_factory=list)
    routes: list[RouteConfig] = field(default_factory=list)
    numbers: list[NumberConfig] = field(default_factory=list)
    emergency: EmergencyConfig = field(default_factory=EmergencyConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    max_call_seconds: Annotated[int, msgspec.Meta(ge=10, le=86400)] = 4 * 3600
    rtp_timeout_seconds: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 60
    return_seconds: Annotated[int, msgspec.Meta(ge=5, le=300)] = 25
