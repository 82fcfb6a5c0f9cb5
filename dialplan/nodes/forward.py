"""forward: another number, of our own or outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.nodes.base import Node, Pass, Step, Wait
from dialplan.nodes.calling import DEFAULT_SECONDS, FAILURES, MAX_SECONDS, MIN_SECONDS, called
from dialplan.reading import Fields, plain
from dialplan.scene import Scene

MAX_HOPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(Node):
    """Call `number` for at most `seconds`. A call that has been forwarded MAX_HOPS times goes no further."""

    type: ClassVar[str] = "forward"
    outcomes: ClassVar[tuple[str, ...]] = FAILURES
    waits: ClassVar[bool] = True
    may_end: ClassVar[bool] = True

    number: str
    seconds: float

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        seconds = fields.seconds("seconds", MIN_SECONDS, MAX_SECONDS, DEFAULT_SECONDS)
        return cls(next=following, number=fields.number("number"), seconds=seconds)

    def own_fields(self) -> dict[str, Any]:
        return {"number": self.number, "seconds": plain(self.seconds)}

    def enter(self, scene: Scene) -> Step:
        return forward(self.number, self.seconds, scene, inside=False)

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        return called(self.number, outcome, detail)


def forward(number: str, seconds: float, scene: Scene, *, inside: bool) -> Step:
    """Forward the call, unless that has happened too often already."""
    if scene.hops >= MAX_HOPS:
        return Pass("failed", f"the call has been forwarded {scene.hops} times already")
    scene.hops += 1
    return Wait(actions.Forward(number, seconds, inside), f"calls {number} for {seconds:g} s")
