"""Listening to voicemail by phone (T14): the messages, and what can be done with each."""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.calls.stages.greeting import GreetingMenu
from pbx.calls.stages.speaking import listen
from pbx.control.configuration import MailboxConfig
from pbx.control.messages import VoicemailMessage
from pbx.ports import DigitPressed, LegEnded, MarkMessage, Play, Sound, Spoken, StopPlaying, Stored

if TYPE_CHECKING:
    from pbx.calls.call import Call

WAIT = 30.0  # seconds without a key after which the menu is said again
ROUNDS = 3  # times that it is said to nobody
LONGEST = 900.0


class Mailbox(Stage):
    """Says how many messages there are; 1 plays, 2 goes to the next, 3 repeats, 7 deletes or takes back, 8
    calls back, 9 leads to greeting and PIN, 0 says the keys, # ends."""

    def __init__(self, call: "Call", box: MailboxConfig) -> None:
        super().__init__(call)
        self._box = box
        self._messages: list[VoicemailMessage] = []
        self._deleted: set[str] = set()
        self._at = -1
        self._playing = False
        self._rounds = 0

    def begin(self) -> None:
        call = self.call
        held = call.world.files.mailboxes.messages(call.tenant.id, self._box.id)
        fresh = [message for message in held if message.read_at is None]
        old = [message for message in held if message.read_at is not None]
        self._messages = [*fresh, *old]
        call.note(f"voicemail {self._box.number}", f"{len(fresh)} new messages, {len(old)} old")
        if not self._messages:
            self._say(self._word("vm_no_messages"), self._word("vm_menu"))
            return
        self._say(
            *self._number(len(fresh)),
            self._word("vm_new"),
            *self._number(len(old)),
            self._word("vm_old"),
            self._word("vm_menu"),
        )

    def end(self) -> None:
        self.call.stop_timer("mailbox")

    # --- What is said ---

    def _word(self, name: str) -> Sound:
        return Spoken(name, self.call.talk.language)

    def _number(self, number: int | str) -> list[Sound]:
        return [self._word(f"digit_{digit}") for digit in str(number) if digit.isdigit()]

    def _say(self, *sounds: Sound) -> None:
        leg = listen(self.call, answer=True)
        if leg is not None:
            self.call.do(Play(leg=leg.id, sounds=sounds))
            self.call.start_timer("mailbox", LONGEST)

    def prompt_ended(self, leg: Leg) -> None:
        if leg is not self.call.talk.near:
            return
        if self._playing:
            self._playing = False
            self._mark(read=True)
        self.call.start_timer("mailbox", WAIT)

    def timer(self, name: str) -> None:
        if name != "mailbox":
            return
        self._rounds += 1
        if self._rounds >= ROUNDS:
            self.call.close("core", "answered", 200, "nothing was pressed")
        else:
            self._say(self._word("vm_menu"))

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self.call.close("caller", "answered", 200, f"{leg.number} hung up")

    # --- Keys ---

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        call = self.call
        if leg is not call.talk.near:
            return
        call.do(StopPlaying(leg=leg.id))
        if self._playing:
            self._playing = False
            self._mark(read=True)
        self._rounds = 0
        match event.digit:
            case "1":
                self._play(max(self._at, 0))
            case "2":
                self._play(self._at + 1)
            case "3":
                self._play(self._at)
            case "7":
                self._delete()
            case "8":
                self._call_back()
            case "9":
                call.enter(GreetingMenu(call, self._box, self._back))
            case "#":
                call.close("caller", "answered", 200, "done with the mailbox")
            case _:
                self._say(self._word("vm_menu"))

    def _back(self) -> Stage:
        return Mailbox(self.call, self._box)

    @property
    def _message(self) -> VoicemailMessage | None:
        return self._messages[self._at] if 0 <= self._at < len(self._messages) else None

    def _play(self, at: int) -> None:
        if not 0 <= at < len(self._messages):
            self._say(self._word("vm_end" if self._messages else "vm_no_messages"), self._word("vm_menu"))
            return
        self._at = at
        message = self._messages[at]
        path = self.call.world.files.mailboxes.audio(message.tenant, message.id)
        who = self._number(message.caller_number)
        head = [self._word("vm_from"), *who] if who else []
        audio: list[Sound] = [Stored(path)] if path is not None else [self._word("vm_deleted")]
        self._playing = path is not None
        self._say(self._word("vm_message"), *self._number(at + 1), *head, *audio)

    def _delete(self) -> None:
        message = self._message
        if message is None:
            self._say(self._word("vm_menu"))
            return
        gone = message.id not in self._deleted
        (self._deleted.add if gone else self._deleted.discard)(message.id)
        self._mark(deleted=gone)
        self._say(self._word("vm_deleted" if gone else "vm_undeleted"))

    def _mark(self, *, read: bool | None = None, deleted: bool | None = None) -> None:
        message = self._message
        if message is not None:
            self.call.do(MarkMessage(tenant=message.tenant, message=message.id, read=read, deleted=deleted))

    def _call_back(self) -> None:
        message = self._message
        if message is None or not message.caller_number:
            self._say(self._word("code_refused"))
        else:
            self.call.world.lead(self.call, message.caller_number)
