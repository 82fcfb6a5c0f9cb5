"""What goes over `/ws/live`, as typed structs; `manage.py live_schema` prints their JSON Schema.

Times are Unix seconds, numbers as dialled inside the organisation or E.164. Ids of extensions, people,
devices, statuses, caller IDs, mailboxes and rooms are those of the REST API; ids of calls and legs those of
the core.
Every field is always there; what does not apply is null.
"""

import inspect
from typing import Any, Literal

import msgspec

from pbx.control.messages import LegRole, LegState
from webapp.live.office import Colleague, Core, Finished, Mailbox, Me, Notice, Parked, Room


class _Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages: they never change once made, and are compared by their contents."""


# --- Calls --------------------

CallState = Literal["ringing", "dialling", "talking", "held", "parked", "conference"]
OfficeCallState = Literal["ringing", "talking", "parked", "conference"]


class Peer(_Struct):
    """The other side of a call. `extension` is the id of a colleague's extension, null for anybody else."""

    number: str
    name: str
    extension: str | None


class Via(_Struct):
    """How a call came to me: over a public `number`, an internal `line` that leads to a flow, by a `forward`
    of (or a transfer from) another extension, or to my `extension` itself. `label` is its name."""

    kind: Literal["number", "line", "forward", "extension"]
    number: str
    label: str


class Leg(_Struct):
    """A side of a call. `dialog` is its SIP Call-ID: a browser finds its own leg by it. `absent`: its media
    is away for a moment (a page reloads). Of others' phones `device`, `dialog` and `codec` are null."""

    id: str
    role: LegRole
    state: LegState
    extension: str | None
    number: str
    name: str
    answered_at: float | None
    device: str | None
    dialog: str | None
    absent: bool
    codec: str | None


class Call(_Struct):
    """A call of mine that goes on, seen from my side.

    `extension` is the number of mine that takes part, `direction` whether I was called or call, `outside`
    whether it is with the public network. `shown` is the number that the other side sees. `my_leg` is the leg
    of mine that is furthest (of several ringing phones any one); null while I only wait for this call in
    another. `consultation` is the other call of a consultation: on the waiting one the active, on the active
    one the waiting. `room` is the conference (entity `room`), `parked` the slot."""

    id: str
    extension: str
    direction: Literal["in", "out"]
    outside: bool
    state: CallState
    peer: Peer
    via: Via | None
    dialled: str
    shown: str | None
    started_at: float
    answered_at: float | None
    held_by_me: bool
    held_by_other: bool
    recording: bool
    emergency: bool
    room: str | None
    parked: str | None
    consultation: str | None
    my_leg: str | None
    legs: list[Leg]


class OfficeCall(_Struct):
    """A call of the organisation as supervisors see it, from nobody's side. Own ones are among them."""

    id: str
    direction: Literal["internal", "inbound", "outbound"]
    state: OfficeCallState
    caller: Peer
    called: Peer
    dialled: str
    started_at: float
    answered_at: float | None
    recording: bool
    emergency: bool
    room: str | None
    parked: str | None
    legs: list[Leg]


class Pickup(_Struct):
    """A call that rings at others (`extensions`, numbers) and that I may take (`call` names it in REST). My
    own ringing calls may be among them. Ringing in several groups, a call has several of these."""

    call: str
    extensions: list[str]
    caller: Peer
    via: Via | None
    since: float


# --- Entities --------------------


class _Entity(_Struct, tag_field="kind"):
    """Something with an id that changes. Kind and id together are unique."""

    id: str


class MeEntity(_Entity, tag="me"):
    """One of my extensions, by its id."""

    value: Me


class CallEntity(_Entity, tag="call"):
    value: Call


class OfficeCallEntity(_Entity, tag="office_call"):
    """For supervisors and up."""

    value: OfficeCall


class ColleagueEntity(_Entity, tag="colleague"):
    """An extension of the organisation, by its id."""

    value: Colleague


class ParkedEntity(_Entity, tag="parked"):
    """A call that waits in a slot, by the id of the call."""

    value: Parked


class PickupEntity(_Entity, tag="pickup"):
    value: Pickup


class MailboxEntity(_Entity, tag="mailbox"):
    value: Mailbox


class RoomEntity(_Entity, tag="room"):
    """A conference that goes on: one in which I am; for supervisors all."""

    value: Room


class RecordEntity(_Entity, tag="record"):
    """The id is always "latest"."""

    value: Finished


class NoticeEntity(_Entity, tag="notice"):
    """For administrators: the latest ones that came since the web started."""

    value: Notice


class CoreEntity(_Entity, tag="core"):
    """The id is always "core"."""

    value: Core


Entity = (
    MeEntity
    | CallEntity
    | OfficeCallEntity
    | ColleagueEntity
    | ParkedEntity
    | PickupEntity
    | MailboxEntity
    | RoomEntity
    | RecordEntity
    | NoticeEntity
    | CoreEntity
)
Kind = Literal[
    "me",
    "call",
    "office_call",
    "colleague",
    "parked",
    "pickup",
    "mailbox",
    "room",
    "record",
    "notice",
    "core",
]


# --- Messages --------------------


class Key(_Struct):
    """Which entity."""

    kind: Kind
    id: str


class Change(_Struct):
    """One of `put` (the entity is there and is so from now on) and `drop` (it is not there any more; it may
    not have been). Numbers rise; some are left out."""

    number: int
    put: Entity | msgspec.UnsetType = msgspec.UNSET
    drop: Key | msgspec.UnsetType = msgspec.UNSET


class Hello(_Struct, tag_field="type", tag="hello"):
    """The first message. With `state`: forget what you had and start from it. Without: the changes after
    `since` follow. Keep `stream` and the last number for `?since=&stream=`."""

    stream: str
    number: int
    time: float
    state: list[Entity] | None


class Events(_Struct, tag_field="type", tag="events"):
    """What changed, in order."""

    events: list[Change]


class Pong(_Struct, tag_field="type", tag="pong"):
    """The answer to a Ping: the time here."""

    time: float


class Ping(_Struct, tag_field="type", tag="ping"):
    """From the browser: it is there, and has taken everything up to `number`. Due every 20 s, and whenever a
    message comes more than 10 s after the last one (background pages have slow timers)."""

    number: int


ServerMessage = Hello | Events | Pong
ClientMessage = Ping


def schema() -> dict[str, Any]:
    """JSON Schema of both directions, for json-schema-to-typescript: `server` is what comes from here,
    `client` what may be sent."""
    (server, client), definitions = msgspec.json.schema_components(
        [ServerMessage, ClientMessage], ref_template="#/$defs/{name}"
    )
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])
        definition["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Live",
        "type": "object",
        "properties": {"server": server, "client": client},
        "required": ["server", "client"],
        "additionalProperties": False,
        "$defs": definitions,
    }
