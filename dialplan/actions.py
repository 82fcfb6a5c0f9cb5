"""What a walk asks of whoever carries the call out; `Walk.resume` takes the outcome."""

from dataclasses import dataclass
from typing import Literal

Order = Literal["all", "linear", "round_robin", "longest_idle"]
ORDERS: tuple[Order, ...] = ("all", "linear", "round_robin", "longest_idle")
SELF = "self"


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to ring: an extension by number, a group or a device by id. Nodes also know the extension
    'self', the one that was called; actions never hold it."""

    kind: Literal["extension", "group", "device"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the targets for `seconds`: all at once, or each in turn for that long, in the order given, going
    round, or the one that has been idle longest first.

    Outcomes: answered, busy, declined, no_answer, not_registered, failed, redirected."""

    targets: tuple[Target, ...]
    order: Order
    seconds: float


@dataclass(frozen=True, slots=True)
class Forward:
    """Call another number, as dialled inside the organisation or E.164, for at most `seconds`. With `inside`
    the caller chose it by keys, and only numbers of the organisation's own people and flows may be called.

    Outcomes as of Ring."""

    number: str
    seconds: float
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Voicemail:
    """Let the caller leave a message in a mailbox, None for the called extension's own, after `greeting` (a
    sound) in place of the mailbox's own. Outcomes: left, unavailable."""

    mailbox: str | None
    greeting: str | None = None


@dataclass(frozen=True, slots=True)
class Announce:
    """Play a sound `repeat` times, answering the call first if `answer` (else as early media). Outcome:
    done."""

    sound: str
    answer: bool
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Menu:
    """Answer, play a sound and collect digits. The longest of `choices` that was pressed wins; a digit more
    is awaited for `digit_timeout` seconds, the first for `timeout` after the sound; at most `max_digits`. The
    sound is played up to `tries` times.

    Outcomes: one of `choices`; 'dialled' with the digits as detail, if `direct_dial` and they are a number of
    the organisation; 'invalid' or 'timeout' after the last try."""

    sound: str
    timeout: float
    digit_timeout: float
    choices: tuple[str, ...]
    max_digits: int
    tries: int
    direct_dial: bool


@dataclass(frozen=True, slots=True)
class Webhook:
    """Ask a URL what comes next, for `timeout` seconds at most. Outcomes: what it named, or 'fallback'."""

    url: str
    timeout: float


@dataclass(frozen=True, slots=True)
class Queue:
    """Let the caller wait in a queue. Outcomes: answered, timeout, full, empty, unavailable."""

    queue: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call: with a SIP status (400 to 699) when it is not answered yet, after a prompt if one is
    named."""

    code: int
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more to do: the call was answered, was sent elsewhere, or has been ended by this walk."""

    reason: str


Action = Ring | Forward | Voicemail | Announce | Menu | Webhook | Queue | HangUp | Finished
