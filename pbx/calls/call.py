"""One call as a B2BUA: a caller's leg, the phones its plan rings, and whoever answers.

`handle` takes an event and the time and returns commands. Phases:
summoning (an originated call rings its own caller first), routing (the plan rings phones), talking,
refusing (a prompt is played before the final answer), closing (waiting for the legs to be gone), over.
"""

from typing import Literal, Protocol

import structlog

import dialplan
from pbx.calls.conversation import Conversation
from pbx.calls.ledger import Ledger
from pbx.calls.leg import Leg
from pbx.calls.outcomes import COMPLETED_ELSEWHERE, FAILURES, REASONS, FailedOutcome, Failure, ending
from pbx.calls.ringing import Ringing, invite, reachable
from pbx.control.messages import CallRecord, EndedBy, Event, EventKind, LegRole, Outcome
from pbx.directory import Tenant
from pbx.ports import (
    Binding,
    Caller,
    Command,
    DigitPressed,
    Emit,
    HangUp,
    IncomingCall,
    LegAnswered,
    LegEnded,
    LegEvent,
    LegMedia,
    LegProgress,
    Locations,
    MediaSilent,
    Play,
    Progress,
    PromptEnded,
    Spoken,
    StartTimer,
    StopTimer,
    TimerFired,
)

log = structlog.get_logger("pbx.call")

MAX_REDIRECTS = 5
PROMPT_SECONDS = 20.0
CLOSE_SECONDS = 10.0
SUMMON_SECONDS = 30.0

Phase = Literal["summoning", "routing", "talking", "refusing", "closing", "over"]


class Surroundings(Protocol):
    """What a call asks of the world around it."""

    @property
    def locations(self) -> Locations: ...
    def new_leg(self, call: str) -> str:
        """A fresh leg id, known from now on to belong to `call`."""


