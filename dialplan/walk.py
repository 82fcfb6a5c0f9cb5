"""A call's way through its flow.

    walk = Walk(flows, "office", context)
    action = walk.begin(now)
    while not isinstance(action, HangUp | Finished):
        action = walk.resume(...the outcome of carrying the action out..., now)

Nodes that only decide are passed inside. Every walk ends: it passes a bounded number of nodes, and what is
broken in a flow leads to the safe default, never to silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from types import MappingProxyType

from dialplan.actions import Action, Finished, HangUp
from dialplan.calendars import Calendar
from dialplan.defaults import SAFE_FLOW
from dialplan.errors import BrokenFlow
from dialplan.flow import Flow
from dialplan.nodes.base import Jump, Node, Over, Pass, Step, Wait
from dialplan.nodes.hangup import said
from dialplan.scene import NO_ENDING, Context, Recording, Scene

MAX_NODES_AT_ONCE = 100
MAX_NODES_PER_WALK = 500
MAX_DETAIL = 64

NO_CALENDARS: Mapping[str, Calendar] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Trace:
    """One step of the way: the flow and node it stands in (None outside flows: the safe default, the end),
    the type of the node, when (Unix), and what came of it and why."""

    flow: str | None
    node: str | None
    step: str
    at: float
    result: str


class Walk:
    """One call in its flow. `flows` maps ids to flows, `flow` is where it begins. `hops` says how many
    numbers the call had been forwarded to before: a walk for the number that a Forward led to goes on
    counting.

    `path` grows with each node passed; its last step is replaced when the outcome of its action is known.
    `broken` is a sentence for the administrator once the safe default has taken over."""

    def __init__(
        self,
        flows: Mapping[str, Flow],
        flow: str,
        context: Context,
        *,
        calendars: Mapping[str, Calendar] = NO_CALENDARS,
        hops: int = 0,
    ) -> None:
        self.path: list[Trace] = []
        self.broken: str | None = None
        self._flows = flows
        self._first = flow
        self._flow: Flow | None = None
        self._flow_id: str | None = None
        self._node_id: str | None = None
        self._waiting: Node | None = None
        self._over: Finished | None = None
        self._began = 0.0
        self._passed = 0
        self._scene = Scene(context, calendars, context.now, hops)

    @property
    def context(self) -> Context:
        return self._scene.context

    @property
    def hops(self) -> int:
        """To how many numbers the call has been forwarded."""
        return self._scene.hops

    @property
    def caller_name(self) -> str | None:
        """The name that a node gave the caller, None when none did."""
        return self._scene.caller_name

    @property
    def caller_prefix(self) -> str:
        """What a node set before the caller's name."""
        return self._scene.caller_prefix

    @property
    def shown_name(self) -> str:
        """The name for the phones that are called: prefix, and the name given or the caller's own."""
        name = self._scene.caller_name
        return self._scene.caller_prefix + (self._scene.context.caller_name if name is None else name)

    @property
    def recording(self) -> Recording | None:
        """Whether a node switched recording on or off; None when none did."""
        return self._scene.recording

    @property
    def language(self) -> str | None:
        """The language of prompts that a node set."""
        return self._scene.language

    def begin(self, now: float) -> Action:
        """The first action. `now` is Unix seconds; hours go by the context's `now` and the time passed since.
        Raises ValueError the second time."""
        if self._flow is not None or self._over is not None:
            raise ValueError("this walk has begun already")
        self._began = now
        try:
            node = self._arrive(self._open(self._first))
            return self._run(node, node.enter(self._scene), now, now)
        except Exception as error:
            return self._rescue(error, now)

    def resume(self, outcome: str, now: float, detail: str = "") -> Action:
        """The action after the one before had this outcome. `detail` says more: the digits for 'dialled',
        else words for the path. After the end it is Finished. Raises ValueError before `begin`."""
        if self._over is not None:
            return self._over
        node = self._waiting
        if node is None:
            raise ValueError("this walk has not begun")
        detail = detail[:MAX_DETAIL] if detail.isprintable() else ""
        try:
            gone = timedelta(seconds=now - self._began)
            self._scene.moment = self._scene.context.now.astimezone(UTC) + gone
            step = node.settle(outcome, detail, self._scene)
            since = self.path.pop().at
            if isinstance(step, Wait):
                self._note(node.type, since, f"{outcome}: {detail}")
                since = now
            return self._run(node, step, now, since)
        except Exception as error:
            return self._rescue(error, now)

    def _run(self, node: Node, step: Step, now: float, since: float) -> Action:
        """From what a node decided, through all nodes that only decide, to the next action. The node was
        entered at `since`."""
        for _ in range(MAX_NODES_AT_ONCE):
            result = f"{step.outcome}: {step.text}" if isinstance(step, Pass) else step.text
            self._note(node.type, since, result)
            since = now
            if isinstance(step, Wait):
                self._waiting = node
                return step.action
            if isinstance(step, Over):
                return self._end(step.action)
            if isinstance(step, Jump):
                following: str | None = self._open(step.flow)
            else:
                self._scene.ending = node.endings.get(step.outcome, self._scene.ending)
                following = node.leads(step.outcome)
            if following is None:
                return self._run_out(now)
            node = self._arrive(following)
            step = node.enter(self._scene)
        raise BrokenFlow(f"More than {MAX_NODES_AT_ONCE} nodes follow each other without a pause")

    def _open(self, flow_id: str) -> str:
        """Go into a flow; gives the node where it starts."""
        flow = self._flows.get(flow_id)
        if flow is None:
            raise BrokenFlow(f"There is no flow '{flow_id}'")
        self._flow, self._flow_id = flow, flow_id
        return flow.start

    def _arrive(self, node_id: str) -> Node:
        assert self._flow is not None
        self._node_id = node_id
        self._passed += 1
        if self._passed > MAX_NODES_PER_WALK:
            raise BrokenFlow(f"The call has passed {MAX_NODES_PER_WALK} nodes")
        node = self._flow.nodes.get(node_id)
        if node is None:
            raise BrokenFlow(f"There is no node '{node_id}'")
        return node

    def _run_out(self, now: float) -> Action:
        """Nothing follows: the call ends as its last outcome says."""
        self._node_id = None
        code, prompt = self._scene.ending
        self._note("end", now, f"nothing follows: {said(code, prompt)}")
        return self._end(HangUp(code, prompt))

    def _end(self, action: HangUp | Finished) -> Action:
        self._over = action if isinstance(action, Finished) else Finished("the call has been ended")
        return action

    def _rescue(self, error: Exception, now: float) -> Action:
        """The safe default: ring the called extension, then its mailbox, then hang up."""
        if self.broken is not None:
            return self._end(HangUp(480, "failed"))
        what = str(error) if isinstance(error, BrokenFlow) else f"{type(error).__name__} in its evaluation"
        where = f" at node '{self._node_id}'" if self._node_id else ""
        self.broken = f"Flow '{self._flow_id or self._first}' cannot go on{where}: {what}."
        self._note("broken", now, self.broken)
        self._flow, self._flow_id, self._passed = SAFE_FLOW, None, 0
        self._scene.ending = NO_ENDING
        try:
            node = self._arrive(SAFE_FLOW.start)
            return self._run(node, node.enter(self._scene), now, now)
        except Exception as again:
            return self._rescue(again, now)

    def _note(self, step: str, at: float, result: str) -> None:
        node = None if self._flow is SAFE_FLOW else self._node_id
        self.path.append(Trace(self._flow_id or None, node, step, at, result))
