"""Nodes that speak to the caller: announcements, and menus that ask for digits."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dialplan import actions
from pbx.calls.leg import Leg
from pbx.calls.stages.base import Stage
from pbx.ports import DigitPressed, Play, Progress, Sound, Spoken, StopPlaying

if TYPE_CHECKING:
    from pbx.calls.call import Call

LONGEST = 600.0
Finish = Callable[[str, str], None]


def sound_of(call: "Call", name: str) -> Sound:
    """An uploaded sound by its id, or a built-in prompt by its name."""
    return call.world.files.sounds.find(call.tenant.id, name) or Spoken(name, call.talk.language)


def listen(call: "Call", *, answer: bool) -> Leg | None:
    """Make the caller able to hear us: answered, or as early media. None when there is no caller any more."""
    near = call.talk.near
    if near is None or not near.alive:
        return None
    call.talk.hush()
    if near.talking:
        return near
    if answer or not call.talk.can_hear:
        call.talk.answer(call.dialled, "", call.tenant.domain, call.now)
        call.start_timer("maximum", float(call.tenant.snapshot.max_call_seconds))
    else:
        call.do(Progress(leg=near.id, code=183))
    return near


class Announce(Stage):
    """Plays a sound, a number of times."""

    def __init__(self, call: "Call", action: actions.Announce, finish: Finish) -> None:
        super().__init__(call)
        self._action = action
        self._finish = finish

    def begin(self) -> None:
        leg = listen(self.call, answer=self._action.answer)
        if leg is None:
            self._finish("done", "nobody listens")
            return
        sound = sound_of(self.call, self._action.sound)
        self.call.do(Play(leg=leg.id, sounds=(sound,) * self._action.repeat))
        self.call.start_timer("speaking", LONGEST)

    def end(self) -> None:
        self.call.stop_timer("speaking")

    def replaceable(self, old: Leg) -> bool:
        return True

    def substitute(self, old: Leg, new: Leg) -> None:
        """Who comes in hears it from the beginning."""
        self.begin()

    def prompt_ended(self, leg: Leg) -> None:
        if leg is self.call.talk.near:
            self._finish("done", "")

    def timer(self, name: str) -> None:
        if name == "speaking":
            self._finish("done", "took too long")


class Menu(Stage):
    """Plays a sound and takes digits, also while it plays (barge-in). A choice that is a beginning of another
    waits for the next digit."""

    def __init__(self, call: "Call", action: actions.Menu, finish: Finish) -> None:
        super().__init__(call)
        self._action = action
        self._finish = finish
        self._digits = ""
        self._tries = 0

    def begin(self) -> None:
        self._ask()

    def end(self) -> None:
        self.call.stop_timer("menu")
        near = self.call.talk.near
        if near is not None and near.alive:
            self.call.do(StopPlaying(leg=near.id))

    def _ask(self, first: Sound | None = None) -> None:
        self._digits = ""
        self._tries += 1
        leg = listen(self.call, answer=True)
        if leg is None:
            self._finish("timeout", "nobody listens")
            return
        sound = sound_of(self.call, self._action.sound)
        self.call.do(Play(leg=leg.id, sounds=(first, sound) if first else (sound,)))
        self.call.start_timer("menu", LONGEST)

    def replaceable(self, old: Leg) -> bool:
        return True

    def substitute(self, old: Leg, new: Leg) -> None:
        """Who comes in hears it from the beginning."""
        self.begin()

    def prompt_ended(self, leg: Leg) -> None:
        if leg is self.call.talk.near and not self._digits:
            self.call.start_timer("menu", self._action.timeout)

    def timer(self, name: str) -> None:
        if name != "menu":
            return
        if self._digits:
            self._decide(final=True)
        elif self._tries < self._action.tries:
            self._ask()
        else:
            self._finish("timeout", "nothing was pressed")

    def digit(self, leg: Leg, event: DigitPressed) -> None:
        if leg is not self.call.talk.near:
            return
        if not self._digits:
            self.call.do(StopPlaying(leg=leg.id))
        self._digits += event.digit
        self._decide(final=len(self._digits) >= self._action.max_digits)

    def _decide(self, *, final: bool) -> None:
        digits, choices = self._digits, self._action.choices
        longer = any(choice.startswith(digits) and choice != digits for choice in choices)
        if digits in choices and (final or not (longer or self._may_dial(digits))):
            self._finish(digits, "")
            return
        if self._action.direct_dial and self.call.tenant.extension(digits) is not None:
            self._finish("dialled", digits)
            return
        if not final and (longer or digits in choices or self._may_dial(digits)):
            self.call.start_timer("menu", self._action.digit_timeout)
            return
        if self._tries < self._action.tries:
            self._ask(Spoken("menu_invalid", self.call.talk.language))
        else:
            self._finish("invalid", digits)

    def _may_dial(self, digits: str) -> bool:
        """Whether an extension begins with these digits."""
        if not self._action.direct_dial:
            return False
        return any(x.number.startswith(digits) for x in self.call.tenant.snapshot.extensions)
