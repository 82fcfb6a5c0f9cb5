"""Mailboxes in the logic: what becomes of what was said, how the call ends, and who is called for whom."""

from dataclasses import dataclass, field

import pytest

from pbx.control.configuration import (
    ExtensionConfig,
    MailboxConfig,
    NumberConfig,
    RouteConfig,
    TrunkConfig,
)
from pbx.control.messages import VoicemailMessage
from pbx.ports import (
    Caller,
    DigitPressed,
    DropGreeting,
    DropMessage,
    HangUp,
    IncomingCall,
    KeepGreeting,
    KeepMessage,
    Kept,
    Play,
    PromptEnded,
    RecordingEnded,
    Spoken,
    StartRecording,
    Stored,
    TellReferrer,
)
from pbx.ports.files import Counts
from tests.calls.talk import connect, lines, refer
from tests.calls.world import Audio, World, snapshot

NIGHT = {
    "box": {"type": "voicemail", "mailbox": "box", "next": {"left": "end", "unavailable": "end"}},
    "end": {"type": "hangup", "code": 480},
}


@dataclass
class Mailboxes:
    """Takes every message."""

    begun: list[VoicemailMessage] = field(default_factory=list)

    def counts(self, tenant: str, mailbox: str) -> Counts:
        return Counts(0, 0)

    def room(self, wanted: int) -> bool:
        return True

    def messages(self, tenant: str, mailbox: str) -> list[VoicemailMessage]:
        return []

    def begin(self, message: VoicemailMessage) -> str | None:
        self.begun.append(message)
        return f"/voicemail/{message.id}.part"


class Personal:
    """Nobody recorded a greeting or chose a PIN yet."""

    def greeting(self, tenant: str, box: MailboxConfig, status: str | None) -> Stored | None:
        return None

    def begin_greeting(self, tenant: str, mailbox: str) -> str | None:
        return f"/greetings/{mailbox}.part"

    def pin(self, tenant: str, box: MailboxConfig) -> str | None:
        return None


def office(*phones: str, may_call_out: bool = True) -> World:
    """101 and 102 have phones, and the devices named; 103 has a mailbox, to which a number of ours leads."""
    extensions = [
        ExtensionConfig(id="x101", number="101", name="Desk 101", language="en"),
        ExtensionConfig(id="x102", number="102", name="Desk 102", language="en"),
        ExtensionConfig(
            id="x103",
            number="103",
            name="Desk 103",
            language="en",
            mailbox="box",
            may_call_out=may_call_out,
        ),
    ]
    box = MailboxConfig(
        id="box", number="103", name="Desk 103", extensions=["103"], language="en", operator="0612345678"
    )
    config = snapshot(
        extensions=extensions,
        mailboxes=[box],
        trunks=[TrunkConfig(id="a", name="A", host="192.0.2.1")],
        routes=[RouteConfig(id="r", prefixes=["+"], trunks=["a"])],
        numbers=[NumberConfig(number="+31201234567", flow="night")],
        flows={"night": {"schema": 1, "name": "Night", "start": "box", "nodes": NIGHT}},
    )
    world = World(config, registered=("d101", "d102a", *phones), files=Audio())
    world.files.mailboxes, world.files.personal = Mailboxes(), Personal()  # type: ignore[attr-defined]
    return world


@pytest.fixture
def world() -> World:
    return office()


def speak(world: World) -> StartRecording:
    """103 has no phone: its mailbox answers, and the tone is over."""
    world.dial("103")
    world.happens(PromptEnded(leg="caller"))
    (begun,) = world.of(StartRecording)
    assert isinstance(begun, StartRecording)
    return begun


def ended(world: World, begun: StartRecording, seconds: float, reason: str) -> None:
    world.happens(
        RecordingEnded(
            call=begun.call,
            recording=begun.recording,
            seconds=seconds,
            bytes=int(seconds * 32000),
            reason=reason,  # type: ignore[arg-type]
        )
    )


def said(world: World) -> list[str]:
    return [sound.name for play in world.of(Play) for sound in play.sounds if isinstance(sound, Spoken)]


