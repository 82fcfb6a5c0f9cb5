"""What would happen to a call, by the very code that carries calls: the path, and why, at each step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from dialplan.actions import (
    Action,
    Announce,
    Finished,
    Forward,
    HangUp,
    Menu,
    Queue,
    Ring,
    Voicemail,
    Webhook,
)
from dialplan.calendars import Calendar
from dialplan.flow import Flow
from dialplan.nodes.hangup import said
from dialplan.scene import Context
from dialplan.walk import NO_CALENDARS, Trace, Walk

Outcome = str | tuple[str, str]
"""An outcome, or with its detail: ('dialled', '102')."""

Assume = Callable[[Action], Outcome] | Sequence[Outcome] | Literal["nobody answers"]

_NOBODY: dict[type, str] = {
    Ring: "no_answer",
    Forward: "no_answer",
    Voicemail: "left",
    Announce: "done",
    Menu: "timeout",
    Webhook: "fallback",
    Queue: "timeout",
}
_FAILURES = {486: "busy", 600: "busy", 603: "declined", 480: "no_answer", 408: "no_answer"}


@dataclass(frozen=True, slots=True)
class Destination:
    """What answers a number: a flow, and the extension that is 'self' in it, if it is a person's."""

    flow: str
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class Simulation:
    """The path of a call, in the form of a call's record, and in words how it ended. `broken` says what is
    wrong with a flow that the call could not get through."""

    path: list[Trace]
    ending: str
    broken: str | None = None


def simulate(
    flows: Mapping[str, Flow],
    start: str,
    context: Context,
    *,
    assume: Assume = "nobody answers",
    lookup: Callable[[str], Destination | None] = lambda number: None,
    calendars: Mapping[str, Calendar] = NO_CALENDARS,
) -> Simulation:
    """A call to flow `start` at the moment `context.now`.

    `assume` gives the outcome of each action: a function, or outcomes in turn, after which, as with 'nobody
    answers', nobody does and the caller presses nothing. `lookup` tells what answers a number of our own that
    a flow forwards to; an outside one (None) has an assumed outcome too. Time goes on as phones ring."""
    return _Run(flows, calendars, _assumed(assume), lookup, context.now.timestamp()).simulation(
        start, context
    )


class _Run:
    """One simulated call: the walks that it takes, and its clock."""

    def __init__(
        self,
        flows: Mapping[str, Flow],
        calendars: Mapping[str, Calendar],
        assume: Callable[[Action], Outcome],
        lookup: Callable[[str], Destination | None],
        now: float,
    ) -> None:
        self._flows = flows
        self._calendars = calendars
        self._assume = assume
        self._lookup = lookup
        self._now = now
        self._broken: str | None = None

    def simulation(self, flow: str, context: Context) -> Simulation:
        path, _, ending = self._walk(flow, context, 0)
        return Simulation(path, ending, self._broken)

    def _walk(self, flow: str, context: Context, hops: int) -> tuple[list[Trace], str, str]:
        """One flow to its end: the path, the outcome as a forward to here has it, and the ending in words."""
        walk = Walk(self._flows, flow, context, calendars=self._calendars, hops=hops)
        action = walk.begin(self._now)
        inner: list[tuple[int, list[Trace]]] = []
        outcome, detail = "", ""
        while not isinstance(action, HangUp | Finished):
            at = len(walk.path)
            outcome, detail, path = self._carry_out(action, walk)
            inner.append((at, path))
            action = walk.resume(outcome, self._now, detail)
        self._broken = self._broken or walk.broken
        for at, path in reversed(inner):
            walk.path[at:at] = path
        if isinstance(action, Finished):
            return walk.path, "answered", detail or action.reason
        if outcome == "left":
            return walk.path, "answered", "a message was left"
        return walk.path, _FAILURES.get(action.code, "failed"), said(action.code, action.prompt)

    def _carry_out(self, action: Action, walk: Walk) -> tuple[str, str, list[Trace]]:
        """The outcome of an action, its detail, and the path through another number's flow, if it led
        there."""
        if isinstance(action, Forward):
            found = self._lookup(action.number)
            if found is not None:
                context = replace(
                    walk.context,
                    caller_name=walk.shown_name,
                    dialled=action.number,
                    extension=found.extension,
                    now=datetime.fromtimestamp(self._now, UTC),
                )
                path, outcome, ending = self._walk(found.flow, context, walk.hops)
                return outcome, ending, path
        assumed = self._assume(action)
        outcome, detail = (assumed, "") if isinstance(assumed, str) else assumed
        self._now += _seconds(action, outcome)
        return outcome, detail, []


def _assumed(assume: Assume) -> Callable[[Action], Outcome]:
    if callable(assume):
        return assume
    outcomes: Iterator[Outcome] = iter(() if isinstance(assume, str) else assume)
    return lambda action: next(outcomes, None) or _NOBODY[type(action)]


def _seconds(action: Action, outcome: str) -> float:
    """How long an action takes that had this outcome, as far as that is known beforehand."""
    match action:
        case Ring(targets, order, seconds) if outcome == "no_answer":
            return seconds if order == "all" else seconds * len(targets)
        case Forward(seconds=seconds) if outcome == "no_answer":
            return seconds
        case Menu(timeout=timeout, tries=tries) if outcome == "timeout":
            return timeout * tries
        case Webhook(timeout=timeout) if outcome == "fallback":
            return timeout
        case _:
            return 0.0
