"""Conference rooms: who is in which, and who speaks."""

from collections.abc import Callable, Sequence
from time import monotonic

import pbx_native

from pbx.ports import RoomSpeaking
from pbx.sip.agenda import Agenda

_LOOK = 0.5  # seconds between looks at who speaks
_SPEECH = -45.0  # dBov from which a leg counts as speaking
_NOTABLE = 3.0  # dB by which a level has to differ from the one told last

Levels = tuple[tuple[str, float], ...]


class Rooms:
    """Legs by room. While there are rooms, `agenda` has them looked at."""

    def __init__(self, agenda: Agenda, post: Callable[[RoomSpeaking], None]) -> None:
        self._agenda = agenda
        self._post = post
        self._rooms: dict[str, dict[int, str]] = {}
        self._room_of: dict[str, str] = {}
        self._told: dict[str, Levels] = {}

    def join(self, leg: str, call: int, room: str, *, muted: bool) -> None:
        """The leg enters a room, and leaves the one it was in."""
        self.leave(leg, call)
        if not self._rooms:
            self._agenda.at(monotonic() + _LOOK, self._look)
        self._rooms.setdefault(room, {})[call] = leg
        self._room_of[leg] = room
        pbx_native.enter_room(call, room, muted)

    def leave(self, leg: str, call: int) -> None:
        """The leg is in no room from now on; a room without legs is none."""
        room = self._room_of.pop(leg, None)
        if room is None:
            return
        pbx_native.leave_room(call)
        members = self._rooms[room]
        del members[call]
        if not members:
            del self._rooms[room]
            self._told.pop(room, None)

    def mute(self, call: int, *, on: bool) -> None:
        pbx_native.mute(call, on)

    def play(self, room: str, paths: Sequence[str]) -> None:
        """Everyone in the room hears these files, after those that wait."""
        pbx_native.play_to_room(room, list(paths))

    @property
    def size(self) -> int:
        """Legs in rooms."""
        return len(self._room_of)

    def _look(self) -> None:
        for room, members in self._rooms.items():
            levels = tuple(
                (members[call], round(level, 1))
                for call, level in sorted(pbx_native.room_levels(room), key=lambda each: -each[1])
                if level >= _SPEECH and call in members
            )
            if differs(levels, self._told.get(room, ())):
                self._told[room] = levels
                self._post(RoomSpeaking(room=room, levels=levels))
        if self._rooms:
            self._agenda.at(monotonic() + _LOOK, self._look)


def differs(levels: Levels, told: Levels) -> bool:
    """Whether others speak than was told, or one so much louder or softer that it is news."""
    before = dict(told)
    if before.keys() != {leg for leg, _ in levels}:
        return True
    return any(abs(level - before[leg]) >= _NOTABLE for leg, level in levels)
