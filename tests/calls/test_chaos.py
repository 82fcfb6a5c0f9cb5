"""Whatever happens in whatever order, the exchange neither fails nor keeps anything: no leg in two calls, one
bridge at most for a leg, one record for each call, and nothing left when all phones are away."""

import contextlib
from collections.abc import Iterable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pbx.calls import commands
from pbx.calls.errors import CommandError
from pbx.calls.stages.talking import Talking
from pbx.control.commands import (
    Consult,
    Hold,
    Invite,
    Join,
    Member,
    Move,
    OnCall,
    Originate,
    Park,
    Pickup,
    Press,
    Record,
    Swap,
    Transfer,
)
from pbx.control.configuration import ParkConfig, RecordingRule, RoomConfig
from pbx.ports import (
    Caller,
    CallEvent,
    Command,
    DigitPressed,
    HookAnswered,
    IncomingCall,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegMedia,
    LegProgress,
    MediaSilent,
    PromptEnded,
    RecordingEnded,
    Referred,
    TimerFired,
)
from tests.calls.edge import Edge
from tests.calls.world import World, snapshot

DEVICES = {"d101": "101", "d102a": "102", "d102b": "102", "d103": "103"}
EXTENSIONS = sorted(set(DEVICES.values()))
NUMBERS = [*EXTENSIONS, "800", "701", "702", "703", "*8", "**101", "**103", "*68", "999", "0"]

anything = st.integers(min_value=0, max_value=10**6)
device = st.sampled_from(sorted(DEVICES))
extension = st.sampled_from([*EXTENSIONS, None])
number = st.sampled_from(NUMBERS)
code = st.sampled_from([200, 404, 408, 480, 486, 487, 503, 603])


def office() -> World:
    """Three people, one of them with two phones, a conference room, two slots, all calls of 103 recorded."""
    return World(
        snapshot(
            rooms=[RoomConfig(id="room", number="800", name="Room", max_members=4)],
            park=ParkConfig(first=701, last=702),
            recording_rules=[RecordingRule(id="rule", extensions=["103"])],
        )
    )


