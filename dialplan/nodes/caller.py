"""caller: what the phones that are called show of who calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan.nodes.base import Node, Pass, Step
from dialplan.reading import Fields
from dialplan.scene import Scene

MAX_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller(Node):
    """Set the name that called phones show, or what stands before it, or both. None leaves as it is."""

    type: ClassVar[str] = "caller"
    outcomes: ClassVar[tuple[str, ...]] = ("done",)
    leaves: ClassVar[tuple[str, ...]] = outcomes

    name: str | None
    prefix: str | None

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        name = fields.text("name", MAX_SHOWN) if fields.has("name") else fields.raw("name", None)
        prefix = fields.text("prefix", MAX_SHOWN) if fields.has("prefix") else fields.raw("prefix", None)
        if name is None and prefix is None:
            raise fields.error("name", "A name or a prefix is expected.")
        return cls(next=following, name=name, prefix=prefix)

    def own_fields(self) -> dict[str, Any]:
        shown = {"name": self.name, "prefix": self.prefix}
        return {key: value for key, value in shown.items() if value is not None}

    def enter(self, scene: Scene) -> Step:
        said = []
        if self.name is not None:
            scene.caller_name = self.name
            said.append(f"the caller is shown as '{self.name}'")
        if self.prefix is not None:
            scene.caller_prefix = self.prefix
            said.append(f"'{self.prefix}' is shown before the caller's name")
        return Pass("done", ", ".join(said))
