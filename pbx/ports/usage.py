"""What the outside lines keep over a restart: how much was called out today, and who holds which number."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """Seconds that an organisation talked over its trunks on one `day` (ISO, of its time zone), and each user
    of it. `told` names the notices that went out on that day already."""

    tenant: str
    day: str
    seconds: float = 0.0
    users: dict[str, float] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNumbers:
    """The public numbers (E.164) that an organisation holds on this node: nobody else may claim them."""

    tenant: str
    numbers: list[str]


class OutsideStore(Protocol):
    """Where these are kept; writing never blocks."""

    def save_usage(self, day: UsageDay) -> object: ...
    def save_numbers(self, held: HeldNumbers) -> object: ...
    def forget_usage(self, tenant: str) -> object: ...