class Chaos(RuleBasedStateMachine):
    """Phones, people and clocks do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.world = office()
        self.exchange = self.world.exchange
        self.edge = Edge()
        self.dialled = 0

    # --- How it is told ---

    def took(self, commands: list[Command]) -> None:
        self.edge.take(commands)

    def happens(self, event: LegEvent | CallEvent) -> None:
        self.world.now += 0.5
        self.took(self.exchange.handle(event, self.world.now))

    def leg(self, index: int, legs: Iterable[str] | None = None) -> str:
        """One of the legs that there are, in the order in which they began."""
        there = [each for each in self.exchange._by_leg if legs is None or each in legs]
        return there[index % len(there)] if there else ""

    def call(self, index: int) -> str:
        there = list(self.exchange._calls)
        return there[index % len(there)] if there else "none"

    def ask(self, call: str, command: OnCall) -> None:
        running = self.exchange.run(self.world.now)
        with contextlib.suppress(CommandError), running:
            commands.carry_out(self.exchange, call, command, self.world.now)
        self.took(running.commands)

    # --- Phones ---

    @rule(device=device, number=number, offer=st.booleans(), into=st.none() | anything)
    def dials(self, device: str, number: str, offer: bool, into: int | None) -> None:
        self.dialled += 1
        leg = f"caller{self.dialled}"
        replaces = None if into is None else self.leg(into) or "gone"
        self.edge.calling.add(leg)
        event = IncomingCall(
            leg=leg,
            caller=Caller("t1", device, DEVICES[device]),
            number=number,
            source="127.0.0.1:5062",
            has_offer=offer,
            replaces=replaces,
        )
        self.world.now += 0.5
        self.took(self.exchange.incoming(event, self.world.now))

    @rule(index=anything, media=st.booleans())
    def rings(self, index: int, media: bool) -> None:
        if leg := self.leg(index, self.edge.called - self.edge.talking):
            self.happens(LegProgress(leg=leg, code=183 if media else 180, media=media))

    @rule(index=anything)
    def answers(self, index: int) -> None:
        if leg := self.leg(index, self.edge.called - self.edge.talking):
            self.edge.talking.add(leg)
            self.happens(LegAnswered(leg=leg))

    @rule(index=anything)
    def confirms(self, index: int) -> None:
        if leg := self.leg(index, self.edge.calling & self.edge.talking):
            self.happens(LegAnswered(leg=leg))

    @rule(index=anything, held=st.booleans())
    def holds(self, index: int, held: bool) -> None:
        if leg := self.leg(index):
            self.happens(LegMedia(leg=leg, active=True, held=held, codec="PCMA"))

    @rule(index=anything, digit=st.sampled_from("*1"))
    def presses(self, index: int, digit: str) -> None:
        if leg := self.leg(index, self.edge.talking):
            self.happens(DigitPressed(leg=leg, digit=digit, via="rtp", milliseconds=100))

    @rule(index=anything, number=number, into=st.none() | anything)
    def refers(self, index: int, number: str, into: int | None) -> None:
        if leg := self.leg(index, self.edge.talking):
            replaces = None if into is None else self.leg(into)
            self.happens(Referred(leg=leg, number="" if replaces else number, replaces=replaces))

    @rule(index=anything, code=code, redirect=st.none() | number)
    def leaves(self, index: int, code: int, redirect: str | None) -> None:
        if leg := self.leg(index):
            talking = leg in self.edge.talking
            redirect = None if talking or leg in self.edge.calling else redirect
            self.edge.gone(leg)
            self.happens(LegEnded(leg=leg, code=code, reason="", remote=True, redirect=redirect))

    @rule(index=anything)
    def is_silent(self, index: int) -> None:
        if leg := self.leg(index, self.edge.talking):
            self.happens(MediaSilent(leg=leg, seconds=3600.0))

    # --- Edges ---

    def confirm(self, legs: Iterable[str]) -> None:
        for leg in sorted(legs):
            self.edge.gone(leg)
            self.happens(LegEnded(leg=leg, code=200, reason="", remote=False))

    @rule()
    def edges_confirm_all(self) -> None:
        self.confirm(self.edge.hanging)

    @rule(index=anything)
    def edges_confirm_one(self, index: int) -> None:
        if leg := self.leg(index, self.edge.hanging):
            self.confirm([leg])

    @rule(index=anything)
    def prompt_ends(self, index: int) -> None:
        if leg := self.leg(index, self.edge.prompts):
            self.edge.prompts.discard(leg)
            self.happens(PromptEnded(leg=leg))

    @precondition(lambda self: self.edge.timers)
    @rule(index=anything)
    def timer_runs_out(self, index: int) -> None:
        timers = sorted(self.edge.timers, key=lambda each: (list(self.exchange._calls).index(each[0]), each))
        self.fire(timers[index % len(timers)])

    def fire(self, timer: tuple[str, str]) -> None:
        self.edge.timers.discard(timer)
        self.happens(TimerFired(call=timer[0], name=timer[1]))

    @precondition(lambda self: self.edge.recordings)
    @rule(index=anything, reason=st.sampled_from(["stopped", "longest", "failed", "gone"]))
    def recording_ends(self, index: int, reason: str) -> None:
        recordings = list(self.edge.recordings)
        self.end_recording(recordings[index % len(recordings)], reason)

    def end_recording(self, recording: str, reason: str) -> None:
        call = self.edge.recordings.pop(recording)
        self.edge.stopped.discard(recording)
        self.happens(RecordingEnded(call=call, recording=recording, seconds=1.0, bytes=1, reason=reason))  # type: ignore[arg-type]

    @precondition(lambda self: self.edge.hooks)
    @rule(index=anything)
    def hook_answers(self, index: int) -> None:
        hooks = sorted(self.edge.hooks)
        call = hooks[index % len(hooks)]
        self.edge.hooks.discard(call)
        self.happens(HookAnswered(call=call, answer=None))

    # --- People ---

    @rule(extension=st.sampled_from(EXTENSIONS), number=number, record=st.booleans())
    def clicks(self, extension: str, number: str, record: bool) -> None:
        wish = Originate(tenant="t1", extension=extension, number=number, record=record)
        self.took(self.exchange.originate(wish, self.world.now)[1])

    @rule(call=anything, extension=extension, number=number, on=st.booleans())
    def consults_or_holds(self, call: int, extension: str | None, number: str, on: bool) -> None:
        self.ask(self.call(call), Hold(tenant="t1", extension=extension, on=on))
        self.ask(self.call(call), Consult(tenant="t1", extension=extension, number=number))

    @rule(call=anything, extension=extension, number=st.none() | number, other=anything)
    def transfers(self, call: int, extension: str | None, number: str | None, other: int) -> None:
        to_call = None if number else self.call(other)
        self.ask(self.call(call), Transfer(tenant="t1", extension=extension, number=number, to_call=to_call))

    @rule(call=anything, extension=extension, other=anything)
    def swaps(self, call: int, extension: str | None, other: int) -> None:
        self.ask(self.call(call), Swap(tenant="t1", extension=extension, to_call=self.call(other)))

    @rule(call=anything, extension=extension, other=st.none() | anything)
    def joins(self, call: int, extension: str | None, other: int | None) -> None:
        to_call = None if other is None else self.call(other)
        self.ask(self.call(call), Join(tenant="t1", extension=extension, to_call=to_call))

    @rule(call=anything, extension=extension, slot=st.sampled_from([None, "701", "709"]))
    def parks(self, call: int, extension: str | None, slot: str | None) -> None:
        self.ask(self.call(call), Park(tenant="t1", extension=extension, slot=slot))

    @rule(call=anything, extension=extension, device=st.none() | device)
    def picks_up(self, call: int, extension: str | None, device: str | None) -> None:
        self.ask(self.call(call), Pickup(tenant="t1", extension=extension, device=device))

    @rule(call=anything, extension=extension, device=device)
    def moves(self, call: int, extension: str | None, device: str) -> None:
        self.ask(self.call(call), Move(tenant="t1", extension=extension, device=device))

    @rule(
        call=anything,
        extension=extension,
        action=st.sampled_from(["start", "pause", "resume", "stop", "keep", "discard"]),
    )
    def records(self, call: int, extension: str | None, action: str) -> None:
        self.ask(self.call(call), Press(tenant="t1", extension=extension, digits="1"))
        self.ask(self.call(call), Record(tenant="t1", extension=extension, action=action))  # type: ignore[arg-type]

    @rule(room=anything, who=anything, number=number, action=st.sampled_from(["mute", "remove", "invite"]))
    def confers(self, room: int, who: int, number: str, action: str) -> None:
        rooms = self.exchange.rooms.all()
        if not rooms:
            return
        state = rooms[room % len(rooms)]
        members = [member.leg for member in state.members]
        leg = members[who % len(members)] if members else None
        command = (
            Invite(tenant="t1", number=number) if action == "invite" else Member(tenant="t1", action=action)  # type: ignore[arg-type]
        )
        running = self.exchange.run(self.world.now)
        with contextlib.suppress(CommandError), running:
            commands.room_command(self.exchange, state.id, command, leg, self.world.now)
        self.took(running.commands)

    @rule(call=anything)
    def operator_hangs_up(self, call: int) -> None:
        self.took(self.exchange.hang_up(self.call(call), self.world.now) or [])

    # --- What always holds ---

    @invariant()
    def every_leg_is_in_one_call(self) -> None:
        seen: set[str] = set()
        for call in self.exchange._calls.values():
            alive = [leg for leg in call.legs if leg.alive]
            assert alive, f"a call with nobody in it: {call.stage} {call.ledger.path}"
            for leg in alive:
                assert leg.id not in seen, "a leg in two calls"
                assert self.exchange._by_leg.get(leg.id) is call
                assert leg.call == call.id
                seen.add(leg.id)
        assert seen == set(self.exchange._by_leg)
        assert self.edge.legs - self.edge.hanging <= seen, "a phone that nobody cares about"

    @invariant()
    def who_talks_hears_the_other(self) -> None:
        for call in self.exchange._calls.values():
            near, far = call.talk.near, call.talk.far
            if not isinstance(call.stage, Talking) or call.talk.holding:
                continue
            assert near is not None
            assert far is not None
            assert near.alive
            assert far.alive
            assert self.edge.bridges.get(near.id) == far.id

    @invariant()
    def shared_things_belong_to_calls(self) -> None:
        for room in self.exchange.rooms._rooms.values():
            for member in room.members.values():
                assert self.exchange._by_leg.get(member.leg.id) is member.call
                assert self.edge.rooms.get(member.leg.id) == room.media
            assert set(room.inviting) <= set(self.exchange._calls)
        members = {leg: room.media for room in self.exchange.rooms._rooms.values() for leg in room.members}
        assert self.edge.rooms == members
        for name in {call for call, _ in self.edge.timers}:
            assert name in self.exchange._calls, "a timer of a call that is over"
        slots = self.exchange.parking._slots
        assert all(self.exchange._calls.get(call.id) is call for call in slots.values())
        parked = {call.ledger.parked for call in self.exchange._calls.values() if call.ledger.parked}
        assert parked <= {slot for _, slot in slots}

    def teardown(self) -> None:
        for _ in range(1000):
            self.confirm(self.edge.hanging)
            if not (leg := self.leg(0)):
                break
            self.edge.gone(leg)
            self.happens(LegEnded(leg=leg, code=200, reason="", remote=True))
        for recording in list(self.edge.recordings):
            self.end_recording(recording, "gone")
        exchange, edge = self.exchange, self.edge
        assert (exchange.count, exchange.legs) == (0, 0)
        assert (exchange.parking.size, exchange.rooms.size) == (0, 0)
        assert not exchange._recordings
        assert exchange._by_device == {}, f"devices that stay busy: {exchange._by_device}"
        assert not edge.timers
        assert not edge.legs
        assert sorted(edge.started) == sorted(edge.ended)
        assert len(set(edge.ended)) == len(edge.ended)
        begun = [recording.id for recording in self.world.files.recordings.begun]
        assert sorted(edge.kept) == sorted(begun), "a recording that is never finished"


TestChaos = Chaos.TestCase
TestChaos.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
