"""queue: the caller waits for somebody who works in a queue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.actions import Finished
from dialplan.nodes.base import Ending, Node, Over, Pass, Reference, Step, Wait
from dialplan.reading import Fields
from dialplan.scene import Scene

_TEXTS = MappingProxyType(
    {
        "timeout": "the caller waited too long in queue {}",
        "full": "queue {} is full",
        "empty": "nobody works in queue {}",
        "unavailable": "queue {} takes no calls",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Node):
    """Wait in `queue` until somebody takes the call."""

    type: ClassVar[str] = "queue"
    outcomes: ClassVar[tuple[str, ...]] = tuple(_TEXTS)
    waits: ClassVar[bool] = True
    may_end: ClassVar[bool] = True
    leaves: ClassVar[tuple[str, ...]] = outcomes
    endings: ClassVar[Mapping[str, Ending]] = {
        "timeout": (480, "no_answer"),
        "full": (486, "busy"),
        "empty": (480, "queue_unavailable"),
        "unavailable": (480, "queue_unavailable"),
    }

    queue: str

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(next=following, queue=fields.id("queue"))

    def own_fields(self) -> dict[str, Any]:
        return {"queue": self.queue}

    def enter(self, scene: Scene) -> Step:
        return Wait(actions.Queue(self.queue), f"waits in queue {self.queue}")

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        more = f" ({detail})" if detail else ""
        if outcome == "answered":
            return Over(Finished("answered"), f"answered: somebody of queue {self.queue} answered{more}")
        known = outcome if outcome in _TEXTS else "unavailable"
        return Pass(known, _TEXTS[known].format(self.queue) + more)

    def references(self) -> Iterator[Reference]:
        yield Reference("queue", self.queue, "queue")
