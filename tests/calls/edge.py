"""The edges of the exchange as a model: which legs, bridges, rooms, timers and recordings there are after
what the logic commanded. It fails when a command makes no sense."""

from dataclasses import dataclass, field

from pbx.ports import (
    Answer,
    Bridge,
    CallHook,
    Command,
    Emit,
    HangUp,
    Invite,
    JoinRoom,
    KeepRecording,
    LeaveRoom,
    Play,
    StartRecording,
    StartTimer,
    StopPlaying,
    StopRecording,
    StopTimer,
    Unbridge,
)


@dataclass
class Edge:
    """What phones, mixer, clock and disk hold. `hanging` are legs whose end was commanded and is not
    confirmed yet; `prompts` legs that hear a sound that ends by itself."""

    calling: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    talking: set[str] = field(default_factory=set)
    hanging: set[str] = field(default_factory=set)
    bridges: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, str] = field(default_factory=dict)
    prompts: set[str] = field(default_factory=set)
    timers: set[tuple[str, str]] = field(default_factory=set)
    recordings: dict[str, str] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)
    hooks: set[str] = field(default_factory=set)
    started: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @property
    def legs(self) -> set[str]:
        return self.calling | self.called

    def take(self, commands: list[Command]) -> None:
        """Carry out, in this order."""
        for command in commands:
            self._take(command)

    def _take(self, command: Command) -> None:
        match command:
            case Invite():
                assert command.leg not in self.legs
                self.called.add(command.leg)
            case Answer():
                assert command.leg in self.calling, "an answer to a leg that does not wait for one"
                assert command.leg not in self.talking, "answered twice"
                self.talking.add(command.leg)
            case HangUp():
                if command.leg in self.legs:
                    self.hanging.add(command.leg)
            case Play():
                assert command.leg in self.legs, "a sound for nobody"
                self.prompts.discard(command.leg)
                if not command.loop:
                    self.prompts.add(command.leg)
            case StopPlaying():
                self.prompts.discard(command.leg)
            case CallHook():
                self.hooks.add(command.call)
            case StartTimer():
                self.timers.add((command.call, command.name))
            case StopTimer():
                self.timers.discard((command.call, command.name))
            case Emit():
                self._told(command)
            case _:
                self._mix(command)

    def _mix(self, command: Command) -> None:
        match command:
            case Bridge():
                for leg in (command.a, command.b):
                    assert leg in self.legs, "a bridge to nobody"
                    assert leg not in self.bridges, "two bridges for one leg"
                    assert leg not in self.rooms, "a bridge out of a conference"
                self.bridges |= {command.a: command.b, command.b: command.a}
            case Unbridge():
                assert self.bridges.get(command.a, command.b) == command.b, "no such bridge"
                self._part(command.a)
            case JoinRoom():
                assert command.leg in self.legs, "nobody joins a conference"
                assert command.leg not in self.bridges, "a conference and a bridge for one leg"
                assert command.leg not in self.rooms, "two conferences for one leg"
                self.rooms[command.leg] = command.room
            case LeaveRoom():
                assert self.rooms.pop(command.leg, None) is not None, "left a conference it was not in"
            case StartRecording():
                self.recordings[command.recording] = command.call
            case StopRecording():
                self.stopped.add(command.recording)
            case KeepRecording():
                self.kept.append(command.recording)

    def _told(self, command: Emit) -> None:
        event = command.event
        if event.call is None:
            return
        assert event.call.id not in self.ended, "told of a call after its record"
        if event.kind == "call.started":
            self.started.append(event.call.id)
        assert event.call.id in self.started, "told of a call before it began"
        if event.kind == "call.ended":
            self.ended.append(event.call.id)

    def _part(self, leg: str) -> None:
        other = self.bridges.pop(leg, None)
        if other is not None:
            self.bridges.pop(other, None)

    def gone(self, leg: str) -> None:
        """The phone is away, and what it heard with it."""
        self._part(leg)
        self.rooms.pop(leg, None)
        for legs in (self.calling, self.called, self.talking, self.hanging, self.prompts):
            legs.discard(leg)
