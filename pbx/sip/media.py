"""What legs hear and what is kept of it: the logic's orders, given to the native audio bridge."""

from collections.abc import Callable

import pbx_native
import structlog

from pbx.ports import (
    Bridge,
    ChangeRecording,
    JoinRoom,
    LeaveRoom,
    MuteMember,
    Play,
    PlayToRoom,
    PromptEnded,
    RecordingEnded,
    RoomSpeaking,
    StartMusic,
    StartRecording,
    StopMusic,
    StopPlaying,
    StopRecording,
    Unbridge,
)
from pbx.sip.agenda import Agenda
from pbx.sip.leg import SipLeg
from pbx.sip.playing import FindPrompt, Player
from pbx.sip.recording import Recordings
from pbx.sip.rooms import Rooms

log = structlog.get_logger("pbx.media")

LegAudio = Play | StopPlaying | StartMusic | StopMusic | JoinRoom | LeaveRoom | MuteMember
SharedAudio = Bridge | Unbridge | StartRecording | ChangeRecording | StopRecording | PlayToRoom
MediaEvent = PromptEnded | RecordingEnded | RoomSpeaking

MUSIC = ("default", "music")  # the built-in music, by name and folder


class Patchbay:
    """Orders to the audio bridge. It keeps them for as long as the call lives, through every re-INVITE, also
    when there is no media yet. PJSIP thread only."""

    def __init__(
        self,
        find: Callable[[str], SipLeg | None],
        find_prompt: FindPrompt,
        post: Callable[[MediaEvent], None],
        agenda: Agenda,
    ) -> None:
        self._find = find
        self._find_prompt = find_prompt
        self._player = Player(find_prompt, post)
        self._rooms = Rooms(agenda, post)
        self._recordings = Recordings(self._call, post)

    def _call(self, leg: str) -> int | None:
        found = self._find(leg)
        return None if found is None else found.getId()

    def carry_out(self, command: LegAudio | SharedAudio) -> None:
        """Do what the logic decided; what concerns a leg that is gone is nothing to do."""
        match command:
            case Bridge() | Unbridge():
                self._bridge(command)
            case StartRecording():
                self._recordings.start(command)
            case ChangeRecording():
                self._recordings.change(command)
            case StopRecording():
                self._recordings.stop(command.recording)
            case PlayToRoom():
                self._rooms.play(command.room, self._player.paths(command.sounds))
            case _ if (call := self._call(command.leg)) is not None:
                self._on_leg(call, command)

    def _on_leg(self, call: int, command: LegAudio) -> None:
        match command:
            case Play():
                self._player.play(command.leg, call, command.sounds, loop=command.loop)
            case StopPlaying():
                self._player.stop(command.leg, call)
            case StartMusic():
                self._start_music(call, command.path)
            case StopMusic():
                pbx_native.stop_music(call)
            case JoinRoom():
                self._rooms.join(command.leg, call, command.room, muted=command.muted)
            case LeaveRoom():
                self._rooms.leave(command.leg, call)
            case MuteMember():
                self._rooms.mute(call, on=command.on)

    def _bridge(self, command: Bridge | Unbridge) -> None:
        a, b = self._call(command.a), self._call(command.b)
        if a is None or b is None:
            return
        if isinstance(command, Bridge):
            pbx_native.join(a, b)
        else:
            pbx_native.part(a, b)

    def _start_music(self, call: int, path: str | None) -> None:
        if path is None:
            built_in = self._find_prompt(*MUSIC)
            path = built_in.path if built_in else ""
        pbx_native.start_music(call, path)  # silence when it cannot be read: the caller is still on hold

    def refresh(self, leg: SipLeg) -> None:
        """The media of the leg changed."""
        pbx_native.hold(leg.getId(), leg.held)

    def forget(self, leg: SipLeg) -> None:
        """The leg is gone."""
        self._player.forget(leg.leg)
        self._rooms.leave(leg.leg, leg.getId())
        pbx_native.forget(leg.getId())

    def report(self) -> None:
        """Tell what ended in the audio bridge since the last time. It wakes the thread for that."""
        ends = pbx_native.audio_ends()
        if ends is None:
            return
        played, recorded, unplayable = ends
        for path in unplayable:
            log.warning("sound.unplayable", path=path)
        for token in played:
            self._player.over(token)
        for end in recorded:
            self._recordings.over(*end)

    @property
    def size(self) -> int:
        """Prompts, legs in rooms and recordings, for leak checks."""
        return self._player.size + self._rooms.size + self._recordings.size
