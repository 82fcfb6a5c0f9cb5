"""Leaving a voicemail message (T14): greeting, tone, recording, and what happens to it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.calls.stages.speaking import listen, sound_of
from pbx.control.configuration import MailboxConfig
from pbx.control.messages import VoicemailMessage
from pbx.ports import (
    DigitPressed,
    DropMessage,
    KeepMessage,
    LegEnded,
    Play,
    RecordingEnded,
    Sound,
    Spoken,
    StartRecording,
    StopPlaying,
    StopRecording,
)
from pbx.texts import MAILBOX_FULL, MAILBOX_WITHOUT_ROOM, MESSAGE_IN_PART

if TYPE_CHECKING:
    from pbx.calls.call import Call

LEAST_SECONDS = 1.0  # what is shorter is no message
SILENCE_SECONDS = 8.0  # of which a message ends
LONGEST_GREETING = 300.0
BYTES_A_SECOND = 32_000
SAVED_SECONDS = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Whose mailbox, after which greeting (a sound, instead of the mailbox's), for whom the call was, and
    what comes after: `finish` gets the outcome, `conclude` gets it when the caller is gone, `lead_on` a
    number that the caller chose, `log_in` lets the owner in."""

    box: MailboxConfig
    greeting: str | None
    extension: str | None
    finish: Callable[[str, str], None]
    conclude: Callable[[str], None]
    lead_on: Callable[[str], None]
    log_in: Callable[["Call", MailboxConfig], None]


