"""Flows that go round: without a pause, without a way out, again and again, or from number to number."""

from collections.abc import Iterator, Mapping

from dialplan.cycles import cycles
from dialplan.findings import Finding, Level
from dialplan.flow import Flow
from dialplan.nodes.base import Node
from dialplan.nodes.forward import Forward
from dialplan.nodes.goto import GoTo

Place = tuple[str, str]
Graph = dict[Place, list[Place]]

CHOSEN = ("menu", "queue", "webhook")
"""Types of nodes through which a flow may well go round: a caller who hears a menu again, or waits on."""


def loops(flows: Mapping[str, Flow], numbers: Mapping[str, str]) -> Iterator[Finding]:
    """Each way of going round once, at the node of it that stands first. `numbers` maps a number to the flow
    that answers it."""
    nodes = {(flow_id, at): node for flow_id, flow in flows.items() for at, node in flow.nodes.items()}
    graph = {place: list(_following(place, node, flows)) for place, node in nodes.items()}
    seen: set[Place] = set()
    for name, members in _rounds(graph, nodes):
        if not members & seen:
            seen |= members
            yield _finding(name, members, nodes)
    yield from _forwards(graph, nodes, flows, numbers)


NAMED = 5

_KINDS: dict[str, tuple[Level, str]] = {
    "endless_loop": ("error", "The call goes round without a pause"),
    "no_way_out": ("error", "The call goes round and never leaves"),
    "loop": ("warning", "The call goes round until the caller hangs up"),
}


def _rounds(graph: Graph, nodes: Mapping[Place, Node]) -> Iterator[tuple[str, set[Place]]]:
    for members in cycles({place: graph[place] for place in graph if not nodes[place].waits}):
        yield "endless_loop", members
    for members in cycles(graph):
        if not any(_leaves(place, nodes[place], graph, members) for place in members):
            yield "no_way_out", members
    for members in cycles({place: graph[place] for place in graph if nodes[place].type not in CHOSEN}):
        yield "loop", members


def _following(place: Place, node: Node, flows: Mapping[str, Flow]) -> Iterator[Place]:
    """Where a call may go on after a node."""
    if isinstance(node, GoTo):
        if node.flow in flows:
            yield node.flow, flows[node.flow].start
        return
    for outcome in node.possible():
        following = node.leads(outcome)
        if following is not None:
            yield place[0], following


def _leaves(place: Place, node: Node, graph: Graph, members: set[Place]) -> bool:
    """Whether a call may get out of `members` at this node: it ends there, or goes on elsewhere."""
    ends = node.may_end or any(node.leads(outcome) is None for outcome in node.possible())
    return ends or any(following not in members for following in graph[place])


def _forwards(
    graph: Graph, nodes: Mapping[Place, Node], flows: Mapping[str, Flow], numbers: Mapping[str, str]
) -> Iterator[Finding]:
    """Forwards after which a call may come to the same forward again."""
    leads: Graph = {}
    for place, node in nodes.items():
        flow_id = numbers.get(node.number) if isinstance(node, Forward) else None
        if flow_id is not None and flow_id in flows:
            leads[place] = [(flow_id, flows[flow_id].start)]
    for members in cycles({place: graph[place] + leads.get(place, []) for place in graph}):
        for place in nodes:
            if place in members and any(following in members for following in leads.get(place, [])):
                back = f"The forward to {_number(nodes[place])} comes back here"
                text = f"{back}: calls go round between numbers."
                yield Finding(*place, "warning", "forward_loop", text)


def _number(node: Node) -> str:
    return node.number if isinstance(node, Forward) else ""


def _finding(name: str, members: set[Place], nodes: Mapping[Place, Node]) -> Finding:
    level, text = _KINDS[name]
    ordered = [place for place in nodes if place in members]
    flow_id, node_id = ordered[0]
    named = [f"'{node}'" if flow == flow_id else f"'{node}' of '{flow}'" for flow, node in ordered[:NAMED]]
    more = len(ordered) - NAMED
    others = f" and {more} more" if more > 0 else ""
    return Finding(flow_id, node_id, level, name, f"{text}: {', '.join(named)}{others}.")
