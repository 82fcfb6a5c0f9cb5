"""Finding somebody to answer: where the number leads, the flow that runs there, and one step of it at a
time."""

from collections import ChainMap
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dialplan
from dialplan import actions
from pbx.calls import features
from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.numbers import ToFeature, ToFlow, ToMailbox, ToOutside, ToRoom, ToSlot, destination
from pbx.calls.outcomes import FAILURES, Failure, outcome_of
from pbx.calls.referrer import Referrer
from pbx.calls.stages.base import Stage
from pbx.calls.stages.hooking import Hook
from pbx.calls.stages.outside import DialOutside
from pbx.calls.stages.parked import Parked
from pbx.calls.stages.ring import Ring, rounds_of
from pbx.calls.stages.speaking import Announce, Menu
from pbx.calls.stages.talking import Talking
from pbx.control.configuration import MailboxConfig
from pbx.control.messages import PathStep
from pbx.outside.outside import Refusal
from pbx.ports import Binding, DigitPressed, LegEnded, LegProgress

if TYPE_CHECKING:
    from pbx.calls.call import Call

MAX_HOPS = 6
NOBODY = frozenset({"busy", "declined", "no_answer", "not_registered"})
DIRECT_SECONDS = 120.0


@dataclass(slots=True)
class Way:
    """One flow that the call is in, and how much of its path is in the record."""

    walk: dialplan.Walk
    extension: str | None
    target: str
    diverted_by: str
    places: list[int] = field(default_factory=list)


