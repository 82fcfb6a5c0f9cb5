"""One call as a B2BUA: its legs, who hears whom, its record, and the stage it is in.

A call is about one party (`talk.near`): the caller, or after a transfer whoever is left. What happens with it
is the business of its `stage` (pbx/calls/stages): routing, talking, parked, in a conference, closing. The
call takes each event to the stage and offers what stages have in common.
"""

import secrets
from collections.abc import Iterable, Mapping
from typing import Literal

import structlog

from pbx.calls.conversation import Conversation
from pbx.calls.ledger import Ledger
from pbx.calls.leg import Leg
from pbx.calls.outcomes import COMPLETED_ELSEWHERE, FAILURES, REASONS, Failure
from pbx.calls.recorder import Recorder
from pbx.calls.stages.base import Stage
from pbx.calls.stages.closing import Closing, Refusing
from pbx.calls.world import World
from pbx.control.messages import CallRecord, EndedBy, Event, EventKind, LegRole, Notice, Outcome
from pbx.directory import Tenant
from pbx.ports import (
    Binding,
    Caller,
    Command,
    DigitPressed,
    Emit,
    HangUp,
    Identify,
    IncomingCall,
    Invite,
    LegAnswered,
    LegAway,
    LegEnded,
    LegEvent,
    LegMedia,
    LegProgress,
    Line,
    MediaSilent,
    PromptEnded,
    StartTimer,
    StopTimer,
    TellReferrer,
    TimerFired,
)
from pbx.texts import Words

log = structlog.get_logger("pbx.call")

Phase = Literal["open", "closing", "over"]
_AWAY = "away."  # a timer for each leg whose browser is away


