"""A call whose people are in a conference, and one that brings somebody into it."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.calls.stages.routing import Routing
from pbx.calls.stages.speaking import listen
from pbx.control.messages import EndedBy
from pbx.ports import DigitPressed, LegEnded

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.rooms import Room


class Meeting(Stage):
    """All talking legs of the call are in the room. The call ends with the last of them."""

    def __init__(self, call: "Call", room: "Room") -> None:
        super().__init__(call)
        self.room = room

    def begin(self) -> None:
        call = self.call
        people = [leg for leg in (call.talk.near, call.talk.far) if leg is not None and leg.alive]
        call.talk.leave()
        if people and not people[0].talking:
            listen(call, answer=True)
        call.ledger.room = self.room.id
        call.ledger.answered_at = call.ledger.answered_at or call.now
        for leg in people:
            if leg.talking:
                call.world.rooms.add(call, self.room, leg)

    def end(self) -> None:
        call = self.call
        call.ledger.room = None
        for leg in list(call.legs):
            call.world.rooms.remove(call, self.room, leg)

    def gone(self, leg: Leg, event: LegEnded) -> None:
        call = self.call
        call.world.rooms.remove(call, self.room, leg)
        if call.phase == "open" and not any(each.alive for each in call.legs):
            by: EndedBy = leg.role if event.remote else "core"
            call.close(by, "answered", 200, f"{leg.number} left the conference")

    def replaceable(self, old: Leg) -> bool:
        return True

    def substitute(self, old: Leg, new: Leg) -> None:
        """Somebody hands their place in the conference to somebody else."""
        call = self.call
        # In this order: a conference that nobody is in any more would end.
        call.world.rooms.add(call, self.room, new)
        call.world.rooms.remove(call, self.room, old)
        if call.talk.near is old:
            call.talk.near = new

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        """Keys mean nothing here; the others hear none of them."""


class Inviting(Routing):
    """Calls a number on behalf of a conference; whoever answers is in it."""

    def __init__(self, call: "Call", number: str, room: "Room") -> None:
        super().__init__(call, number)
        self._room = room

    def connect(self, leg: Leg) -> None:
        call = self.call
        call.talk.near = leg
        call.talk.can_hear = True
        call.ledger.answered_at = call.now
        call.note(f"invite {leg.number}", "answered")
        call.enter(Meeting(call, self._room))

    def end(self) -> None:
        super().end()
        self.call.world.rooms.invited(self.call, self._room)
