"""Recording of one call (T15): by rule, by wish of its flow, chosen at dialling, or on demand."""

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from pbx.calls.codes import may_record
from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.numbers import star_code
from pbx.control.configuration import RecordingRule
from pbx.control.messages import RecordingState
from pbx.ports import (
    ChangeRecording,
    KeepRecording,
    MarkRecording,
    Play,
    RecordingEnded,
    Spoken,
    StartRecording,
    StopRecording,
)
from pbx.texts import RECORDING_FAILED, RECORDING_WITHOUT_ROOM

if TYPE_CHECKING:
    from pbx.calls.call import Call

PERSONAL_SECONDS = 300.0
PERSONAL_BYTES = 10 * 2**20
LONGEST = 4 * 3600.0
KEYS_WITHIN = 2.0  # seconds between the keys of the code

Sides = tuple[tuple[str, ...], ...]


class Recorder:
    """At most one recording of a call at a time. `sides` follow who talks: a transfer goes on in the same
    file, and while nobody talks there is silence."""

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._state: RecordingState | None = None
        self._stereo = True
        self._wish: bool | None = None
        self._chosen = False
        self._keys = ""
        self._keys_at = 0.0
        self._done = False

    # --- What happens to the call ---

    def wish(self, wish: str | None) -> None:
        """What the flow says: "on", "off" (no rule counts then), or nothing."""
        self._wish = None if wish is None else wish == "on"

    def choose(self) -> bool:
        """Whoever dials wants this call recorded; False when they may not."""
        self._chosen = may_record(self._call.tenant, self._call.actor)
        return self._chosen

    def talking(self) -> None:
        """Two sides talk, for the first time or others than before."""
        if self._state is not None:
            self._change()
        elif not self._done:
            self._by_rule()

    def silent(self) -> None:
        """They do not any more."""
        if self._state is not None:
            self._change(nobody=True)

    def close(self) -> None:
        """The call is over."""
        if self._state is not None:
            self._call.do(StopRecording(recording=self._state.id))

    def pressed(self, leg: Leg, digit: str) -> None:
        """A key during the call: the code for recording switches it on and off."""
        call = self._call
        code = star_code(call.tenant, "record")
        if call.now - self._keys_at > KEYS_WITHIN:
            self._keys = ""
        self._keys, self._keys_at = (self._keys + digit)[-8:], call.now
        if not code or not self._keys.endswith(code) or leg.extension is None:
            return
        self._keys = ""
        said = "recording_started" if self._state is None else "recording_stopped"
        try:
            self.command("stop" if self._state is not None else "start", leg.extension)
        except CommandError:
            said = "code_refused"
        call.do(Play(leg=leg.id, sounds=(Spoken(said, call.talk.language),)))

    # --- What people ask ---

    def command(self, action: str, extension: str | None) -> None:
        """Start, pause, resume, stop, keep or discard. Raises CommandError."""
        call, state = self._call, self._state
        if action == "start":
            if state is not None:
                raise CommandError(409, "The call is recorded already.")
            self._start(by=extension or "operator", personal=True, stereo=True)
            return
        if state is None:
            raise CommandError(409, "The call is not recorded.")
        match action:
            case "pause" | "resume":
                self._state = replace(state, paused=action == "pause")
                self._change()
                call.do(MarkRecording(tenant=state.tenant, recording=state.id, paused=self._state.paused))
            case "stop":
                call.do(StopRecording(recording=state.id))
            case "keep" | "discard":
                self._state = replace(state, keep=action == "keep")
                call.do(MarkRecording(tenant=state.tenant, recording=state.id, keep=self._state.keep))
                if action == "discard" and state.personal:
                    call.do(StopRecording(recording=state.id))

    def ended(self, event: RecordingEnded) -> None:
        """The file is on disk."""
        state = self._state
        if state is None or event.recording != state.id:
            return
        self._state, self._done = None, True
        call = self._call
        call.ledger.recording = False
        call.dirty = True
        if event.reason == "failed":
            call.tell("recording.failed", RECORDING_FAILED)
        call.do(KeepRecording(tenant=state.tenant, recording=state.id, reason=event.reason))

    @property
    def running(self) -> bool:
        """Whether a file is open."""
        return self._state is not None

    # --- Inside ---

    def _by_rule(self) -> None:
        if self._wish is False:
            return
        rule = next((each for each in self._call.tenant.snapshot.recording_rules if self._fits(each)), None)
        if rule is not None:
            self._start(
                by=rule.id,
                personal=False,
                stereo=rule.stereo,
                announce=rule.announce,
                keep=rule.keep == "always",
            )
        elif self._wish or self._chosen:
            by = self._call.actor or self._call.dialled
            self._start(by=by, personal=self._chosen, stereo=True)

    def _fits(self, rule: RecordingRule) -> bool:
        call = self._call
        extensions = {leg.extension for leg in call.legs if leg.extension and leg.talking}
        return (
            (not rule.extensions or bool(extensions.intersection(rule.extensions)))
            and (not rule.numbers or call.dialled in rule.numbers)
            and (not rule.directions or call.ledger.direction in rule.directions)
            and not rule.queues
        )

    def _sides(self) -> Sides:
        talk = self._call.talk
        near = (talk.near.id,) if talk.near and talk.near.talking else ()
        far = (talk.far.id,) if talk.far and talk.far.talking else ()
        return (near, far) if self._stereo else ((*near, *far),)

    def _start(
        self, *, by: str, personal: bool, stereo: bool, announce: bool = False, keep: bool = True
    ) -> None:
        call = self._call
        config = call.tenant.extension(by)
        if personal and config is not None and not config.may_record:
            raise CommandError(403, "You may not record calls.")
        recording = secrets.token_hex(12)
        self._stereo = stereo
        self._state = RecordingState(
            id=recording,
            tenant=call.tenant.id,
            call=call.id,
            by=by,
            personal=personal,
            started_at=call.now,
            channels=2 if stereo else 1,
            keep=keep,
        )
        path = call.world.files.recordings.begin(self._state)
        if path is None:
            self._state = None
            call.tell("recording.failed", RECORDING_WITHOUT_ROOM)
            return
        call.ledger.recording = True
        call.dirty = True
        call.world.expect(recording, call, self.ended)
        call.do(
            StartRecording(
                call=call.id,
                recording=recording,
                path=path,
                sides=self._sides(),
                max_seconds=PERSONAL_SECONDS if personal else LONGEST,
                max_bytes=PERSONAL_BYTES if personal else None,
            )
        )
        if announce:
            for leg in (call.talk.near, call.talk.far):
                if leg is not None and leg.talking:
                    words = Spoken("recording_announcement", call.talk.language)
                    call.do(Play(leg=leg.id, sounds=(words,)))

    def _change(self, *, nobody: bool = False) -> None:
        state = self._state
        assert state is not None
        empty: Sides = ((), ()) if self._stereo else ((),)
        sides = empty if nobody else self._sides()
        self._call.do(ChangeRecording(recording=state.id, paused=state.paused, sides=sides))
