"""record: whether the call is recorded from here on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self, get_args

from dialplan.nodes.base import Node, Pass, Step
from dialplan.reading import Fields
from dialplan.scene import Recording, Scene

RECORDINGS: tuple[str, ...] = get_args(Recording)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Node):
    """Switch recording on or off, whatever the rules of the organisation say."""

    type: ClassVar[str] = "record"
    outcomes: ClassVar[tuple[str, ...]] = ("done",)
    leaves: ClassVar[tuple[str, ...]] = outcomes

    recording: Recording

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(next=following, recording=fields.choice("recording", RECORDINGS))

    def own_fields(self) -> dict[str, Any]:
        return {"recording": self.recording}

    def enter(self, scene: Scene) -> Step:
        scene.recording = self.recording
        return Pass("done", f"recording is {self.recording}")
