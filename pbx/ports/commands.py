"""What the call logic wants done, by the SIP stack, the timers and the journal."""

from dataclasses import dataclass
from typing import Literal

from pbx.control.messages import Event
from pbx.ports.bindings import Binding
from pbx.ports.requests import Srtp
from pbx.ports.sounds import Sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Out over a trunk: `number` as the trunk wants it dialled, and in the same form `shown`, our own number
    on this trunk ("" for none), which it is told even when the call is anonymous."""

    tenant: str
    trunk: str
    number: str
    shown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Call a phone or a trunk on a new leg. `number` and `name` are shown to it in `domain` (From and
    P-Asserted-Identity, RFC 3325), unless `anonymous` (RFC 3323: From anonymous, Privacy id, the identity
    only for a trunk). `called` is the number in To; `codecs` are offered first, in that order. `auto_answer`
    asks the phone to pick up by itself (Alert-Info, Call-Info, Answer-Mode). `diverted_by` is the extension
    that forwarded the call (Diversion, RFC 5806). `srtp` is the wish of the phone's device; a trunk has its
    own."""

    leg: str
    to: Binding | Line
    domain: str
    called: str
    number: str
    name: str
    codecs: tuple[str, ...] = ()
    anonymous: bool = False
    auto_answer: bool = False
    diverted_by: str = ""
    srtp: Srtp = "off"


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
class Identify:
    """Tell a talking phone who it talks to now (UPDATE or re-INVITE with P-Asserted-Identity)."""

    leg: str
    number: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReferrer:
    """How far the transfer is that the phone asked for: NOTIFY with a sipfrag (RFC 3515). `final` ends it."""

    leg: str
    code: int
    reason: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play sounds to a leg, one after the other, instead of what plays to it; PromptEnded follows, or the row
    is played again and again (`loop`) until StopPlaying."""

    leg: str
    sounds: tuple[Sound, ...]
    loop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPlaying:
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMusic:
    """The leg hears the music of this file (None: the built-in one), all legs at the same place of it. A
    prompt played meanwhile silences it."""

    leg: str
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMusic:
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Record to a WAV file. Each of `sides` is a channel, with what its legs say mixed; the file goes on in
    silence while paused and while a leg is held. RecordingEnded follows, at the latest after `max_seconds`,
    `max_bytes`, or `silence_seconds` without speech."""

    call: str
    recording: str
    path: str
    sides: tuple[tuple[str, ...], ...]
    max_seconds: float
    max_bytes: int | None = None
    silence_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecording:
    """Pause or go on, and who is heard from now on (after a transfer)."""

    recording: str
    paused: bool
    sides: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    recording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRoom:
    """The leg hears everyone in the room, and everyone it unless `muted`. The room begins with its first leg
    and ends with its last."""

    leg: str
    room: str
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveRoom:
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteMember:
    leg: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayToRoom:
    """Everyone in the room hears these sounds once; rows that come meanwhile wait."""

    room: str
    sounds: tuple[Sound, ...]


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
class CallHook:
    """POST `body` as JSON to a URL; HookAnswered follows, within `seconds`."""

    call: str
    url: str
    body: dict[str, str]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepMessage:
    """A voicemail message is recorded whole: make it last, tell everyone, light the lamps. Kept follows."""

    call: str
    tenant: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropMessage:
    """What was recorded is no message."""

    tenant: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMessage:
    """A message was heard, deleted or taken back; None leaves that as it is."""

    tenant: str
    message: str
    read: bool | None = None
    deleted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepGreeting:
    """Use the greeting that was recorded from now on. Kept follows."""

    call: str
    tenant: str
    mailbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropGreeting:
    """Throw the greeting away that was being recorded."""

    tenant: str
    mailbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveGreeting:
    """Back to the configured or the standard greeting."""

    tenant: str
    mailbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPin:
    """The user of a mailbox chose a PIN, given as `pbx.control.pins.hashed` makes it."""

    tenant: str
    mailbox: str
    pin: str


FileCommand = KeepMessage | DropMessage | MarkMessage | KeepGreeting | DropGreeting | RemoveGreeting | SetPin


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRecording:
    """Whether a running recording is paused, and whether it will be kept; None leaves that as it is."""

    tenant: str
    recording: str
    paused: bool | None = None
    keep: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepRecording:
    """The recording is over: make it last and tell everyone, or throw it away when it is not to be kept."""

    tenant: str
    recording: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """Write this to the journal and tell everyone who follows. Its number is given by the journal."""

    event: Event


SipCommand = (
    Invite
    | Progress
    | Answer
    | HangUp
    | Bridge
    | Unbridge
    | Identify
    | TellReferrer
    | Play
    | StopPlaying
    | StartMusic
    | StopMusic
    | StartRecording
    | ChangeRecording
    | StopRecording
    | JoinRoom
    | LeaveRoom
    | MuteMember
    | PlayToRoom
    | SendDigit
)
Command = SipCommand | StartTimer | StopTimer | CallHook | FileCommand | MarkRecording | KeepRecording | Emit