class Routing(Stage):
    """Leads the call to `number`. With a `referrer` (transfer, return from a slot) a failure brings it
    back."""

    def __init__(self, call: "Call", number: str, referrer: Referrer | None = None) -> None:
        super().__init__(call)
        self._number = number
        self.flow: str | None = None  # begin with this flow of the organisation instead
        self._referrer = referrer
        self._step: Stage = Stage(call)
        self._ways: list[Way] = []
        self._hops = 0
        self._outcome = "failed"

    # --- Where a number leads ---

    def begin(self) -> None:
        if self._referrer is not None:
            self.call.start_timer("transfer", float(self.call.tenant.snapshot.return_seconds))
        if self.flow is not None:
            self.walk(self.flow, self._number or None, self.call.dialled)
        else:
            self._lead(self._number, self.call.actor, "")

    def _lead(
        self, number: str, actor: str | None, diverted_by: str, seconds: float = DIRECT_SECONDS
    ) -> None:
        """Go to a number, with the rights of `actor`."""
        call = self.call
        self._hops += 1
        if self._hops > MAX_HOPS:
            call.note("forward", "too many forwards in a row")
            self._resume("failed", "too many forwards in a row")
            return
        where = destination(call.tenant, number, call.world.states)
        if call.talk.near is None and not isinstance(where, ToFlow | ToOutside):
            # An invitation to a conference: there is nobody yet who could use a code or enter a room.
            call.note(f"number {number}", "nobody can be called there")
            self._over(FAILURES["unknown_number"])
            return
        match where:
            case ToFlow(_, str(extension), _) if call.tenant.blocks(extension, call.presented[0]):
                self._refuse_blocked(extension)
            case ToFlow(flow, extension, own):
                self.walk(flow, extension, number, own, diverted_by)
            case ToRoom(room):
                call.world.rooms.enter(call, room)
            case ToSlot(slot):
                if not self.park(slot):
                    call.world.parking.retrieve(call, slot)
            case ToMailbox(box):
                call.world.voicemail.leave(call, self, box, greeting=None, extension=None, finish=self._left)
            case ToFeature(name, argument):
                features.use(call, self, name, argument)
            case ToOutside(outside):
                self._go_out(outside, actor, diverted_by, seconds)

    def _refuse_blocked(self, extension: str) -> None:
        """To the caller it is as if somebody declined; no phone rings and no mailbox answers."""
        call = self.call
        call.note(f"number {extension}", "this caller is blocked there")
        if self._ways:
            self._resume("declined", "the caller is blocked")
        else:
            call.fail(FAILURES["blocked"], reason=f"blocked by {extension}")

    def walk(
        self,
        flow: str,
        extension: str | None,
        target: str,
        own: dialplan.Flow | None = None,
        diverted_by: str = "",
    ) -> None:
        """Run a flow; `extension` is who "self" is in it, `target` the number that is called."""
        call = self.call
        number, name = call.presented
        context = dialplan.Context(
            caller=number,
            caller_name=name,
            dialled=target,
            extension=extension,
            internal=call.ledger.direction == "internal",
            now=datetime.fromtimestamp(call.now, UTC),
            timezone=call.tenant.snapshot.timezone,
        )
        flows = call.tenant.flows if own is None else ChainMap({flow: own}, dict(call.tenant.flows))
        hops = self._ways[-1].walk.hops if self._ways else 0
        walk = dialplan.Walk(flows, flow, context, calendars=call.tenant.calendars, hops=hops)
        self._ways.append(Way(walk, extension, target, diverted_by))
        self._act(walk.begin(call.now))

    def park(self, slot: str | None) -> bool:
        """Somebody transferred the call to a slot, or to the code for any: put it there. False when nobody
        transferred it, or somebody waits in that slot. Raises CommandError when all slots are taken."""
        call, referrer = self.call, self._referrer
        if referrer is None or (slot is not None and call.world.parking.at(call.tenant.id, slot)):
            return False
        slot = call.world.parking.reserve(call, slot)
        referrer.done(call)
        back = Referrer(None, referrer.extension, told=False, slot=slot)
        call.enter(Parked(call, slot, back, None))
        return True

    def _go_out(self, number: str, actor: str | None, diverted_by: str, seconds: float) -> None:
        call = self.call
        state = call.world.states.of(call.tenant.id, actor) if actor else None
        plan = call.world.outside.plan(
            call.tenant, actor, number, call.now, state=state, chosen=call.wanted_caller_id
        )
        if isinstance(plan, Refusal):
            call.note(f"number {number}", plan.text)
            if plan.notice:
                call.notice("fraud.limit", plan.notice)
            if self._ways:
                self._resume("failed", plan.text)
            else:
                self._over(Failure(outcome_of(plan.code), plan.code, plan.prompt))
            return
        step = DialOutside(
            call, plan, seconds, finish=self._resume, connect=self.connect, diverted_by=diverted_by
        )
        self._run(step)

    # --- Steps ---

    def _act(self, action: actions.Action) -> None:
        """Do what the flow says."""
        call, way = self.call, self._ways[-1]
        self._note(way)
        call.talk.language = way.walk.language or call.talk.language
        match action:
            case actions.Ring():
                self._ring(action, way)
            case actions.Forward():
                self._forward(action, way)
            case actions.Voicemail(mailbox, greeting):
                self._voicemail(mailbox, greeting, way)
            case actions.Announce():
                self._run(Announce(call, action, self._resume))
            case actions.Menu():
                self._delivered()
                self._run(Menu(call, action, self._resume))
            case actions.Webhook():
                self._run(Hook(call, action, way.target, self._resume))
            case actions.Queue():
                self._resume("unavailable", "queues are not there yet")
            case actions.HangUp(code, prompt):
                self._hang_up(code, prompt)
            case actions.Finished():
                pass

    def _forward(self, action: actions.Forward, way: Way) -> None:
        """To another number, with the rights of the person whose flow says so; of keys that a caller pressed,
        only to the organisation's own."""
        inside = not isinstance(
            destination(self.call.tenant, action.number, self.call.world.states), ToOutside
        )
        if action.inside and not inside:
            self._resume("failed", "not a number of the organisation")
        else:
            self._lead(action.number, way.extension or self.call.actor, way.extension or "", action.seconds)

    def _ring(self, action: actions.Ring, way: Way) -> None:
        call = self.call
        rounds, silent = rounds_of(call, action, way.extension, way.target)
        if silent and not any(rounds):
            self._resume("busy", "do not disturb")
            return
        shown: dict[str, object] = {"name": way.walk.shown_name, "diverted_by": way.diverted_by}
        self._run(
            Ring(
                call,
                rounds,
                action.seconds,
                way.extension or way.target,
                finish=self._resume,
                connect=self.connect,
                redirect=self._redirect,
                shown=shown,
            )
        )

    def _voicemail(self, mailbox: str | None, greeting: str | None, way: Way) -> None:
        """The mailbox takes the call; one that was transferred to a person who does not answer goes back."""
        call = self.call
        if self._referrer is not None and self._outcome in NOBODY:
            self._over(FAILURES[self._outcome])
            return
        box = self._mailbox(mailbox, way.extension)
        if box is None:
            self._resume("unavailable", "no mailbox")
            return
        call.world.voicemail.leave(
            call, self, box, greeting=greeting, extension=way.extension, finish=self._resume
        )

    def _mailbox(self, mailbox: str | None, extension: str | None) -> MailboxConfig | None:
        """This one, else that of the extension; None when nobody can leave a message there."""
        config = self.call.tenant.extension(extension) if extension else None
        box = self.call.tenant.mailbox(mailbox or (config.mailbox if config else None))
        return box if box is not None and box.enabled and self.call.talk.near is not None else None

    def divert(self, extensions: set[str]) -> None:
        """Somebody whose phones ring wants the caller to leave a message: no forward, and no transferor who
        wants the call back, comes before that. A call to a group is not one person's to send away."""
        call, way = self.call, self._ways[-1] if self._ways else None
        if way is None or way.extension not in extensions:
            raise CommandError(409, "This call is not for one person alone: decline it instead.")
        box = self._mailbox(None, way.extension)
        if box is None:
            raise CommandError(409, "There is no mailbox that could take this call.")
        self.conclude("declined", "sent to voicemail")
        self._ways.clear()
        call.world.voicemail.leave(call, self, box, greeting=None, extension=way.extension, finish=self._left)

    def _left(self, outcome: str, detail: str) -> None:
        """The mailbox that was dialled is done with the caller."""
        self.call.close("core", "voicemail", 200, "the mailbox answered")

    def lead_on(self, number: str, diverted_by: str = "") -> None:
        """The call goes to another number: a code came before it, or the caller left the mailbox of
        `diverted_by` for its operator, with the rights of who chose that operator."""
        self._step.end()
        self._step = Stage(self.call)
        self._lead(number, diverted_by or self.call.actor, diverted_by)

    def _run(self, step: Stage) -> None:
        self._step.end()
        self._step = step
        step.begin()

    def run(self, step: Stage) -> None:
        """Let a mailbox take its turn. To whoever transferred the call, it has answered."""
        self._delivered()
        self._run(step)

    def _resume(self, outcome: str, detail: str = "") -> None:
        """The step ended with `outcome`: the flow goes on; one that is over gives it to the flow before
        it."""
        self._step.end()
        self._step = Stage(self.call)
        self._outcome = outcome
        while self._ways:
            way = self._ways[-1]
            action = way.walk.resume(outcome, self.call.now, detail)
            if isinstance(action, actions.HangUp) and len(self._ways) > 1:
                self._note(way)
                self._ways.pop()
                continue
            self._act(action)
            return
        self._over(FAILURES.get(outcome, FAILURES["failed"]))

    def _hang_up(self, code: int, prompt: str | None) -> None:
        if self._outcome == "left":
            self._left("left", "")
            return
        outcome = self._outcome if self._outcome in FAILURES else outcome_of(code)
        self._over(Failure(outcome, code, prompt))  # type: ignore[arg-type]

    def conclude(self, outcome: str, detail: str = "") -> None:
        """The step came to that, and the caller is gone or elsewhere: the flow does not go on."""
        if self._ways:
            way = self._ways[-1]
            way.walk.resume(outcome, self.call.now, detail)
            self._note(way, until=len(way.places))

    def _note(self, way: Way, until: int | None = None) -> None:
        """Put what the flow did since (the first `until` steps) into the record, and report a flow that is
        broken."""
        path = self.call.ledger.path
        # The last step is written anew once its outcome is known.
        first = max(0, len(way.places) - 1)
        for index, trace in enumerate(way.walk.path[first:until], first):
            step = PathStep(
                step=trace.step, at=trace.at, result=trace.result, flow=trace.flow, node=trace.node
            )
            if index < len(way.places):
                path[way.places[index]] = step
            else:
                way.places.append(len(path))
                path.append(step)
        if way.walk.broken:
            self.call.notice("flow.broken", way.walk.broken)

    # --- How it ends ---

    def _redirect(self, leg: Leg, number: str) -> None:
        """A phone answered 3xx (its own call forward): never to a host that it names."""
        self.call.note(f"ring {leg.number}", f"forwarded to {number} by the phone")
        self._lead(number, leg.extension or self.call.actor, leg.extension or "")

    def connect(self, leg: Leg) -> None:
        """Somebody answered."""
        call = self.call
        if self._ways:
            way = self._ways[-1]
            way.walk.resume("answered", call.now, leg.number)
            self._note(way)
            call.recorder.wish(way.walk.recording)
        else:
            call.note(f"ring {leg.number}", "answered")
        self._delivered()
        call.enter(Talking(call, leg))

    def _over(self, failure: Failure) -> None:
        self.call.fail(failure)

    def returns(self, failure: Failure) -> bool:
        return self._referrer is not None and self._referrer.take_back(self.call, failure)

    def _delivered(self) -> None:
        """Whoever transferred the call is rid of it."""
        if self._referrer is not None:
            self.call.stop_timer("transfer")
            self._referrer.done(self.call)
            self._referrer = None

    def end(self) -> None:
        self._step.end()
        if self.call.phase == "open":
            self._delivered()
        elif self._referrer is not None:
            self.call.stop_timer("transfer")

    # --- What steps hear ---

    def progress(self, leg: Leg, event: LegProgress) -> None:
        if self._referrer is not None:
            self._referrer.progress(self.call, event.code)
        self._step.progress(leg, event)

    def answered(self, leg: Leg) -> None:
        self._step.answered(leg)

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        self._step.digit(leg, event)

    def prompt_ended(self, leg: Leg) -> None:
        self._step.prompt_ended(leg)

    def timer(self, name: str) -> None:
        if name == "transfer":
            self._over(FAILURES["no_answer"])
        else:
            self._step.timer(name)

    def kept(self, ok: bool) -> None:
        self._step.kept(ok)

    def hooked(self, answer: str | None) -> None:
        self._step.hooked(answer)

    def take(self, leg: Leg) -> bool:
        return self._step.take(leg)

    def joined(self, binding: Binding) -> None:
        self._step.joined(binding)

    def gone(self, leg: Leg, event: LegEnded) -> None:
        call = self.call
        if leg is call.talk.near:
            self._step.gone(leg, event)
            call.caller_gone(leg)
        elif self._referrer is not None and leg is self._referrer.leg:
            self._referrer.leg = None
        else:
            self._step.gone(leg, event)

    def replaceable(self, old: Leg) -> bool:
        return old is self.call.talk.near and self._step.replaceable(old)

    def substitute(self, old: Leg, new: Leg) -> None:
        """Whoever waits for an answer hands its place over (an attended transfer before the answer), and gets
        the call back when there is none."""
        self.call.talk.replace(old, new)
        if self._referrer is None and old.extension not in (None, new.extension):
            self._referrer = Referrer(None, old.extension, told=False)
        self._step.substitute(old, new)

    @property
    def extensions(self) -> set[str]:
        """Whose phones ring now."""
        return self._step.extensions
