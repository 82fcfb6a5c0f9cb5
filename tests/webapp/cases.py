"""A request, and what a member, the administrator and an outsider get for it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One request and the status for each; `arguments` and `body` may name things of Alpha with `$name`."""

    method: str
    member: int
    admin: int
    outsider: int
    arguments: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
