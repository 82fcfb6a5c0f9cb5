"""menu: the caller presses keys."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from dialplan import actions
from dialplan.nodes.base import ELSE, ENDINGS, Ending, Node, Pass, Reference, Step, Wait
from dialplan.nodes.calling import DEFAULT_SECONDS, FAILURES, called
from dialplan.nodes.forward import forward
from dialplan.reading import Fields, plain
from dialplan.scene import Scene

MAX_DIGITS = 20
MAX_TRIES = 10
MAX_TIMEOUT = 60.0

_KEYS = re.compile(r"[0-9*#]{1,20}")
_DIALLED = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Node):
    """Play `sound` and go on by what the caller presses: the keys in `next` are the choices. With
    `direct_dial` a number of the organisation may be dialled too; when it does not answer, `next` may say
    where to go then."""

    type: ClassVar[str] = "menu"
    outcomes: ClassVar[tuple[str, ...]] = ("timeout", "invalid", *FAILURES)
    waits: ClassVar[bool] = True
    leaves: ClassVar[tuple[str, ...]] = ("timeout", "invalid")
    endings: ClassVar[Mapping[str, Ending]] = {
        **ENDINGS,
        "timeout": (480, "goodbye"),
        "invalid": (480, "goodbye"),
    }

    sound: str
    timeout: float
    digit_timeout: float
    max_digits: int
    tries: int
    direct_dial: bool

    @classmethod
    def accepts(cls, outcome: str) -> bool:
        return outcome in cls.outcomes or _KEYS.fullmatch(outcome) is not None

    @classmethod
    def read(cls, fields: Fields, following: Mapping[str, str]) -> Self:
        return cls(
            next=following,
            sound=fields.id("sound"),
            timeout=fields.seconds("timeout", 1, MAX_TIMEOUT, 5),
            digit_timeout=fields.seconds("digit_timeout", 0.5, MAX_TIMEOUT, 3),
            max_digits=fields.whole("max_digits", 1, MAX_DIGITS, 1),
            tries=fields.whole("tries", 1, MAX_TRIES, 3),
            direct_dial=fields.flag("direct_dial", False),
        )

    def own_fields(self) -> dict[str, Any]:
        return {
            "sound": self.sound,
            "timeout": plain(self.timeout),
            "digit_timeout": plain(self.digit_timeout),
            "max_digits": self.max_digits,
            "tries": self.tries,
            "direct_dial": self.direct_dial,
        }

    @property
    def choices(self) -> tuple[str, ...]:
        """The keys that may be pressed."""
        return tuple(key for key in self.next if key not in self.outcomes and key != ELSE)

    def enter(self, scene: Scene) -> Step:
        action = actions.Menu(
            self.sound,
            self.timeout,
            self.digit_timeout,
            self.choices,
            self.max_digits,
            self.tries,
            self.direct_dial,
        )
        return Wait(action, f"plays {self.sound} and waits for keys")

    def settle(self, outcome: str, detail: str, scene: Scene) -> Step:
        if outcome == "dialled":
            if self.direct_dial and _DIALLED.fullmatch(detail):
                scene.chosen = detail
                return forward(detail, DEFAULT_SECONDS, scene, inside=True)
            return Pass("invalid", "the caller dialled what this menu does not connect")
        if outcome == "timeout":
            return Pass("timeout", "the caller pressed nothing in time")
        if outcome in ("answered", "redirected", *FAILURES):
            return called(scene.chosen or "nobody", outcome, detail)
        if outcome in self.choices:
            return Pass(outcome, f"the caller pressed {outcome}")
        return Pass("invalid", "the caller pressed what is no choice" + (f" ({detail})" if detail else ""))

    def possible(self) -> tuple[str, ...]:
        failures = FAILURES if self.direct_dial else ()
        return ("timeout", "invalid", *self.choices, *failures)

    def references(self) -> Iterator[Reference]:
        yield Reference("sound", self.sound, "sound")
