"""Organisations with outside lines, for tests of the logic."""

from dataclasses import dataclass, field
from typing import Any

from pbx.control.configuration import (
    CallerIdConfig,
    ExtensionConfig,
    NumberConfig,
    RouteConfig,
    Snapshot,
    TrunkConfig,
)
from pbx.directory import Tenant
from pbx.outside import Outside
from pbx.ports import HeldNumbers, UsageDay

MAIN = "+31201234500"
ANNA = "+31201234501"
MOBILE = "+31612345678"

CALLER_IDS = [
    CallerIdConfig(id="hide", kind="anonymous"),
    CallerIdConfig(id="main", kind="company", number=MAIN),
    CallerIdConfig(id="mobile", kind="mobile", number=MOBILE),
    CallerIdConfig(id="queue", kind="queue", number="+31201234599"),
]


def trunk(name: str, **changes: Any) -> TrunkConfig:
    fields: dict[str, Any] = {"id": name, "name": name.title(), "host": f"{name}.example"}
    return TrunkConfig(**(fields | changes))


def office(tenant: str = "t1", **changes: Any) -> Snapshot:
    """Extensions 101 (Anna, with a number of her own and three caller IDs) and 102; trunks one and two, both
    for every number."""
    fields: dict[str, Any] = {
        "tenant": tenant,
        "version": 1,
        "name": "Office",
        "domain": f"{tenant}.example",
        "extensions": [
            ExtensionConfig(
                id="x101", number="101", name="Anna", caller_ids=["hide", "main", "mobile"], caller_id="main"
            ),
            ExtensionConfig(id="x102", number="102", name="Bert"),
        ],
        "caller_ids": CALLER_IDS,
        "numbers": [NumberConfig(number=ANNA, extension="101"), NumberConfig(number=MAIN, flow="f")],
        "trunks": [trunk("one"), trunk("two")],
        "routes": [RouteConfig(id="r", prefixes=["+"], trunks=["one", "two"])],
    }
    return Snapshot(**(fields | changes))


def built(tenant: str = "t1", **changes: Any) -> Tenant:
    return Tenant.build(office(tenant, **changes))


@dataclass
class Rows:
    """A store in memory."""

    usage: dict[str, UsageDay] = field(default_factory=dict)
    numbers: dict[str, HeldNumbers] = field(default_factory=dict)

    def save_usage(self, day: UsageDay) -> None:
        self.usage[day.tenant] = day

    def save_numbers(self, held: HeldNumbers) -> None:
        self.numbers[held.tenant] = held

    def forget_usage(self, tenant: str) -> None:
        self.usage.pop(tenant)

    def outside(self) -> Outside:
        """As a core starts with what these rows keep."""
        return Outside(self, self.usage.values(), self.numbers.values())
