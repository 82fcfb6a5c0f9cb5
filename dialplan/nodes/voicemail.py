"""voicemail: the caller leaves a message."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.actions import SELF
from dialplan.nodes.base import Ending, Node, Pass, Reference, Step, Wait
from dialplan.reading import Fields
from dialplan.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Voicemail(Node):
    """Leave a message in `mailbox` ('self': that of the called extension), after `greeting` if one is set."""

    type: ClassVar[str] = "voicemail"
    outcomes: ClassVar[tuple[str, ...]] = ("left", "unavailable")
    waits: ClassVar[bool] = True
    may_end: ClassVar[bool] = True
    endings: ClassVar[Mapping[str, Ending]] = {"left": (480, None)}

    mailbox: str
    greeting: str | None

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        mailbox = fields.id("mailbox") if fields.has("mailbox") else fields.raw("mailbox", SELF)
        return cls(next=following, mailbox=mailbox, greeting=fields.optional_id("greeting"))

    def own_fields(self) -> dict[str, Any]:
        own: dict[str, Any] = {"mailbox": self.mailbox}
        return own if self.greeting is None else {**own, "greeting": self.greeting}

    def enter(self, scene: Scene) -> Step:
        if self.mailbox == SELF and scene.context.extension is None:
            return Pass("unavailable", "the number that was called is not a person's and has no mailbox")
        mailbox = None if self.mailbox == SELF else self.mailbox
        return Wait(actions.Voicemail(mailbox, self.greeting), f"offers {self._whose(scene)}")

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        more = f" ({detail})" if detail else ""
        if outcome == "left":
            return Pass("left", f"a message was left in {self._whose(scene)}{more}")
        return Pass("unavailable", f"{self._whose(scene)} takes no message{more}")

    def references(self) -> Iterator[Reference]:
        if self.mailbox != SELF:
            yield Reference("mailbox", self.mailbox, "mailbox")
        if self.greeting is not None:
            yield Reference("sound", self.greeting, "greeting")

    def _whose(self, scene: Scene) -> str:
        if self.mailbox == SELF:
            return f"the mailbox of extension {scene.context.extension}"
        return f"mailbox {self.mailbox}"
