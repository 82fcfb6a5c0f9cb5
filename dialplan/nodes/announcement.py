"""announcement: the caller hears a sound."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.nodes.base import Ending, Node, Pass, Reference, Step, Wait
from dialplan.reading import Fields
from dialplan.scene import NO_ENDING, Scene

MAX_REPEAT = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement(Node):
    """Play `sound` (uploaded, or a built-in prompt) `repeat` times; with `answer` the call is answered first,
    without it the caller hears it before the call costs anything."""

    type: ClassVar[str] = "announcement"
    outcomes: ClassVar[tuple[str, ...]] = ("done",)
    waits: ClassVar[bool] = True
    leaves: ClassVar[tuple[str, ...]] = ("done",)
    endings: ClassVar[Mapping[str, Ending]] = {"done": NO_ENDING}

    sound: str
    answer: bool
    repeat: int

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(
            next=following,
            sound=fields.id("sound"),
            answer=fields.flag("answer", True),
            repeat=fields.whole("repeat", 1, MAX_REPEAT, 1),
        )

    def own_fields(self) -> dict[str, Any]:
        return {"sound": self.sound, "answer": self.answer, "repeat": self.repeat}

    def enter(self, scene: Scene) -> Step:
        times = "" if self.repeat == 1 else f" {self.repeat} times"
        return Wait(actions.Announce(self.sound, self.answer, self.repeat), f"plays {self.sound}{times}")

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        return Pass("done", f"the caller heard {self.sound}" + (f" ({detail})" if detail else ""))

    def references(self) -> Iterator[Reference]:
        yield Reference("sound", self.sound, "sound")