class LeaveMessage(Stage):
    """The caller hears a greeting and a tone, then speaks. 0 leads to the operator, # ends the message, *
    lets its owner in. Whatever was said when the caller hangs up is a message."""

    def __init__(self, call: "Call", errand: Errand) -> None:
        super().__init__(call)
        self._errand = errand
        self._message: str | None = None
        self._speaking = False
        self._over = False

    # --- Greeting ---

    def begin(self) -> None:
        call, box = self.call, self._errand.box
        refusal = self._refusal()
        if refusal is not None:
            self._refuse(refusal)
            return
        leg = listen(call, answer=True)
        if leg is None:
            return
        call.note(f"voicemail {box.number}", "the caller may leave a message")
        call.do(Play(leg=leg.id, sounds=(*self._greeting(), Spoken("vm_beep", box.language))))
        call.start_timer("message", LONGEST_GREETING)

    def _refusal(self) -> str | None:
        """The prompt that says why no message can be left; None when one can."""
        box, files, tenant = self._errand.box, self.call.world.files, self.call.tenant.id
        counts = files.mailboxes.counts(tenant, box.id)
        if counts.new + counts.old >= box.max_messages:
            return "vm_full"
        if not files.mailboxes.room(box.max_seconds * BYTES_A_SECOND):
            return "vm_no_disk"
        return None

    def _refuse(self, prompt: str) -> None:
        """Say that no message can be left; never take one that would be lost."""
        call, box = self.call, self._errand.box
        full = prompt == "vm_full"
        call.note(f"voicemail {box.number}", "is full" if full else "has no room on the disk")
        call.tell("voicemail.refused", MAILBOX_FULL if full else MAILBOX_WITHOUT_ROOM, number=box.number)
        self._over = True
        leg = listen(call, answer=True)
        if leg is not None:
            call.do(Play(leg=leg.id, sounds=(Spoken(prompt, box.language),)))
            call.start_timer("message", SAVED_SECONDS)

    def _greeting(self) -> tuple[Sound, ...]:
        """What the flow says, what the owner recorded or uploaded for this status, or the standard one."""
        errand, call = self._errand, self.call
        if errand.greeting is not None:
            return (sound_of(call, errand.greeting),)
        state = call.world.states.of(call.tenant.id, errand.extension) if errand.extension else None
        own = call.world.files.personal.greeting(call.tenant.id, errand.box, state.status if state else None)
        return (own,) if own is not None else (Spoken("vm_intro_unavailable", errand.box.language),)

    # --- Speaking ---

    def prompt_ended(self, leg: Leg) -> None:
        if leg is not self.call.talk.near:
            return
        if self._over:
            self._finish()
        elif self._message is None:
            self._record(leg)

    def _record(self, leg: Leg) -> None:
        call, box = self.call, self._errand.box
        message = VoicemailMessage(
            id=secrets.token_hex(12),
            tenant=call.tenant.id,
            mailbox=box.id,
            call=call.id,
            caller_number=call.presented[0],
            caller_name=call.presented[1],
            left_at=call.now,
            seconds=0.0,
        )
        path = call.world.files.mailboxes.begin(message)
        if path is None:
            self._refuse("vm_no_disk")
            return
        self._message, self._speaking = message.id, True
        call.stop_timer("message")
        call.world.expect(message.id, call, self._recorded)
        call.do(
            StartRecording(
                call=call.id,
                recording=message.id,
                path=path,
                sides=((leg.id,),),
                max_seconds=float(box.max_seconds),
                silence_seconds=SILENCE_SECONDS,
            )
        )

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        errand = self._errand
        if leg is not self.call.talk.near or self._over:
            return
        if event.digit == "#" and self._speaking:
            self._stop()
        elif event.digit == "0" and errand.box.operator is not None:
            self._discard(leg)
            errand.lead_on(errand.box.operator)
        elif event.digit == "*" and not self._speaking:
            self._discard(leg)
            errand.log_in(self.call, errand.box)

    def _stop(self) -> None:
        if self._speaking and self._message is not None:
            self._speaking = False
            self.call.do(StopRecording(recording=self._message))

    def _discard(self, leg: Leg) -> None:
        """The caller leaves for somebody else: what was said is no message."""
        self._over = True
        self.call.do(StopPlaying(leg=leg.id))
        if self._message is not None:
            call, message = self.call, self._message
            drop = DropMessage(tenant=call.tenant.id, message=message)
            call.world.expect(message, call, lambda event: call.do(drop))
            self._stop()

    # --- Afterwards ---

    def _recorded(self, event: RecordingEnded) -> None:
        """The audio is on disk; the call may be over already."""
        call, message = self.call, event.recording
        self._speaking = False
        spoken = event.seconds - (SILENCE_SECONDS if event.reason == "silence" else 0.0)
        if spoken < LEAST_SECONDS and event.reason != "failed":
            call.do(DropMessage(tenant=call.tenant.id, message=message))
            self._say("vm_too_short")
            return
        if event.reason == "failed":
            call.tell("voicemail.refused", MESSAGE_IN_PART, number=self._errand.box.number)
        call.do(KeepMessage(call=call.id, tenant=call.tenant.id, message=message))

    def kept(self, ok: bool) -> None:
        self._say("vm_saved" if ok else "vm_no_disk")

    def _say(self, prompt: str) -> None:
        near = self.call.talk.near
        self._over = True
        if self.call.phase == "open" and near is not None and near.alive:
            self.call.do(Play(leg=near.id, sounds=(Spoken(prompt, self._errand.box.language),)))
            self.call.start_timer("message", SAVED_SECONDS)

    def timer(self, name: str) -> None:
        near = self.call.talk.near
        if name != "message" or near is None:
            return
        if self._over:
            self._finish()
        elif self._message is None:
            self._record(near)

    def _finish(self) -> None:
        self._errand.finish("left" if self._message is not None else "unavailable", "")

    def gone(self, leg: Leg, event: LegEnded) -> None:
        if leg is not self.call.talk.near:
            return
        spoke = self._message is not None
        self._stop()
        if spoke:
            self._errand.conclude("left")
            self.call.close("caller", "voicemail", 200, "left a message")
        else:
            self.call.caller_gone(leg)

    def end(self) -> None:
        self.call.stop_timer("message")
        self._stop()
