"""The door of a mailbox: which one, and its PIN."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.locks import TRIES
from pbx.calls.stages.asking import Asking
from pbx.calls.stages.mailbox import Mailbox
from pbx.calls.stages.telling import Telling
from pbx.control import pins
from pbx.control.configuration import MailboxConfig
from pbx.ports import LegEnded, Spoken

if TYPE_CHECKING:
    from pbx.calls.call import Call


class LogIn(Asking):
    """Asks for the number of a mailbox unless it is known, and for the PIN. Who calls from an extension of
    the mailbox needs none as long as none was chosen; nobody else gets in then."""

    def __init__(self, call: "Call", box: MailboxConfig | None) -> None:
        super().__init__(call)
        self._box = box
        self._tries = 0

    def begin(self) -> None:
        if self._box is None:
            self.ask("vm_number")
        else:
            self._ask_pin()

    def _ask_pin(self) -> None:
        call, box = self.call, self._box
        assert box is not None
        pin = call.world.files.personal.pin(call.tenant.id, box)
        if pin is None:
            if call.actor in box.extensions and call.ledger.direction == "internal":
                call.enter(Mailbox(call, box))
            else:
                call.enter(Telling(call, "code_refused"))
        elif call.world.locks.shut(self._lock, call.now):
            call.note("PIN", "tried too often, shut for a while")
            call.enter(Telling(call, "pin_blocked"))
        else:
            self.ask("pin_enter")

    @property
    def _lock(self) -> str:
        return f"{self.call.tenant.id}/mailbox/{self._box.id if self._box else ''}"

    def entered(self, digits: str) -> None:
        call = self.call
        if self._box is None:
            self._box = next((box for box in call.tenant.snapshot.mailboxes if box.number == digits), None)
            self._tries += self._box is None
            if self._tries >= TRIES:
                call.enter(Telling(call, "goodbye"))
            elif self._box is None:
                self.ask("vm_number")
            else:
                self._ask_pin()
            return
        pin = call.world.files.personal.pin(call.tenant.id, self._box)
        if digits and pin is not None and pins.right(digits, pin):
            call.world.locks.right(self._lock)
            call.enter(Mailbox(call, self._box))
            return
        self._tries += 1
        if digits:
            call.world.locks.wrong(self._lock, call.now)
        if self._tries >= TRIES:
            call.note("PIN", "wrong")
            call.enter(Telling(call, "pin_wrong", Spoken("goodbye", call.talk.language)))
        elif call.world.locks.shut(self._lock, call.now):
            call.enter(Telling(call, "pin_blocked"))
        else:
            self.ask("pin_wrong", "pin_enter")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        self.call.caller_gone(leg)
