"""Greeting and PIN of a mailbox, changed by phone."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.asking import Asking
from pbx.calls.stages.base import Stage
from pbx.calls.stages.speaking import listen
from pbx.control import pins
from pbx.control.configuration import MailboxConfig
from pbx.ports import (
    DigitPressed,
    DropGreeting,
    KeepGreeting,
    LegEnded,
    Play,
    RecordingEnded,
    RemoveGreeting,
    SetPin,
    Sound,
    Spoken,
    StartRecording,
    StopPlaying,
    StopRecording,
)

if TYPE_CHECKING:
    from pbx.calls.call import Call

LONGEST = 90.0  # seconds of a greeting
LEAST_SECONDS = 1.0  # what is shorter is none
SILENCE = 6.0
WAIT = 30.0


class GreetingMenu(Stage):
    """1 plays the greeting, 2 records one, 3 goes back to the standard one, 4 changes the PIN, # goes
    back."""

    def __init__(self, call: "Call", box: MailboxConfig, back: Callable[[], Stage]) -> None:
        super().__init__(call)
        self._box = box
        self._back = back
        self._recording: str | None = None
        self._to_record = False

    def begin(self) -> None:
        self._say("vm_greeting_menu")

    def end(self) -> None:
        self.call.stop_timer("greeting")
        self._stop()

    def _say(self, *prompts: str, first: tuple[Sound, ...] = ()) -> None:
        leg = listen(self.call, answer=True)
        if leg is not None:
            words = tuple(Spoken(prompt, self.call.talk.language) for prompt in prompts)
            self.call.do(Play(leg=leg.id, sounds=(*first, *words)))
            self.call.start_timer("greeting", LONGEST)

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        call = self.call
        if leg is not call.talk.near:
            return
        if self._recording is not None:
            self._stop()
            return
        call.do(StopPlaying(leg=leg.id))
        self._to_record = False
        match event.digit:
            case "1":
                own = call.world.files.personal.greeting(call.tenant.id, self._box, None)
                sound = own or Spoken("vm_intro_unavailable", self._box.language)
                self._say("vm_greeting_menu", first=(sound,))
            case "2":
                self._to_record = True
                self._say("vm_greeting_record", "vm_beep")
            case "3":
                call.do(RemoveGreeting(tenant=call.tenant.id, mailbox=self._box.id))
                self._say("vm_greeting_standard", "vm_greeting_menu")
            case "4":
                call.enter(NewPin(call, self._box, self._back))
            case "#" | "*":
                call.enter(self._back())
            case _:
                self._say("vm_greeting_menu")

    def prompt_ended(self, leg: Leg) -> None:
        if leg is not self.call.talk.near:
            return
        if self._to_record:
            self._to_record = False
            self._record(leg)
        else:
            self.call.start_timer("greeting", WAIT)

    def timer(self, name: str) -> None:
        if name == "greeting" and self._recording is None:
            self.call.enter(self._back())

    def _record(self, leg: Leg) -> None:
        call = self.call
        path = call.world.files.personal.begin_greeting(call.tenant.id, self._box.id)
        if path is None:
            self._say("vm_no_disk")
            return
        self._recording = secrets.token_hex(12)
        call.world.expect(self._recording, call, self._recorded)
        call.do(
            StartRecording(
                call=call.id,
                recording=self._recording,
                path=path,
                sides=((leg.id,),),
                max_seconds=LONGEST,
                silence_seconds=SILENCE,
            )
        )

    def _stop(self) -> None:
        if self._recording is not None:
            self.call.do(StopRecording(recording=self._recording))

    def _recorded(self, event: RecordingEnded) -> None:
        """A greeting of somebody who hung up in the middle is none, nor is one without words."""
        call, tenant, box = self.call, self.call.tenant.id, self._box.id
        self._recording = None
        spoken = event.seconds - (SILENCE if event.reason == "silence" else 0.0)
        if call.phase == "open" and event.reason not in ("gone", "failed") and spoken >= LEAST_SECONDS:
            call.do(KeepGreeting(call=call.id, tenant=tenant, mailbox=box))
            return
        call.do(DropGreeting(tenant=tenant, mailbox=box))
        if call.phase == "open" and event.reason != "gone":
            self._say("vm_no_disk" if event.reason == "failed" else "vm_greeting_short", "vm_greeting_menu")

    def kept(self, ok: bool) -> None:
        self._say("vm_greeting_saved" if ok else "vm_no_disk", "vm_greeting_menu")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self.call.close("caller", "answered", 200, f"{leg.number} hung up")


class NewPin(Asking):
    """A new PIN that is not too easy, entered twice."""

    def __init__(self, call: "Call", box: MailboxConfig, back: Callable[[], Stage]) -> None:
        super().__init__(call)
        self._box = box
        self._back = back
        self._first = ""
        self._done_saying = False

    def begin(self) -> None:
        self.ask("pin_new")

    def prompt_ended(self, leg: Leg) -> None:
        if self._done_saying:
            self.call.enter(self._back())

    def entered(self, digits: str) -> None:
        call = self.call
        if not digits or self._done_saying:
            call.enter(self._back())
        elif not self._first and not pins.well_formed(digits):
            self.ask("pin_wrong", "pin_new")
        elif not self._first and pins.easy(digits, self._box.number):
            self.ask("pin_easy", "pin_new")
        elif not self._first:
            self._first = digits
            self.ask("pin_again")
        elif self._first and digits == self._first:
            call.do(SetPin(tenant=call.tenant.id, mailbox=self._box.id, pin=pins.hashed(digits)))
            self._done_saying = True
            self.ask("pin_saved")
        else:
            self._first = ""
            self.ask("pin_wrong", "pin_new")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is self.call.talk.near:
            self.call.close("caller", "answered", 200, f"{leg.number} hung up")
