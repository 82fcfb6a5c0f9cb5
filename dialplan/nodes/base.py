"""What every type of node is: reading and writing it, what it does with a call, and what follows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal, Self

from dialplan.actions import Action, Finished, HangUp
from dialplan.reading import Fields
from dialplan.scene import Scene

ELSE = "else"
MAX_LINKS = 100

Ending = tuple[int, str | None]
ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        "busy": (486, "busy"),
        "declined": (603, "declined"),
        "no_answer": (480, "no_answer"),
        "not_registered": (480, "not_registered"),
        "failed": (500, "failed"),
    }
)
"""How a call ends whose last outcome this was: SIP status and prompt."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The node wants something done and waits for the outcome. `text` tells it."""

    action: Action
    text: str


@dataclass(frozen=True, slots=True)
class Pass:
    """The node is through, with this outcome; `text` says why."""

    outcome: str
    text: str


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at the start of another flow."""

    flow: str
    text: str


@dataclass(frozen=True, slots=True)
class Over:
    """The walk ends here with this action."""

    action: HangUp | Finished
    text: str


Step = Wait | Pass | Jump | Over


@dataclass(frozen=True, slots=True)
class Reference:
    """Something outside the flow that a node needs, by kind and id; `field` of the node names it."""

    kind: Literal["extension", "group", "device", "mailbox", "sound", "prompt", "queue", "calendar", "flow"]
    id: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node(ABC):
    """One node of a flow. `next` maps its outcomes, or 'else', to ids of nodes."""

    type: ClassVar[str]
    outcomes: ClassVar[tuple[str, ...]]
    """Outcomes that `next` may name, beside 'else'."""
    waits: ClassVar[bool] = False
    """Whether time passes in it: something is done in the world, outside the walk."""
    may_end: ClassVar[bool] = False
    """Whether the walk can end in it by itself, as when somebody answers."""
    leaves: ClassVar[tuple[str, ...]] = ()
    """Outcomes after which a caller expects more: without a next node they are dead ends."""
    endings: ClassVar[Mapping[str, Ending]] = ENDINGS
    """How the call ends after an outcome that leads nowhere. One that is not here ends it as the last one
    before that is."""

    next: Mapping[str, str]

    @classmethod
    @abstractmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        """The node of these fields. Raises FlowError."""

    @abstractmethod
    def own_fields(self) -> dict[str, Any]:
        """Its fields as JSON data, without type and next."""

    @abstractmethod
    def enter(self, scene: Scene) -> Step:
        """What happens when a call comes here."""

    @classmethod
    def accepts(cls, outcome: str) -> bool:
        """Whether `next` may name this outcome."""
        return outcome in cls.outcomes

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        """What follows when the action it waited for had this outcome."""
        return Pass(outcome, detail)

    def possible(self) -> tuple[str, ...]:
        """Outcomes that may lead to a next node, the way this node is set."""
        return self.outcomes

    def leads(self, outcome: str) -> str | None:
        """The id of the node after this outcome; None when the call ends with it."""
        return self.next.get(outcome) or self.next.get(ELSE)

    def references(self) -> Iterator[Reference]:
        """What it needs that stands outside the flow."""
        return iter(())


def links(fields: Fields, node: type[Node]) -> Mapping[str, str]:
    """The 'next' of a node. Raises FlowError."""
    if not fields.has("next"):
        fields.raw("next", None)
        return MappingProxyType({})
    inner = Fields(fields.raw("next"), fields.at("next"))
    names = inner.names()
    if len(names) > MAX_LINKS:
        raise fields.error("next", f"A node leads to at most {MAX_LINKS} others.")
    found = {}
    for key in names:
        if not node.accepts(key) and not (key == ELSE and node.outcomes):
            raise inner.error(key, f"A node of type {node.type} has no such outcome.")
        found[key] = inner.id(key)
    return MappingProxyType(found)
