"""condition: who calls, or what was dialled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Self

from dialplan.errors import FlowError
from dialplan.nodes.base import Node, Pass, Step
from dialplan.reading import Fields, is_number
from dialplan.scene import Context, Scene

MAX_TESTS = 50
MAX_LISTED = 500


def bare(number: str) -> str:
    """A number without what people write between its digits."""
    return number.translate(_BETWEEN)


_BETWEEN = str.maketrans("", "", " -./()")


@dataclass(frozen=True, slots=True)
class Test:
    """One test; `values` as its kind takes them: none, one, or a list."""

    match: str
    values: tuple[str, ...] = ()

    def holds(self, context: Context) -> bool:
        return KINDS[self.match].holds(context, self.values)

    def __str__(self) -> str:
        return KINDS[self.match].text.format(self.values[0] if self.values else "")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of test: how many values it takes at most, whether they are numbers, and how to tell that it
    fits."""

    holds: Callable[[Context, tuple[str, ...]], bool]
    text: str
    most: int = 1
    numbers: bool = True


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "number": Kind(lambda c, v: bare(c.caller) == v[0], "the caller is {}"),
        "prefix": Kind(lambda c, v: bare(c.caller).startswith(v[0]), "the caller's number begins with {}"),
        "list": Kind(lambda c, v: bare(c.caller) in v, "the caller's number is in the list", MAX_LISTED),
        "name": Kind(
            lambda c, v: v[0].casefold() in c.caller_name.casefold(),
            "the caller's name contains {}",
            numbers=False,
        ),
        "anonymous": Kind(lambda c, v: not c.caller, "the caller is anonymous", 0),
        "internal": Kind(lambda c, v: c.internal, "the call comes from inside", 0),
        "external": Kind(lambda c, v: not c.internal, "the call comes from outside", 0),
        "dialled": Kind(lambda c, v: bare(c.dialled) == v[0], "{} was dialled"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition(Node):
    """Whether at least one of the tests fits."""

    type: ClassVar[str] = "condition"
    outcomes: ClassVar[tuple[str, ...]] = ("match",)
    leaves: ClassVar[tuple[str, ...]] = ("match", "else")

    tests: tuple[Test, ...]

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(next=following, tests=tuple(_test(entry) for entry in fields.objects("tests", MAX_TESTS)))

    def own_fields(self) -> dict[str, Any]:
        return {"tests": [_to_json(test) for test in self.tests]}

    def enter(self, scene: Scene) -> Step:
        for test in self.tests:
            if test.holds(scene.context):
                return Pass("match", str(test))
        who = scene.context.caller or "an anonymous caller"
        return Pass("else", f"nothing fits {who} who dialled {scene.context.dialled}")

    def possible(self) -> tuple[str, ...]:
        return ("match", "else")


def _test(fields: Fields) -> Test:
    match = fields.choice("match", KINDS)
    kind = KINDS[match]
    values: tuple[str, ...] = ()
    if kind.most > 1:
        values = tuple(_number(value, fields.at("value")) for value in fields.entries("value", kind.most))
    elif kind.numbers and kind.most:
        values = (_number(fields.raw("value"), fields.at("value")),)
    elif kind.most:
        values = (fields.text("value", 100),)
    if kind.most and not (values and all(values)):
        raise fields.error("value", "A value to compare with is expected.")
    fields.end()
    return Test(match, values)


def _number(value: object, path: str) -> str:
    number = bare(value) if isinstance(value, str) and len(value) <= 64 else ""
    if not is_number(number):
        raise FlowError(path, "A number of 1 to 32 digits, letters or any of '*#+._-' is expected.")
    return number


def _to_json(test: Test) -> dict[str, Any]:
    most = KINDS[test.match].most
    if not most:
        return {"match": test.match}
    return {"match": test.match, "value": list(test.values) if most > 1 else test.values[0]}