class Call:
    """One call of one tenant, from the first event to its record."""

    def __init__(self, id: str, tenant: Tenant, dialled: str, world: World) -> None:
        self.id = id
        self.tenant = tenant
        self.dialled = dialled
        self.world = world
        self.phase: Phase = "open"
        self.now = 0.0
        self.ledger = Ledger(call=id, tenant=tenant.id, dialled=dialled)
        self.talk = Conversation(self.do, tenant.snapshot.language, self.music)
        self.stage: Stage = Stage(self)
        self.recorder = Recorder(self)
        self.device: Caller | None = None
        self.actor: str | None = None  # the extension whose rights count for where this call may go
        self.codecs: tuple[str, ...] = ()
        self.wanted_caller_id: str | None = None
        self.consulting: Call | None = None  # the call that waits while our leg consults here
        self.dirty = False
        self._told = False

    # --- The ways in ---------------------------------------------------------------------------------------

    def start(self, event: IncomingCall, now: float) -> Leg:
        """A phone or a trunk calls: its leg exists and waits. Enter a stage next."""
        self.now = self.ledger.started_at = now
        self.device = event.caller
        self.talk.can_hear = event.has_offer
        self.codecs = event.codecs
        if event.caller.trunk:
            self.ledger.direction = "inbound"
            self.ledger.trunk = event.caller.trunk
            self.ledger.number, self.ledger.name = event.from_number, event.from_name
        else:
            self.show(event.caller.extension)
        leg = Leg(
            id=event.leg,
            call=self.id,
            tenant=self.tenant.id,
            role="caller",
            number=self.ledger.number,
            name=self.ledger.name,
            offered_at=now,
            extension=event.caller.extension or None,
            device=event.caller.device or None,
            address=event.source,
            trunk=event.caller.trunk or None,
        )
        leg.dialog = event.dialog
        self.ledger.legs[leg.id] = self.talk.near = leg
        return leg

    def begin(self, extension: str, now: float) -> None:
        """Nobody calls yet: `extension` will be rung first. Enter a stage next."""
        self.now = self.ledger.started_at = now
        self.show(extension)

    def handle(self, event: LegEvent | TimerFired, now: float) -> None:
        """Something happened to one of the legs, timers or recordings of this call."""
        self.now = now
        if isinstance(event, TimerFired):
            self._on_timer(event.name)
            return
        leg = self.ledger.legs.get(event.leg)
        if leg is not None and leg.alive:
            self._on_leg(leg, event)

    def _on_leg(self, leg: Leg, event: LegEvent) -> None:
        match event:
            case LegProgress():
                leg.dialog = event.dialog or leg.dialog
                self.dirty |= leg.enter("early" if event.media else "ringing", self.now)
                self.stage.progress(leg, event)
            case LegAnswered():
                self._on_answered(leg, event)
            case LegMedia():
                self.dirty |= self.talk.media(leg, event, self.now)
            case LegEnded():
                self._on_ended(leg, event)
            case DigitPressed():
                self.stage.digit(leg, event)
            case PromptEnded():
                self.stage.prompt_ended(leg)
            case MediaSilent():
                self._on_silence(leg, event)
            case LegAway():
                self._on_away(leg, event.away)

    def _on_answered(self, leg: Leg, event: LegAnswered) -> None:
        if event.codec is not None and event.codec != leg.codec:
            leg.codec = event.codec
            self.dirty = True
        leg.dialog = event.dialog or leg.dialog
        if leg.talking or leg is self.talk.near:
            return
        self.dirty |= leg.enter("answered", self.now)
        self.stage.answered(leg)

    def _on_silence(self, leg: Leg, event: MediaSilent) -> None:
        limit = self.tenant.snapshot.rtp_timeout_seconds
        held = any(each.state == "held" for each in self.legs)
        waits = held or leg.absent
        if self.phase == "open" and leg.talking and not waits and event.seconds >= limit:
            leg.blame("core", 408, f"sent no audio for {limit} seconds")
            leg.hanging_up = False
            self.close("core", "answered", 408, f"no audio from {leg.number} for {limit} seconds")

    def _on_away(self, leg: Leg, away: bool) -> None:
        """A browser may come back within the organisation's time; then this leg, or another in its place,
        goes on."""
        if not leg.talking or leg.absent == away or self.phase != "open":
            return
        leg.absent = away
        self.dirty = True
        self.talk.miss(leg, away)
        if away:
            self._await(leg)
        else:
            self.stop_timer(_AWAY + leg.id)

    def _await(self, leg: Leg) -> None:
        self.start_timer(_AWAY + leg.id, float(self.tenant.snapshot.return_seconds))

    def _stays_away(self, leg: Leg | None) -> None:
        if leg is not None and leg.absent and leg.talking and not leg.hanging_up:
            self._end_leg(leg, leg.role, 200, "the browser did not come back")

    def _on_ended(self, leg: Leg, event: LegEnded) -> None:
        self.dirty = True
        leg.codec = event.codec or leg.codec
        leg.quality = event.quality
        by: EndedBy = leg.role if event.remote else "core"
        if leg.talking and event.remote:
            # The stack keeps an INVITE's code here; a BYE has none of its own.
            leg.end(self.now, by=by, code=200, reason="hung up")
        else:
            leg.end(self.now, by=by, code=event.code, reason=event.reason)
        self.talk.forget(leg)
        if self.phase == "open" and not (self.consulting is not None and self.world.completes(self, leg)):
            self.stage.gone(leg, event)

    def _on_timer(self, name: str) -> None:
        if name == "maximum" and self.phase == "open":
            self.close("core", "answered", 200, "longest call time reached")
        elif name.startswith(_AWAY):
            self._stays_away(self.ledger.legs.get(name.removeprefix(_AWAY)))
        else:
            self.stage.timer(name)

    # --- What stages do ------------------------------------------------------------------------------------

    def do(self, *commands: Command) -> None:
        """Have these carried out, in this order."""
        self.world.out.extend(commands)
        self.world.touch(self)

    def enter(self, stage: Stage) -> None:
        """Leave the present stage for another."""
        self.stage.end()
        self.stage = stage
        self.dirty = True
        stage.begin()

    def start_timer(self, name: str, seconds: float) -> None:
        self.do(StartTimer(call=self.id, name=name, seconds=seconds))

    def stop_timer(self, name: str) -> None:
        self.do(StopTimer(call=self.id, name=name))

    def note(self, step: str, result: str) -> None:
        """One step of the call's way, and what came of it."""
        self.ledger.note(step, result, self.now)

    def show(self, number: str) -> None:
        """Caller name, number, language and rights come from this extension."""
        extension = self.tenant.extension(number)
        self.ledger.number = number
        self.ledger.name = extension.name if extension else ""
        self.actor = number
        if extension:
            self.talk.language = extension.language

    def music(self) -> str | None:
        """The file of the organisation's music; None for the built-in one."""
        wanted = self.tenant.snapshot.music
        sound = self.world.files.sounds.find(self.tenant.id, wanted) if wanted else None
        return sound.path if sound else None

    def offer(
        self, to: Binding | Line, role: LegRole, number: str, name: str, shown: Mapping[str, object]
    ) -> Leg:
        """Call a phone or a trunk on a new leg. `number` and `name` are those of the called side; `shown` are
        the fields of Invite that the called side sees."""
        device = self.tenant.device(to.device) if isinstance(to, Binding) else None
        leg = Leg(
            id=self.world.new_leg(self.id),
            call=self.id,
            tenant=self.tenant.id,
            role=role,
            number=number,
            name=name,
            offered_at=self.now,
            extension=device.extension if device else None,
            device=device.id if device else None,
            address=f"{to.source_ip}:{to.source_port}" if isinstance(to, Binding) else None,
            trunk=to.trunk if isinstance(to, Line) else None,
        )
        self.ledger.legs[leg.id] = leg
        self.world.own(self.tenant.id, leg.device, leg.id)
        fields: dict[str, object] = {
            "called": number,
            "number": self.presented[0],
            "name": self.presented[1],
            # A browser comes over the internet: with Opus, whatever the caller prefers, losses are mended.
            "codecs": () if device and device.srtp == "dtls" else self.codecs,
            "srtp": device.srtp if device else "off",
        }
        fields.update(shown)
        self.do(Invite(leg=leg.id, to=to, domain=self.tenant.domain, **fields))  # type: ignore[arg-type]
        return leg

    @property
    def presented(self) -> tuple[str, str]:
        """Number and name of the one the call is about now: after a transfer not who began it."""
        near = self.talk.near
        return (near.number, near.name) if near is not None else (self.ledger.number, self.ledger.name)

    def dismiss(self, leg: Leg) -> None:
        """End a called leg that nobody needs: its 200 crossed our CANCEL, or another phone was faster."""
        self.do(HangUp(leg=leg.id, code=200, cause=COMPLETED_ELSEWHERE))
        leg.hanging_up = True

    def drop(self, leg: Leg, by: EndedBy, reason: str, code: int = 200) -> None:
        """End one leg while the call goes on without it."""
        if leg.alive and not leg.hanging_up:
            self._end_leg(leg, by, code, reason)

    def _end_leg(self, leg: Leg, by: EndedBy, code: int, reason: str) -> None:
        # What waits for an answer must not get a 200 that nobody talks behind.
        code = code if leg.talking or code >= 300 else 487
        leg.blame(by, code, reason)
        self.do(HangUp(leg=leg.id, code=code))

    def identify(self) -> None:
        """Tell both sides who they talk to now."""
        near, far = self.talk.near, self.talk.far
        if near is None or far is None:
            return
        for leg, other in ((near, far), (far, near)):
            if leg.talking:
                self.do(Identify(leg=leg.id, number=other.number, name=other.name, domain=self.tenant.domain))

    def refuse_referral(self, leg: Leg, code: int = 603, reason: str = "Declined") -> None:
        """The transfer that the phone asked for cannot be."""
        self.do(TellReferrer(leg=leg.id, code=code, reason=reason, final=True))

    def caller_gone(self, leg: Leg) -> None:
        """The one the call is about hung up before anybody answered."""
        if self.phase != "open":
            return
        if self.ledger.answered_at is not None:
            self.close(leg.role, "answered", 200, f"{leg.number} hung up")
        else:
            self.note(f"number {self.dialled}", "the caller hung up")
            self.close("caller", "cancelled", 487, REASONS["cancelled"])

    def tell(self, kind: str, words: Words, **facts: object) -> None:
        """Tell the administrators, in the language of the organisation."""
        self.notice(kind, words.to(self.tenant.snapshot.language, **facts))

    def notice(self, kind: str, text: str) -> None:
        """Tell the administrators of the organisation."""
        notice = Notice(
            id=secrets.token_hex(8),
            tenant=self.tenant.id,
            kind=kind,
            text=text,
            call=self.id,
            extension=self.actor,
        )
        self.do(Emit(event=Event(number=0, at=self.now, kind="notice", tenant=self.tenant.id, notice=notice)))

    # --- Legs between calls --------------------------------------------------------------------------------

    def release(self, leg: Leg, into: "Call") -> None:
        """The leg goes on in another call; here it counts as ended."""
        self.talk.forget(leg)
        if leg.absent:
            self.stop_timer(_AWAY + leg.id)
        self.ledger.release(leg, into.id, self.now)
        self.world.touch(self)

    def admit(self, leg: Leg, role: LegRole) -> None:
        """A leg of another call goes on in this one."""
        leg.call, leg.role = self.id, role
        self.ledger.legs[leg.id] = leg
        self.world.moved(leg.id, self)
        if leg.absent:
            self._await(leg)
        self.dirty = True
        self.world.touch(self)

    # --- The ways out --------------------------------------------------------------------------------------

    def hang_up(self, by: EndedBy, reason: str) -> None:
        """End the call from outside: an operator, or the core that stops."""
        self.close(by, "interrupted" if by == "core" else "cancelled", 480, reason)

    def fail(self, failure: Failure, by: EndedBy = "core", reason: str | None = None) -> None:
        """Nobody will answer: back to whoever transferred the call. Otherwise say why in words where the
        caller can hear them, then give the code."""
        if self.stage.returns(failure):
            return
        near = self.talk.near
        text = reason or REASONS.get(failure.outcome, failure.outcome)
        if near is None or not near.alive or failure.prompt is None or not self.talk.can_hear:
            self.close(by, failure.outcome, failure.code, text)
        else:
            self.enter(Refusing(self, failure, text))

    def fail_as(self, outcome: str, by: EndedBy = "core") -> None:
        """Fail in the usual way of an outcome."""
        self.fail(FAILURES.get(outcome, FAILURES["failed"]), by)

    def close(self, by: EndedBy, outcome: Outcome, code: int, reason: str) -> None:
        """Decide how the call ended and end every leg that is left."""
        if self.phase != "open":
            return
        if self.consulting is not None:
            self.world.consulted(self)
        self.phase = "closing"
        self.ledger.end(self.now, by, outcome, code, reason)
        self.recorder.close()
        self.stop_timer("maximum")
        self.enter(Closing(self))
        for leg in self.legs:
            if leg.alive and not leg.hanging_up:
                self._end_leg(leg, by, code, reason)

    def settle(self) -> None:
        """Tell what changed, and write the record once the last leg is gone."""
        if not self._told:
            self._told = True
            self.emit("call.started")
            self.dirty = False
        if self.phase == "closing" and not any(leg.alive for leg in self.legs):
            self.stage.end()
            self.phase = "over"
            self.emit("call.ended")
        elif self.dirty and self.phase != "over":
            self.emit("call.changed")
        self.dirty = False

    # --- What others see -----------------------------------------------------------------------------------

    @property
    def legs(self) -> Iterable[Leg]:
        return self.ledger.legs.values()

    @property
    def over(self) -> bool:
        return self.phase == "over"

    def record(self) -> CallRecord:
        """The call as others see it, live or finished."""
        consulting = self.consulting.id if self.consulting is not None else None
        return self.ledger.record(over=self.over, holding=sorted(self.talk.holding), consulting=consulting)

    def emit(self, kind: EventKind) -> None:
        """Put the call as it is into the journal."""
        if kind == "call.ended":
            ended = self.ledger
            log.info(
                "call.ended", call=self.id, tenant=self.tenant.id, outcome=ended.outcome, reason=ended.reason
            )
        event = Event(number=0, at=self.now, kind=kind, tenant=self.tenant.id, call=self.record())
        self.do(Emit(event=event))