class Call:
    """One call of one tenant, from the first event to its record."""

    def __init__(self, id: str, tenant: Tenant, dialled: str, world: Surroundings) -> None:
        self.id = id
        self.tenant = tenant
        self.dialled = dialled
        self.phase: Phase = "routing"
        self._ledger = Ledger(call=id, tenant=tenant.id, dialled=dialled)
        self._world = world
        self._talk = Conversation(tenant.snapshot.language)
        self._device: Caller | None = None
        self._ringing = Ringing()
        self._codecs: tuple[str, ...] = ()
        self._redirects = 0
        self._plan: dialplan.Plan | None = None
        self._position = 0
        self._target = dialled
        self._failure: Failure | None = None
        self._now = 0.0
        self._out: list[Command] = []
        self._dirty = False

    # --- The ways in ---------------------------------------------------------------------------------------

    def start(self, event: IncomingCall, now: float) -> list[Command]:
        """A phone calls: its leg exists and waits; route the number."""
        self._now = self._ledger.started_at = now
        self._device = event.caller
        self._talk.can_hear = event.has_offer
        self._codecs = event.codecs
        self._show(event.caller.extension)
        self._talk.caller = Leg(
            id=event.leg,
            call=self.id,
            tenant=self.tenant.id,
            role="caller",
            number=self._ledger.number,
            name=self._ledger.name,
            offered_at=now,
            extension=event.caller.extension,
            device=event.caller.device,
            address=event.source,
        )
        self._ledger.legs[event.leg] = self._talk.caller
        self._emit("call.started")
        self._route(self.dialled)
        return self._settle()

    def originate(self, extension: str, now: float) -> list[Command]:
        """Ring the phones of `extension` first; whoever answers there becomes the caller (T11)."""
        self._now = self._ledger.started_at = now
        self.phase = "summoning"
        self._show(extension)
        self._emit("call.started")
        devices = [device.id for device in self.tenant.devices_of(extension)]
        bindings = reachable(self.tenant, devices, self._world.locations, None, now)
        called = self.tenant.extension(self.dialled)
        for binding in bindings:
            leg = self._offer(binding, "caller", self._ledger.number, self._ledger.name)
            self._out.append(
                invite(
                    leg,
                    binding,
                    self.tenant,
                    number=self.dialled,
                    name=called.name if called else self.dialled,
                )
            )
        if bindings:
            self._out.append(StartTimer(call=self.id, name="ring", seconds=SUMMON_SECONDS))
        else:
            self._fail(FAILURES["not_registered"], "core")
        return self._settle()

    def handle(self, event: LegEvent | TimerFired, now: float) -> list[Command]:
        """Something happened to one of the legs or timers of this call."""
        self._now = now
        if isinstance(event, TimerFired):
            self._on_timer(event.name)
            return self._settle()
        leg = self._ledger.legs.get(event.leg)
        if leg is None or not leg.alive:
            return []
        match event:
            case LegProgress():
                self._on_progress(leg, event)
            case LegAnswered():
                self._on_answered(leg)
            case LegMedia():
                self._on_media(leg, event)
            case LegEnded():
                self._on_ended(leg, event)
            case DigitPressed():
                self._out += self._talk.digit(leg, event, self.tenant)
            case PromptEnded():
                self._after_prompt(leg)
            case MediaSilent():
                self._on_silence(leg, event)
        return self._settle()

    def hang_up(self, by: EndedBy, reason: str, now: float) -> list[Command]:
        """End the call from outside: an operator, or the core that stops."""
        self._now = now
        stopped = by == "core"
        self._close(by, "interrupted" if stopped else "cancelled", 480, reason)
        return self._settle()

    def record(self) -> CallRecord:
        """The call as others see it, live or finished."""
        return self._ledger.record(over=self.over)

    @property
    def over(self) -> bool:
        return self.phase == "over"

    @property
    def leg_ids(self) -> tuple[str, ...]:
        return tuple(self._ledger.legs)

    # --- Routing -------------------------------------------------------------------------------------------

    def _show(self, number: str) -> None:
        """Caller name, number and language come from the caller's extension."""
        extension = self.tenant.extension(number)
        self._ledger.number = number
        self._ledger.name = extension.name if extension else ""
        if extension:
            self._talk.language = extension.language

    def _route(self, number: str) -> None:
        self.phase = "routing"
        self._plan = self.tenant.plan(number)
        self._position = 0
        if self._plan is None:
            self._ledger.note(f"number {number}", "unknown number", self._now)
            self._fail(FAILURES["unknown_number"], "core")
            return
        self._target = number
        self._advance(None)

    def _advance(self, outcome: FailedOutcome | None) -> None:
        """Take the plan's next step after a ring that ended with `outcome`."""
        assert self._plan is not None
        decision = dialplan.decide(self._plan, self._position, outcome)
        assert isinstance(decision, dialplan.Decision)
        self._position = decision.position
        match decision.step:
            case dialplan.Ring() as ring:
                self._ring(ring)
            case dialplan.End() as end:
                self._ledger.note("end", decision.reason, self._now)
                self._fail(ending(outcome, end), "core")

    def _ring(self, step: dialplan.Ring) -> None:
        self._ringing = Ringing()
        bindings = reachable(self.tenant, step.devices, self._world.locations, self._device, self._now)
        if not bindings:
            self._ledger.note(f"ring {self._target}", "not_registered", self._now)
            self._advance("not_registered")
            return
        extension = self.tenant.extension(self._target)
        caller = self._ledger
        for binding in bindings:
            leg = self._offer(binding, "callee", self._target, extension.name if extension else "")
            self._out.append(
                invite(leg, binding, self.tenant, number=caller.number, name=caller.name, codecs=self._codecs)
            )
        self._out.append(StartTimer(call=self.id, name="ring", seconds=step.seconds))

    def _offer(self, binding: Binding, role: LegRole, number: str, name: str) -> Leg:
        device = self.tenant.device(binding.device)
        leg = Leg(
            id=self._world.new_leg(self.id),
            call=self.id,
            tenant=self.tenant.id,
            role=role,
            number=number,
            name=name,
            offered_at=self._now,
            extension=device.extension if device else None,
            device=binding.device,
            address=f"{binding.source_ip}:{binding.source_port}",
        )
        self._ledger.legs[leg.id] = leg
        self._ringing.legs[leg.id] = leg
        return leg

    # --- What happens to legs ------------------------------------------------------------------------------

    def _on_progress(self, leg: Leg, event: LegProgress) -> None:
        if leg.id not in self._ringing.legs:
            return
        self._dirty |= leg.enter("early" if event.media else "ringing", self._now)
        if leg.role == "callee":
            alone = event.media and len(self._ringing.legs) == 1
            self._out += self._talk.hear_early(leg) if alone else self._talk.alert()

    def _on_answered(self, leg: Leg) -> None:
        if leg is self._talk.caller or leg is self._talk.partner:
            return
        if leg.id not in self._ringing.legs:
            # Its 200 crossed our CANCEL, or another phone was faster.
            self._dirty |= leg.enter("answered", self._now)
            self._out.append(HangUp(leg=leg.id, code=200, cause=COMPLETED_ELSEWHERE))
            return
        del self._ringing.legs[leg.id]
        self._dirty |= leg.enter("answered", self._now)
        self._out.append(StopTimer(call=self.id, name="ring"))
        self._out += self._ringing.stop(answered=True, reason="answered on another phone")
        if leg.role == "caller":
            self._talk.caller = leg
            self._talk.can_hear = True
            self._codecs = (leg.codec,) if leg.codec else ()
            self._device = Caller(self.tenant.id, leg.device or "", leg.extension or "")
            self._route(self.dialled)
        else:
            self._connect(leg)

    def _connect(self, partner: Leg) -> None:
        self.phase = "talking"
        self._ledger.answered_at = self._now
        self._ledger.note(f"ring {partner.number}", "answered", self._now)
        config = self.tenant.snapshot
        self._out += self._talk.connect(partner, config.domain, self._now)
        self._out.append(StartTimer(call=self.id, name="maximum", seconds=float(config.max_call_seconds)))

    def _on_media(self, leg: Leg, event: LegMedia) -> None:
        changed, commands = self._talk.media(leg, event, self._now)
        self._dirty |= changed
        self._out += commands

    def _on_silence(self, leg: Leg, event: MediaSilent) -> None:
        limit = self.tenant.snapshot.rtp_timeout_seconds
        held = any(each.state == "held" for each in self._ledger.legs.values())
        if self.phase == "talking" and leg.talking and not held and event.seconds >= limit:
            leg.blame("core", 408, f"sent no audio for {limit} seconds")
            leg.hanging_up = False
            self._close("core", "answered", 408, f"no audio from {leg.number} for {limit} seconds")

    def _on_ended(self, leg: Leg, event: LegEnded) -> None:
        self._dirty = True
        leg.codec = event.codec or leg.codec
        leg.quality = event.quality
        by: EndedBy = leg.role if event.remote else "core"
        if leg.talking and event.remote:
            # The stack keeps an INVITE's code here; a BYE has none of its own.
            leg.end(self._now, by=by, code=200, reason="hung up")
        else:
            leg.end(self._now, by=by, code=event.code, reason=event.reason)
        if self.phase in ("closing", "over"):
            return
        if leg is self._talk.caller:
            self._caller_gone(leg)
        elif leg is self._talk.partner:
            self._close(by, "answered", 200, f"{leg.number} hung up")
        elif leg.id in self._ringing.legs:
            self._phone_failed(leg, event)

    def _caller_gone(self, caller: Leg) -> None:
        if self.phase == "refusing" and self._failure is not None:
            self._close("caller", self._failure.outcome, self._failure.code, REASONS[self._failure.outcome])
        elif self._ledger.answered_at is not None:
            self._close("caller", "answered", 200, f"{caller.number} hung up")
        else:
            self._ledger.note(f"ring {self._target}", "the caller hung up", self._now)
            self._close("caller", "cancelled", 487, REASONS["cancelled"])

    def _phone_failed(self, leg: Leg, event: LegEnded) -> None:
        if self._talk.early is leg:
            self._out += self._talk.drop_early()
        if event.redirect is not None and leg.role == "callee":
            self._redirect(leg, event.redirect)
            return
        outcome = self._ringing.fail(leg, event.code)
        if outcome is None:
            return
        self._out.append(StopTimer(call=self.id, name="ring"))
        self._out += self._ringing.stop(answered=False, reason="another phone ended the call")
        self._step_over(outcome)

    def _step_over(self, outcome: FailedOutcome) -> None:
        """The phones of this step stopped ringing without an answer."""
        if self.phase == "summoning":
            self._fail(FAILURES[outcome], "caller")
            return
        self._ledger.note(f"ring {self._target}", outcome, self._now)
        self._advance(outcome)

    def _redirect(self, leg: Leg, target: str) -> None:
        """A phone answered 3xx (its own call forward): follow it inside the organisation, a bounded number of
        times, and never to a host that the phone names."""
        self._ringing.legs.pop(leg.id, None)
        self._out.append(StopTimer(call=self.id, name="ring"))
        self._out += self._ringing.stop(answered=False, reason=f"forwarded to {target}")
        self._redirects += 1
        self._ledger.note(f"ring {self._target}", f"forwarded to {target} by the phone", self._now)
        if self._redirects > MAX_REDIRECTS:
            self._ledger.note("forward", "too many forwards in a row", self._now)
            self._fail(FAILURES["failed"], "core")
            return
        self._route(target)

    def _on_timer(self, name: str) -> None:
        match name:
            case "ring" if self.phase in ("routing", "summoning"):
                outcome = self._ringing.expire()
                self._out += self._talk.drop_early()
                self._out += self._ringing.stop(answered=False, reason=REASONS["no_answer"])
                self._step_over(outcome)
            case "prompt" if self.phase == "refusing":
                self._refuse_now()
            case "maximum" if self.phase == "talking":
                self._close("core", "answered", 200, "longest call time reached")
            case "close" if self.phase == "closing":
                for leg in self._ledger.legs.values():
                    leg.end(self._now, by="core", code=408, reason="the phone did not confirm the end")

    # --- The ways out --------------------------------------------------------------------------------------

    def _fail(self, failure: Failure, by: EndedBy) -> None:
        """Nobody will answer. Say why in words where the caller can hear them, then give the code."""
        caller = self._talk.caller
        self._failure = failure
        if caller is None or not caller.alive or failure.prompt is None or not self._talk.can_hear:
            self._close(by, failure.outcome, failure.code, REASONS[failure.outcome])
            return
        self.phase = "refusing"
        if caller.talking:
            self._out += self._talk.hush()
        else:
            self._out.append(Progress(leg=caller.id, code=183))
        self._out.append(Play(leg=caller.id, sounds=(Spoken(failure.prompt, self._talk.language),)))
        self._out.append(StartTimer(call=self.id, name="prompt", seconds=PROMPT_SECONDS))

    def _after_prompt(self, leg: Leg) -> None:
        if self.phase == "refusing" and leg is self._talk.caller:
            self._refuse_now()

    def _refuse_now(self) -> None:
        failure = self._failure
        assert failure is not None
        self._close("core", failure.outcome, failure.code, REASONS[failure.outcome])

    def _close(self, by: EndedBy, outcome: Outcome, code: int, reason: str) -> None:
        """Decide how the call ended and end every leg that is left."""
        if self.phase in ("closing", "over"):
            return
        self.phase = "closing"
        self._dirty = True
        self._ledger.end(self._now, by, outcome, code, reason)
        for timer in ("ring", "prompt", "maximum"):
            self._out.append(StopTimer(call=self.id, name=timer))
        for leg in self._ledger.legs.values():
            if leg.alive and not leg.hanging_up:
                leg.blame(by, code, reason)
                self._out.append(HangUp(leg=leg.id, code=code))
        self._ringing.legs.clear()
        self._out.append(StartTimer(call=self.id, name="close", seconds=CLOSE_SECONDS))

    def _settle(self) -> list[Command]:
        """Tell what changed, write the record once the last leg is gone, and hand over the commands."""
        if self.phase == "closing" and not any(leg.alive for leg in self._ledger.legs.values()):
            self.phase = "over"
            self._out.append(StopTimer(call=self.id, name="close"))
            self._emit("call.ended")
        elif self._dirty and self.phase != "over":
            self._emit("call.changed")
        self._dirty = False
        commands, self._out = self._out, []
        return commands

    def _emit(self, kind: EventKind) -> None:
        if kind == "call.ended":
            ended = self._ledger
            log.info(
                "call.ended", call=self.id, tenant=self.tenant.id, outcome=ended.outcome, reason=ended.reason
            )
        event = Event(number=0, at=self._now, kind=kind, tenant=self.tenant.id, call=self.record())
        self._out.append(Emit(event=event))