def test_a_call_that_left_a_message_and_was_ended_by_us_is_voicemail(world: World) -> None:
    begun = speak(world)
    world.happens(DigitPressed(leg="caller", digit="#", milliseconds=100, via="rtp"))
    ended(world, begun, 4.0, "stopped")
    assert len(world.of(KeepMessage)) == 1
    world.happens(Kept(call=begun.call, ok=True))
    assert said(world) == ["vm_saved"]
    world.happens(PromptEnded(leg="caller"))
    world.confirm_hangups()
    assert (world.record.outcome, world.record.code) == ("voicemail", 200)


def test_the_way_of_a_caller_who_hangs_up_after_speaking_ends_with_the_message(world: World) -> None:
    begun = speak(world)
    world.ends("caller")
    ended(world, begun, 4.0, "stopped")
    results = [(step.step, step.result.split(":")[0]) for step in world.record.path if step.node]
    assert results == [("ring", "not_registered"), ("voicemail", "left")]


@pytest.mark.parametrize(("seconds", "reason"), [(0.4, "stopped"), (8.0, "silence"), (8.6, "silence")])
def test_without_words_there_is_no_message(world: World, seconds: float, reason: str) -> None:
    ended(world, speak(world), seconds, reason)
    assert len(world.of(DropMessage)) == 1
    assert said(world) == ["vm_too_short"]


def test_words_before_the_silence_are_kept(world: World) -> None:
    ended(world, speak(world), 11.0, "silence")
    assert len(world.of(KeepMessage)) == 1


def test_a_disk_that_refuses_is_told_to_the_caller(world: World) -> None:
    begun = speak(world)
    ended(world, begun, 11.0, "silence")
    world.happens(Kept(call=begun.call, ok=False))
    assert said(world) == ["vm_no_disk"]


def record_greeting(world: World) -> StartRecording:
    """103 calls its mailbox and chooses to record a greeting; the tone is over."""
    world.dial("1233", "d103")
    for digit in "92":
        world.happens(DigitPressed(leg="caller", digit=digit, milliseconds=100, via="rtp"))
    world.happens(PromptEnded(leg="caller"))
    (begun,) = world.of(StartRecording)
    assert isinstance(begun, StartRecording)
    return begun


@pytest.mark.parametrize(
    ("seconds", "reason", "prompt"),
    [
        (0.4, "stopped", "vm_greeting_short"),
        (6.0, "silence", "vm_greeting_short"),
        (9.0, "failed", "vm_no_disk"),
    ],
)
def test_a_greeting_that_is_none_is_told_at_once(
    world: World, seconds: float, reason: str, prompt: str
) -> None:
    ended(world, record_greeting(world), seconds, reason)
    assert len(world.of(DropGreeting)) == 1
    assert said(world) == [prompt, "vm_greeting_menu"]


def test_a_greeting_with_words_is_kept(world: World) -> None:
    begun = record_greeting(world)
    ended(world, begun, 9.0, "silence")
    assert len(world.of(KeepGreeting)) == 1
    world.happens(Kept(call=begun.call, ok=True))
    assert said(world) == ["vm_greeting_saved", "vm_greeting_menu"]


@pytest.mark.parametrize("may", [True, False])
def test_the_operator_of_a_mailbox_is_called_with_the_rights_of_its_owner(may: bool) -> None:
    """Also for a caller from outside, whom a flow of the organisation led to the mailbox."""
    world = office(may_call_out=may)
    event = IncomingCall(
        leg="trunk",
        caller=Caller("t1", "", "", trunk="a"),
        number="+31201234567",
        source="192.0.2.1:5060",
        has_offer=True,
        from_number="+31611111111",
    )
    world._took(world.exchange.incoming(event, world.now))
    world.happens(DigitPressed(leg="trunk", digit="0", milliseconds=100, via="rtp"))
    assert [line.number for line in lines(world)] == (["+31612345678"] if may else [])


def test_a_transfer_to_the_code_of_a_mailbox_lets_the_transferor_go(world: World) -> None:
    called = connect(world, "102")
    refer(world, called, "*99103")
    assert world.of(TellReferrer)[-1] == TellReferrer(leg=called, code=200, reason="OK", final=True)
    assert [each.leg for each in world.of(HangUp)] == [called]
    world.ends(called)
    world.happens(PromptEnded(leg="caller"))
    assert len(world.of(StartRecording)) == 1
