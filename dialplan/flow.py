"""Flows, and flows as JSON:

    {"schema": 1, "name": "Office", "start": "a", "nodes": {
        "a": {"type": "ring", "targets": [{"extension": "self"}], "next": {"no_answer": "b"}},
        "b": {"type": "voicemail", "mailbox": "self"}}}

A Flow that exists has the right form; whether it makes sense beside what else there is, `validate` tells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dialplan.errors import FlowError
from dialplan.nodes import TYPES
from dialplan.nodes.base import Node, links
from dialplan.reading import Fields, is_id

SCHEMA = 1
MAX_NODES = 200


@dataclass(frozen=True, slots=True)
class Flow:
    """What a number, a status or a queue leads to: nodes by id, and the one where calls begin."""

    name: str
    start: str
    nodes: Mapping[str, Node]


def parse_flow(data: object) -> Flow:
    """JSON data (as json.loads gives it) to a Flow. Raises FlowError with the path and a sentence, nothing
    else, whatever it is given."""
    fields = Fields(data, "")
    fields.whole("schema", SCHEMA, SCHEMA)
    name, start = fields.text("name", default=""), fields.id("start")
    nodes = fields.raw("nodes")
    fields.end()
    if not isinstance(nodes, dict) or not nodes:
        raise FlowError("nodes", "An object with at least one node is expected.")
    if len(nodes) > MAX_NODES:
        raise FlowError("nodes", f"A flow has at most {MAX_NODES} nodes.")
    return Flow(name, start, MappingProxyType({node_id: _node(node_id, nodes[node_id]) for node_id in nodes}))


def flow_to_json(flow: Flow) -> dict[str, Any]:
    """A Flow to JSON data that `parse_flow` turns into the same Flow."""
    nodes = {
        node_id: {"type": node.type, **node.own_fields(), "next": dict(node.next)}
        for node_id, node in flow.nodes.items()
    }
    return {"schema": SCHEMA, "name": flow.name, "start": flow.start, "nodes": nodes}


def _node(node_id: object, data: object) -> Node:
    if not is_id(node_id):
        raise FlowError("nodes", "The id of a node has 1 to 64 letters, digits or any of '_.:-'.")
    fields = Fields(data, f"nodes.{node_id}")
    kind = TYPES[fields.choice("type", TYPES)]
    node = kind.read(fields, links(fields, kind))
    fields.end()
    return node
