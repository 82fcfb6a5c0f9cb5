"""The types of nodes, one file each, and the registry that reading goes by."""

from dialplan.nodes.base import Node
from dialplan.nodes.forward import Forward
from dialplan.nodes.hangup import HangUp
from dialplan.nodes.ring import Ring
from dialplan.nodes.voicemail import Voicemail

TYPES: dict[str, type[Node]] = {node.type: node for node in (Ring, Forward, Voicemail, HangUp)}
