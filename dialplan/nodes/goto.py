"""flow: go on in another flow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan.nodes.base import Jump, Node, Reference, Step
from dialplan.reading import Fields
from dialplan.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class GoTo(Node):
    """Go on at the start of `flow`, and do not come back."""

    type: ClassVar[str] = "flow"
    outcomes: ClassVar[tuple[str, ...]] = ()

    flow: str

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(next=following, flow=fields.id("flow"))

    def own_fields(self) -> dict[str, Any]:
        return {"flow": self.flow}

    def enter(self, scene: Scene) -> Step:
        return Jump(self.flow, f"goes on in flow '{self.flow}'")

    def references(self) -> Iterator[Reference]:
        yield Reference("flow", self.flow, "flow")
