"""hangup: the call ends."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.nodes.base import Node, Over, Reference, Step
from dialplan.reading import Fields
from dialplan.scene import Scene

MIN_CODE = 400
MAX_CODE = 699

_PROMPT = re.compile(r"[a-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Node):
    """End the call with a SIP status, after a built-in prompt if one is named."""

    type: ClassVar[str] = "hangup"
    outcomes: ClassVar[tuple[str, ...]] = ()
    may_end: ClassVar[bool] = True

    code: int
    prompt: str | None

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        prompt = fields.raw("prompt", None)
        if prompt is not None and (not isinstance(prompt, str) or not _PROMPT.fullmatch(prompt)):
            raise fields.error("prompt", "The name of a prompt has 1 to 64 small letters, digits or '_'.")
        return cls(next=following, code=fields.whole("code", MIN_CODE, MAX_CODE), prompt=prompt)

    def own_fields(self) -> dict[str, Any]:
        return {"code": self.code} if self.prompt is None else {"code": self.code, "prompt": self.prompt}

    def enter(self, scene: Scene) -> Step:
        return Over(actions.HangUp(self.code, self.prompt), said(self.code, self.prompt))

    def references(self) -> Iterator[Reference]:
        if self.prompt is not None:
            yield Reference("prompt", self.prompt, "prompt")


def said(code: int, prompt: str | None) -> str:
    """The end of a call in words."""
    return f"ends the call with {code}" if prompt is None else f"ends the call with {code}, prompt {prompt}"
