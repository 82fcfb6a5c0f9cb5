"""ring: phones of extensions and groups, and single devices."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.actions import ORDERS, SELF, Order, Target
from dialplan.nodes.base import Node, Pass, Reference, Step, Wait
from dialplan.nodes.calling import DEFAULT_SECONDS, FAILURES, MAX_SECONDS, MIN_SECONDS, called
from dialplan.reading import Fields, plain
from dialplan.scene import Scene

MAX_TARGETS = 100
NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring(Node):
    """Ring `targets` for `seconds`, each in turn that long unless the order is 'all'."""

    type: ClassVar[str] = "ring"
    outcomes: ClassVar[tuple[str, ...]] = FAILURES
    waits: ClassVar[bool] = True
    may_end: ClassVar[bool] = True

    targets: tuple[Target, ...]
    order: Order
    seconds: float

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        targets = tuple(_target(entry) for entry in fields.objects("targets", MAX_TARGETS))
        if len(set(targets)) != len(targets):
            raise fields.error("targets", "The same target is named twice.")
        return cls(
            next=following,
            targets=targets,
            order=fields.choice("order", ORDERS, "all"),
            seconds=fields.seconds("seconds", MIN_SECONDS, MAX_SECONDS, DEFAULT_SECONDS),
        )

    def own_fields(self) -> dict[str, Any]:
        return {
            "targets": [{target.kind: target.id} for target in self.targets],
            "order": self.order,
            "seconds": plain(self.seconds),
        }

    def enter(self, scene: Scene) -> Step:
        targets = self._resolved(scene)
        if not targets:
            return Pass("not_registered", "there is nobody to ring")
        each = "" if self.order == "all" or len(targets) == 1 else f" each, {self.order.replace('_', ' ')}"
        text = f"rings {_words(targets)} for {self.seconds:g} s{each}"
        return Wait(actions.Ring(targets, self.order, self.seconds), text)

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        return called(_words(self._resolved(scene)), outcome, detail)

    def references(self) -> Iterator[Reference]:
        for target in self.targets:
            if target.id != SELF or target.kind != "extension":
                yield Reference(target.kind, target.id, "targets")

    def _resolved(self, scene: Scene) -> tuple[Target, ...]:
        """The targets with the called extension in place of 'self', each once."""
        own = scene.context.extension
        found: dict[Target, None] = {}
        for target in self.targets:
            if target.kind != "extension" or target.id != SELF:
                found[target] = None
            elif own is not None:
                found[Target("extension", own)] = None
        return tuple(found)


def _target(entry: Fields) -> Target:
    if entry.has("extension"):
        target = Target("extension", entry.number("extension"))
    elif entry.has("group"):
        target = Target("group", entry.id("group"))
    elif entry.has("device"):
        target = Target("device", entry.id("device"))
    else:
        raise entry.error("extension", "A target names an extension, a group or a device.")
    entry.end()
    return target


def _words(targets: tuple[Target, ...]) -> str:
    more = len(targets) - NAMED
    named = ", ".join(str(target) for target in targets[:NAMED])
    return f"{named} and {more} more" if more > 0 else named
