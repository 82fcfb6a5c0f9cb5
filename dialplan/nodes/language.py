"""language: in which language the caller hears built-in prompts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan.nodes.base import Node, Pass, Step
from dialplan.reading import Fields
from dialplan.scene import Scene

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language(Node):
    """Set the language of prompts."""

    type: ClassVar[str] = "language"
    outcomes: ClassVar[tuple[str, ...]] = ("done",)
    leaves: ClassVar[tuple[str, ...]] = outcomes

    language: str

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(next=following, language=fields.choice("language", LANGUAGES))

    def own_fields(self) -> dict[str, Any]:
        return {"language": self.language}

    def enter(self, scene: Scene) -> Step:
        scene.language = self.language
        return Pass("done", f"prompts are in {self.language}")
