"""What the SIP stack reports to the call logic. Leg ids are unique for the life of the node."""

from dataclasses import dataclass
from typing import Literal

from pbx.control.messages import Quality
from pbx.ports.requests import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCall:
    """An admitted INVITE: a new leg that waits for an answer. `codecs` are those of ours that it offers, in
    its order. `replaces` is the leg of ours that a Replaces header names (RFC 3891), of the same
    organisation. `dialog` is the Call-ID. `from_number` and `from_name` are what a trunk says of the caller
    ("" when `private`, RFC 3323)."""

    leg: str
    caller: Caller
    number: str
    source: str
    has_offer: bool
    codecs: tuple[str, ...] = ()
    dialog: str | None = None
    replaces: str | None = None
    from_number: str = ""
    from_name: str = ""
    private: bool = False
    caller_id: str | None = None
    record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LegProgress:
    """A called leg got a provisional answer; `media` when it carries early media (183 with SDP). `dialog` is
    its Call-ID."""

    leg: str
    code: int
    media: bool
    dialog: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """The leg is confirmed (200 and ACK), or for a called leg the 200 came. `codec` of its audio if that runs
    already, `dialog` its Call-ID."""

    leg: str
    codec: str | None = None
    dialog: str | None = None


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
class LegAway:
    """A browser that talks sends nothing any more (its page reloads, its network changes), or does so again
    (`away` False)."""

    leg: str
    away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """The phone asks to send its call elsewhere (REFER, RFC 3515): to `number`, or into the dialog of our leg
    `replaces` (attended). It was answered 202 and waits for TellReferrer."""

    leg: str
    number: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingEnded:
    """The file is closed and synced to disk. `reason`: "stopped", "silence", "longest", "largest", "gone" (no
    leg is left) or "failed" (disk full, cannot write; what was written is kept, `bytes` 0 when nothing
    was)."""

    call: str
    recording: str
    seconds: float
    bytes: int
    reason: Literal["stopped", "silence", "longest", "largest", "gone", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSpeaking:
    """Who speaks now in a room: (leg, level in dBov), loudest first. At most twice a second, on change."""

    room: str
    levels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkChanged:
    """A trunk registered, answered OPTIONS, or no longer does; `code` the last SIP code (408: nothing
    came)."""

    tenant: str
    trunk: str
    up: bool
    code: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookAnswered:
    """What a web hook answered; None when it failed."""

    call: str
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What KeepMessage or KeepGreeting asked for is safe on disk; not `ok` when the disk refused."""

    call: str
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """A timer that the logic started with StartTimer."""

    call: str
    name: str


LegEvent = (
    LegProgress
    | LegAnswered
    | LegMedia
    | LegEnded
    | DigitPressed
    | PromptEnded
    | MediaSilent
    | LegAway
    | Referred
)
CallEvent = RecordingEnded | HookAnswered | Kept | TimerFired
