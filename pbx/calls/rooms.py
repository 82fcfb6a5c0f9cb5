"""Conferences (T8): rooms that people dial, and calls that became one."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.outcomes import FAILURES
from pbx.calls.stages.entering import Entering
from pbx.calls.stages.meeting import Inviting, Meeting
from pbx.control.configuration import RoomConfig
from pbx.control.messages import Event, EventKind, RoomMember, RoomState
from pbx.ports import (
    Emit,
    JoinRoom,
    LeaveRoom,
    MuteMember,
    PlayToRoom,
    RoomSpeaking,
    Spoken,
    StartMusic,
    StopMusic,
)

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.world import World

MAX_MEMBERS = 50


@dataclass(slots=True)
class Member:
    """One leg in a room, and the call it belongs to."""

    leg: Leg
    call: "Call"
    since: float
    muted: bool = False
    level: float | None = None


@dataclass(slots=True)
class Room:
    """One conference that goes on. `media` names it at the edge; `config` is None for a call that became one,
    which ends when only one is left."""

    id: str
    tenant: str
    name: str
    language: str
    config: RoomConfig | None
    members: dict[str, Member] = field(default_factory=dict)
    inviting: dict[str, str] = field(default_factory=dict)

    @property
    def media(self) -> str:
        return f"{self.tenant}/{self.id}"

    def state(self) -> RoomState:
        return RoomState(
            id=self.id,
            tenant=self.tenant,
            room=self.config.id if self.config else self.id,
            name=self.name,
            members=[
                RoomMember(
                    leg=member.leg.id,
                    call=member.call.id,
                    number=member.leg.number,
                    name=member.leg.name,
                    extension=member.leg.extension,
                    muted=member.muted,
                    level=member.level,
                    since=member.since,
                )
                for member in self.members.values()
            ],
            inviting=list(self.inviting.values()),
        )


class Rooms:
    """All conferences of the node."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._rooms: dict[tuple[str, str], Room] = {}

    # --- In and out ---

    def enter(self, call: "Call", config: RoomConfig) -> None:
        """The caller dialled a room: asked for the PIN if it has one, then let in."""
        room = self._rooms.get((call.tenant.id, config.id))
        if room is not None and len(room.members) >= config.max_members:
            call.note(f"room {config.number}", "it is full")
            call.fail(FAILURES["room_full"])
        elif config.pin is None:
            self.let_in(call, config)
        else:
            call.enter(Entering(call, config))

    def let_in(self, call: "Call", config: RoomConfig) -> None:
        """The caller joins a configured room."""
        key = (call.tenant.id, config.id)
        room = self._rooms.get(key)
        if room is None:
            room = Room(config.id, call.tenant.id, config.name, call.talk.language, config)
            self._rooms[key] = room
        call.note(f"room {config.number}", "joined")
        call.enter(Meeting(call, room))

    def gather(self, call: "Call") -> Room:
        """Make a conversation a conference of its own, or give the one that it is. Raises CommandError."""
        if isinstance(call.stage, Meeting):
            return call.stage.room
        if call.talk.near is None or call.talk.far is None:
            raise CommandError(409, "There is nobody to confer with yet.")
        room = Room(call.id, call.tenant.id, f"{call.talk.near.name} …", call.talk.language, None)
        self._rooms[call.tenant.id, room.id] = room
        call.note("conference", "the call became one")
        call.enter(Meeting(call, room))
        return room

    def join(self, call: "Call", room: Room) -> None:
        """Another call joins with all its talking legs (three-way, an invited number)."""
        self._rooms[call.tenant.id, room.id] = room
        call.note("conference", f"joined {room.name}")
        call.enter(Meeting(call, room))

    def add(self, call: "Call", room: Room, leg: Leg) -> None:
        """A leg is heard in the room from now on, and hears it."""
        others = bool(room.members)
        first = next(iter(room.members.values()), None)
        if first is not None and len(room.members) == 1:
            call.do(StopMusic(leg=first.leg.id))
        room.members[leg.id] = Member(leg, call, call.now)
        call.do(JoinRoom(leg=leg.id, room=room.media))
        if room.config is not None:
            if not others:
                call.do(StartMusic(leg=leg.id, path=call.music()))
            elif room.config.announce:
                call.do(PlayToRoom(room=room.media, sounds=(Spoken("room_joined", room.language),)))
        self._tell(call, room)

    def remove(self, call: "Call", room: Room, leg: Leg) -> None:
        """A leg leaves; the last one out ends the room."""
        if room.members.pop(leg.id, None) is None:
            return
        if leg.alive:
            call.do(LeaveRoom(leg=leg.id))
        left = list(room.members.values())
        if left and room.config is not None and room.config.announce:
            call.do(PlayToRoom(room=room.media, sounds=(Spoken("room_left", room.language),)))
        self._tell(call, room)
        self._alone(call, room)

    def _alone(self, call: "Call", room: Room) -> None:
        left = list(room.members.values())
        if len(left) != 1:
            return
        last = left[0]
        if room.config is not None:
            call.do(StartMusic(leg=last.leg.id, path=call.music()))
        elif not room.inviting:
            last.call.now = call.now
            last.call.close("core", "answered", 200, "everybody else left the conference")

    def _tell(self, call: "Call", room: Room) -> None:
        over = not room.members and not room.inviting
        if over:
            self._rooms.pop((room.tenant, room.id), None)
        kind: EventKind = "room.ended" if over else "room.changed"
        call.do(Emit(event=Event(number=0, at=call.now, kind=kind, tenant=room.tenant, room=room.state())))

    # --- What people ask ---

    def find(self, tenant: str, room: str) -> Room:
        """A conference of the organisation. Raises CommandError."""
        found = self._rooms.get((tenant, room))
        if found is None:
            raise CommandError(404, "There is no such conference now.")
        return found

    def invite(self, call: "Call", room: Room, number: str) -> None:
        """`call`, which is new and about nobody yet, calls `number` and brings it into the room. Raises
        CommandError."""
        limit = room.config.max_members if room.config else MAX_MEMBERS
        if len(room.members) + len(room.inviting) >= limit:
            raise CommandError(409, "The conference is full.")
        room.inviting[call.id] = number
        call.enter(Inviting(call, number, room))
        self._tell(call, room)

    def invited(self, call: "Call", room: Room) -> None:
        """The invited number answered, or will not."""
        if room.inviting.pop(call.id, None) is not None:
            self._tell(call, room)
            self._alone(call, room)

    def command(self, room: Room, leg: str, action: str, now: float) -> None:
        """Mute, unmute or remove a member. Raises CommandError."""
        member = room.members.get(leg)
        if member is None:
            raise CommandError(404, "Nobody like that is in the conference.")
        call = member.call
        call.now = now
        if action == "remove":
            call.drop(member.leg, "operator", "removed from the conference")
        else:
            member.muted = action == "mute"
            call.do(MuteMember(leg=leg, on=member.muted))
            self._tell(call, room)

    def speaking(self, event: RoomSpeaking, now: float) -> None:
        """Who speaks now."""
        tenant, _, key = event.room.partition("/")
        room = self._rooms.get((tenant, key))
        if room is None or not room.members:
            return
        levels = dict(event.levels)
        for member in room.members.values():
            member.level = levels.get(member.leg.id)
        call = next(iter(room.members.values())).call
        call.now = now
        self._tell(call, room)

    def all(self, tenant: str | None = None) -> list[RoomState]:
        """The conferences that go on (of one organisation)."""
        return [room.state() for key, room in self._rooms.items() if tenant in (None, key[0])]

    @property
    def size(self) -> int:
        return len(self._rooms)
