"""The values of entities about people and places; those about calls are in `messages.py`."""

from typing import Literal

import msgspec

Presence = Literal["available", "busy", "away", "offline"]
Reach = Literal["offline", "available", "ringing", "talking", "away"]


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the values: they never change once made, and are compared by their contents."""


class Status(_Value):
    """The status that somebody is in: the one they picked, else the organisation's default. `until` is when
    it returns to that."""

    id: str
    name: str
    colour: str
    presence: Presence
    default: bool
    note: str
    until: float | None


class Phone(_Value):
    """A device of mine, and whether it can be reached now."""

    id: str
    name: str
    kind: Literal["phone", "browser"]
    registered: bool


class Forward(_Value):
    """What forwards my calls: set by me (`all`, `busy`, `no_answer`) or by my status. Numbers as dialled, or
    "voicemail". The one that counts for all calls now is `all`, else `status`."""

    all: str | None
    busy: str | None
    no_answer: str | None
    status: str | None


class Me(_Value):
    """One of my extensions and what I set on it. `caller_id` is the chosen one, else that of the
    configuration."""

    number: str
    name: str
    phones: list[Phone]
    status: Status | None
    do_not_disturb: bool
    forward: Forward
    caller_id: str | None
    mailboxes: list[str]
    may_record: bool
    may_call_out: bool


class Colleague(_Value):
    """An extension of the organisation and how its person is to be reached.

    state: `talking` (also while calling), `ringing`, `offline` (no phone is registered, or the status says
    so), `away` (status or do not disturb), `available`. `since` is when a state with calls, or `away`,
    began; null for the others."""

    number: str
    name: str
    person: str | None
    person_name: str | None
    photo: str | None
    status: Status | None
    do_not_disturb: bool
    forwarded: bool
    state: Reach
    since: float | None


class Parked(_Value):
    """Who waits in which slot, since when, and the number that parked them (null when not known)."""

    slot: str
    number: str
    name: str
    since: float | None
    by: str | None


class Mailbox(_Value):
    """How many messages wait unheard in a mailbox of mine or of my group, and how many are kept."""

    name: str
    number: str
    shared: bool
    new: int
    old: int


class RoomMember(_Value):
    """One who is in a conference; `level` in dBov while they speak, null when silent or not known."""

    leg: str
    call: str
    number: str
    name: str
    extension: str | None
    muted: bool
    level: float | None
    since: float


class Room(_Value):
    """A conference that goes on. `room` is the id of a configured room, null for a call that became one.
    `inviting` are the numbers that are being called in."""

    room: str | None
    name: str
    number: str | None
    members: list[RoomMember]
    inviting: list[str]


class Finished(_Value):
    """The latest finished call of mine that is in the history now: fetch that anew."""

    call: str


class Notice(_Value):
    """Something that administrators should see; the text is English."""

    kind: str
    text: str
    at: float
    call: str | None
    extension: str | None


class Core(_Value):
    """Whether the telephone core can be reached from here. While `away` all the rest is as it last was."""

    state: Literal["up", "away"]
