"""Whether flows make sense together with all else that an organisation has."""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from dialplan.cycles import reachable
from dialplan.findings import Finding
from dialplan.flow import Flow
from dialplan.loops import loops
from dialplan.nodes.base import Node, Reference
from dialplan.nodes.condition import Condition
from dialplan.nodes.hours import OpeningHours
from dialplan.nodes.menu import Menu
from dialplan.nodes.ring import Ring

NO_NUMBERS: Mapping[str, str] = MappingProxyType({})


def validate(
    flows: Mapping[str, Flow],
    *,
    extensions: Collection[str],
    groups: Collection[str],
    devices: Collection[str],
    mailboxes: Collection[str],
    sounds: Collection[str],
    queues: Collection[str],
    calendars: Collection[str],
    prompts: Collection[str],
    numbers: Mapping[str, str] = NO_NUMBERS,
) -> list[Finding]:
    """All that is wrong in the flows, flow by flow and node by node.

    The collections hold what there is: extensions by number, built-in `prompts` by name, all else by id. With
    `groups` a mapping of ids to their members, groups without any are found too. `numbers` maps a number to
    the id of the flow that answers it, so that forwards going round can be seen."""
    known: dict[str, Collection[str]] = {
        "extension": extensions,
        "group": groups,
        "device": devices,
        "mailbox": mailboxes,
        "sound": {*sounds, *prompts},
        "prompt": prompts,
        "queue": queues,
        "calendar": calendars,
        "flow": flows,
    }
    found = [finding for flow_id, flow in flows.items() for finding in _flow(flow_id, flow, known)]
    found.extend(loops(flows, numbers))
    places = {(flow_id, node): at for flow_id, flow in flows.items() for at, node in enumerate(flow.nodes)}
    order = {flow_id: at for at, flow_id in enumerate(flows)}
    return sorted(found, key=lambda f: (order[f.flow], places.get((f.flow, f.node or ""), -1)))


def _flow(flow_id: str, flow: Flow, known: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    if flow.start not in flow.nodes:
        text = f"The flow starts at '{flow.start}', which is not there."
        yield Finding(flow_id, None, "error", "unknown_node", text)
    graph = {
        node_id: [following for outcome in node.possible() if (following := node.leads(outcome))]
        for node_id, node in flow.nodes.items()
    }
    reached = reachable(graph, flow.start)
    for node_id, node in flow.nodes.items():
        if node_id not in reached and flow.start in flow.nodes:
            yield Finding(flow_id, node_id, "warning", "unreachable", "No call ever comes here.")
        for outcome, following in node.next.items():
            if following not in flow.nodes:
                text = f"The outcome '{outcome}' leads to '{following}', which is not there."
                yield Finding(flow_id, node_id, "error", "unknown_node", text)
        for reference in node.references():
            if reference.id not in known[reference.kind]:
                yield _unknown(flow_id, node_id, reference)
        yield from _dead_ends(flow_id, node_id, node)
        yield from _hardly_meant(flow_id, node_id, node, known)


def _unknown(flow_id: str, node_id: str, reference: Reference) -> Finding:
    if reference.kind in ("sound", "prompt"):
        text = f"There is no sound '{reference.id}' to play."
        return Finding(flow_id, node_id, "error", "missing_prompt", text)
    text = f"There is no {reference.kind} '{reference.id}'."
    return Finding(flow_id, node_id, "error", f"unknown_{reference.kind}", text)


def _dead_ends(flow_id: str, node_id: str, node: Node) -> Iterator[Finding]:
    """Outcomes after which nothing follows. Where the caller has heard something the end may be meant; where
    a call only passes, it is not."""
    possible = node.possible()
    for outcome in node.leaves:
        if outcome in possible and node.leads(outcome) is None:
            text = f"Nothing follows '{outcome}': the call ends there."
            yield Finding(flow_id, node_id, "warning" if node.waits else "error", "dead_end", text)


def _hardly_meant(
    flow_id: str, node_id: str, node: Node, known: Mapping[str, Collection[str]]
) -> Iterator[Finding]:
    def warning(code: str, text: str) -> Finding:
        return Finding(flow_id, node_id, "warning", code, text)

    match node:
        case Ring(targets=()):
            yield Finding(flow_id, node_id, "error", "empty_ring", "Nobody is rung here.")
        case Ring():
            groups = known["group"]
            members = groups if isinstance(groups, Mapping) else {}
            for target in node.targets:
                if target.kind == "group" and target.id in members and not members[target.id]:
                    yield warning("empty_group", f"Group '{target.id}' has no members.")
        case Menu():
            if not node.choices and not node.direct_dial:
                yield warning("no_choices", "No key of this menu leads anywhere.")
            for key in node.choices:
                if len(key) > node.max_digits:
                    text = f"The choice '{key}' is longer than the {node.max_digits} digits of the menu."
                    yield Finding(flow_id, node_id, "error", "choice_too_long", text)
        case OpeningHours(openings=()):
            yield warning("never_open", "There are no opening hours.")
        case Condition(tests=()):
            yield warning("no_tests", "There is nothing to compare, so nothing ever matches.")
