"""What `validate` tells: one thing that is wrong, or probably not meant, in a flow."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a flow, at a node (None: the flow as a whole). An 'error' must not go into use; a
    'warning' works, but hardly as meant. `code` is for programs, `text` is a sentence for people."""

    flow: str
    node: str | None
    level: Level
    code: str
    text: str
