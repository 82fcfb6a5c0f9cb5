"""The types of nodes, one file each, and the registry that reading goes by."""

from dialplan.nodes.announcement import Announcement
from dialplan.nodes.base import Node
from dialplan.nodes.caller import Caller
from dialplan.nodes.condition import Condition
from dialplan.nodes.forward import Forward
from dialplan.nodes.goto import GoTo
from dialplan.nodes.hangup import HangUp
from dialplan.nodes.hours import OpeningHours
from dialplan.nodes.language import Language
from dialplan.nodes.menu import Menu
from dialplan.nodes.queue import Queue
from dialplan.nodes.record import Record
from dialplan.nodes.ring import Ring
from dialplan.nodes.voicemail import Voicemail
from dialplan.nodes.webhook import Webhook

_ALL: tuple[type[Node], ...] = (
    Ring,
    Forward,
    Voicemail,
    Announcement,
    Menu,
    OpeningHours,
    Condition,
    Caller,
    Record,
    Language,
    Webhook,
    Queue,
    GoTo,
    HangUp,
)

TYPES: dict[str, type[Node]] = {node.type: node for node in _ALL}
