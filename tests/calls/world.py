"""A small organisation with registered phones, and the exchange over it: logic only, no stack."""

from dataclasses import dataclass, field

from pbx.calls.exchange import Exchange
from pbx.calls.voicemail import Voicemail
from pbx.control.commands import Originate
from pbx.control.configuration import DeviceConfig, ExtensionConfig, Snapshot
from pbx.control.messages import (
    CallRecord,
    Event,
    RecordingState,
)
from pbx.directory import Directory
from pbx.outside.outside import Outside
from pbx.ports import (
    Binding,
    Caller,
    CallEvent,
    Command,
    Emit,
    HangUp,
    HeldNumbers,
    IncomingCall,
    Invite,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegMedia,
    LegProgress,
    Stored,
    TimerFired,
    UsageDay,
)
from pbx.registrar.bindings import Bindings

HA1_MD5, HA1_SHA256 = "0" * 32, "0" * 64
NUMBERS = ("101", "102", "103")


def snapshot(ring_seconds: int = 25, **changes: object) -> Snapshot:
    """An organisation with three extensions; 102 has two phones, the others one."""
    devices = {"101": ["d101"], "102": ["d102a", "d102b"], "103": ["d103"]}
    fields: dict[str, object] = {
        "tenant": "t1",
        "version": 1,
        "name": "Office",
        "domain": "office.example",
        "language": "en",
        "extensions": [
            ExtensionConfig(
                id=f"x{number}",
                number=number,
                name=f"Desk {number}",
                language="en",
                ring_seconds=ring_seconds,
            )
            for number in NUMBERS
        ],
        "devices": [
            DeviceConfig(
                id=device,
                username=device,
                name=device,
                extension=number,
                ha1_md5=HA1_MD5,
                ha1_sha256=HA1_SHA256,
            )
            for number, names in devices.items()
            for device in names
        ],
    }
    return Snapshot(**(fields | changes))  # type: ignore[arg-type]


def binding(device: str, port: int = 5062, expires_at: float = 1e12) -> Binding:
    return Binding(
        tenant="t1",
        device=device,
        aor=f"sip:{device}@office.example",
        contact=f"sip:{device}@127.0.0.1:{port}",
        call_id=device,
        cseq=1,
        q=-1.0,
        source_ip="127.0.0.1",
        source_port=port,
        transport="udp",
        path=(),
        user_agent="",
        instance="",
        registered_at=0.0,
        expires_at=expires_at,
    )


class NoSounds:
    """No uploaded sounds."""

    def find(self, tenant: str, sound: str) -> Stored | None:
        return None


@dataclass
class Memory:
    """What would be on disk."""

    usage: list[UsageDay] = field(default_factory=list)
    numbers: list[HeldNumbers] = field(default_factory=list)

    def save_usage(self, day: UsageDay) -> None:
        self.usage.append(day)

    def save_numbers(self, held: HeldNumbers) -> None:
        self.numbers.append(held)


@dataclass
class Recordings:
    """Recordings that were begun."""

    begun: list[RecordingState] = field(default_factory=list)
    full: bool = False

    def begin(self, recording: RecordingState) -> str | None:
        if self.full:
            return None
        self.begun.append(recording)
        return f"/recordings/{recording.id}.wav"


@dataclass
class Audio:
    """The audio files of a node."""

    sounds: NoSounds = field(default_factory=NoSounds)
    recordings: Recordings = field(default_factory=Recordings)


@dataclass
class World:
    """The exchange with a clock of its own; `commands` are those of the last event, `events` all."""

    config: Snapshot = field(default_factory=snapshot)
    registered: tuple[str, ...] = ("d101", "d102a", "d102b", "d103")
    now: float = 1000.0
    commands: list[Command] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    files: Audio = field(default_factory=Audio)

    def __post_init__(self) -> None:
        self.directory = Directory()
        self.directory.apply(self.config)
        self.bindings = Bindings()
        for index, device in enumerate(self.registered):
            self.bindings.put(binding(device, 5062 + index))
        self.exchange = Exchange(
            directory=self.directory,
            locations=self.bindings,
            outside=Outside(Memory()),
            files=self.files,
            voicemail=Voicemail(),
        )
        self.exchange.outside.configured(self.config, self.now)

    def _took(self, commands: list[Command]) -> list[Command]:
        self.commands = commands
        self.events += [command.event for command in commands if isinstance(command, Emit)]
        return commands

    def dial(
        self, number: str, device: str = "d101", leg: str = "caller", *, offer: bool = True
    ) -> list[Command]:
        """The phone `device` calls `number`."""
        extension = self.directory.tenant("t1").device(device).extension  # type: ignore[union-attr]
        caller = Caller("t1", device, extension)
        event = IncomingCall(leg=leg, caller=caller, number=number, source="127.0.0.1:5062", has_offer=offer)
        return self._took(self.exchange.incoming(event, self.now))

    def originate(self, extension: str, number: str) -> str:
        call, commands = self.exchange.originate(
            Originate(tenant="t1", extension=extension, number=number), self.now
        )
        self._took(commands)
        return call

    def happens(self, event: LegEvent | CallEvent, after: float = 1.0) -> list[Command]:
        self.now += after
        return self._took(self.exchange.handle(event, self.now))

    def rings(self, leg: str, *, media: bool = False) -> list[Command]:
        return self.happens(LegProgress(leg=leg, code=183 if media else 180, media=media))

    def answers(self, leg: str) -> list[Command]:
        return self.happens(LegAnswered(leg=leg))

    def media(self, leg: str, *, held: bool = False, codec: str = "PCMA") -> list[Command]:
        return self.happens(LegMedia(leg=leg, active=True, held=held, codec=codec))

    def ends(
        self, leg: str, code: int = 200, *, remote: bool = True, redirect: str | None = None
    ) -> list[Command]:
        return self.happens(LegEnded(leg=leg, code=code, reason="", remote=remote, redirect=redirect))

    def timer(self, name: str) -> list[Command]:
        (call,) = self.exchange.calls()
        return self.happens(TimerFired(call=call.id, name=name))

    def confirm_hangups(self) -> None:
        """The stack confirms every HangUp of the last commands, as it does within milliseconds."""
        for command in [each for each in self.commands if isinstance(each, HangUp)]:
            self.ends(command.leg, command.code, remote=False)

    def end_all(self) -> None:
        """Every leg that is left ends."""
        while legs := list(self.exchange._by_leg):
            for leg in legs:
                self.ends(leg)

    def invited(self) -> dict[str, str]:
        """Device to leg of the invitations in the last commands."""
        return {
            each.to.device: each.leg
            for each in self.commands
            if isinstance(each, Invite) and isinstance(each.to, Binding)
        }

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        """The last commands of one kind."""
        return [command for command in self.commands if isinstance(command, kind)]

    @property
    def record(self) -> CallRecord:
        """The one finished call's record; fails when there is none or more than one."""
        (ended,) = [event.call for event in self.events if event.kind == "call.ended"]
        assert ended is not None
        return ended
