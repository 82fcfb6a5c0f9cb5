"""What every stage of a call can be told. A stage handles what concerns it and leaves the rest to these."""

from typing import TYPE_CHECKING

from pbx.calls.errors import CommandError
from pbx.calls.outcomes import Failure
from pbx.ports import Binding, DigitPressed, LegEnded, LegProgress

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.leg import Leg


class Stage:
    """What a call does at present: ring phones, talk, wait in a slot. `Call.enter` leads from one to the
    next: `end` of the old one, `begin` of the new one. Times come from `call.now`, deeds go through
    `call.do`."""

    def __init__(self, call: "Call") -> None:
        self.call = call

    def begin(self) -> None:
        """The call enters this stage."""

    def end(self) -> None:
        """The call leaves it: take back timers and sounds of its own."""

    def progress(self, leg: "Leg", event: LegProgress) -> None:
        """A called leg got a provisional answer."""

    def answered(self, leg: "Leg") -> None:
        """A called leg answered. One that nobody waits for any more is hung up."""
        self.call.dismiss(leg)

    def gone(self, leg: "Leg", event: LegEnded) -> None:
        """A leg of the call is gone."""

    def digit(self, leg: "Leg", event: DigitPressed) -> None:
        """Somebody pressed a key."""

    def prompt_ended(self, leg: "Leg") -> None:
        """What played to the leg is over."""

    def timer(self, name: str) -> None:
        """A timer of the call ran out."""

    def kept(self, ok: bool) -> None:
        """A message or greeting is safe on disk, or the disk refused."""

    def hooked(self, answer: str | None) -> None:
        """A web hook answered with the name of an outcome, or (None) did not."""

    def take(self, leg: "Leg") -> bool:
        """A leg of another call comes to answer this one (pickup, retrieval); False when nobody can now."""
        return False

    def replaceable(self, old: "Leg") -> bool:
        """Whether another leg may take the place of this one now."""
        return False

    def substitute(self, old: "Leg", new: "Leg") -> None:
        """`new`, which is talking and belongs to this call already, takes the place of `old`, which is
        replaceable."""

    def joined(self, binding: Binding) -> None:
        """A phone of the organisation has registered."""

    def returns(self, failure: Failure) -> bool:
        """Nobody will answer: whether the call went back to somebody who sent it here."""
        return False

    def divert(self, extensions: set[str]) -> None:
        """The call goes to the mailbox of whom it is for, if that is one of these. Raises CommandError."""
        raise CommandError(409, "This call cannot go to voicemail.")

    @property
    def extensions(self) -> set[str]:
        """Whose phones ring for this call now."""
        return set()
