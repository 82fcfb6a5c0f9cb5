"""Who hears whom in one call: the one it is about, the other side, a phone that sounds before it answers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pbx.calls.leg import Leg
from pbx.directory import Tenant
from pbx.ports import (
    Answer,
    Bridge,
    Command,
    DigitPressed,
    LegMedia,
    Play,
    Progress,
    SendDigit,
    Spoken,
    StartMusic,
    StopMusic,
    StopPlaying,
    Unbridge,
)


@dataclass(slots=True)
class Conversation:
    """The legs that talk, kept as wishes: change one, then `refresh` commands the difference through `do`.

    `near` is who the call is about (the caller, or whoever was transferred), `far` the other side, `early` a
    called phone that is heard before it answers. `holding` are legs that put the other side on hold, `absent`
    those whose browser is away; either way the other side hears music.
    `waiting` says that `near` waits for somebody with music. `can_hear` is False for a caller whose INVITE
    had no offer: nothing can be played to it before the answer. `language` is that of tones."""

    do: Callable[[Command], None]
    language: str
    music: Callable[[], str | None]
    near: Leg | None = None
    far: Leg | None = None
    early: Leg | None = None
    can_hear: bool = False
    alerted: bool = False
    waiting: bool = False
    holding: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    _bridged: tuple[str, str] | None = None
    _music: set[str] = field(default_factory=set)

    def other(self, leg: Leg) -> Leg | None:
        """Who talks with this leg, if anyone."""
        partner = self.far or self.early
        other = partner if leg is self.near else self.near if leg is partner else None
        return other if other is not None and other.alive else None

    # --- While it rings ---

    def alert(self) -> None:
        """A phone rings: say so, once. Who is talking already (called first, or transferred) hears a tone."""
        if self.near is None or self.alerted or self.early is not None:
            return
        self.alerted = True
        if self.near.talking:
            self.waiting = False
            self.refresh()
            self.do(Play(leg=self.near.id, sounds=(Spoken("ringback", self.language),), loop=True))
        else:
            self.do(Progress(leg=self.near.id, code=180))

    def hear_early(self, leg: Leg) -> None:
        """Let the caller hear what a ringing phone sends already (183 with SDP)."""
        if self.near is None or self.early is not None or not self.can_hear:
            self.alert()
            return
        self.early = leg
        self.hush()
        if not self.near.talking:
            self.do(Progress(leg=self.near.id, code=183))
        self.refresh()

    def drop_early(self) -> None:
        """Take early media away again: its phone does not ring any more."""
        if self.early is not None:
            self.early = None
            self.refresh()

    def hush(self) -> None:
        """Stop the ringback tone."""
        if self.near is not None and self.near.talking and self.alerted:
            self.do(StopPlaying(leg=self.near.id))
        self.alerted = False

    # --- While they talk ---

    def answer(self, number: str, name: str, domain: str, now: float) -> None:
        """Answer the caller, who learns that `number` and `name` did; nothing when that has been done."""
        if self.near is not None and not self.near.talking:
            self.do(Answer(leg=self.near.id, number=number, name=name, domain=domain))
            self.near.enter("answered", now)
            self.can_hear = True

    def meet(self, far: Leg, domain: str, now: float) -> None:
        """`far` answered: it and `near` hear each other and nobody else from now on."""
        assert self.near is not None
        self.hush()
        self.answer(far.number, far.name, domain, now)
        self.far, self.early, self.waiting = far, None, False
        self.refresh()

    def replace(self, old: Leg, new: Leg) -> None:
        """`new` takes the place of `old`."""
        self.holding.discard(old.id)
        self.absent.discard(old.id)
        if self.near is old:
            if not old.talking or not self.alerted:
                self.near = new
            else:
                self.hush()
                self.near = new
                self.can_hear = True
                self.alert()
            self.can_hear = self.can_hear or new.talking
        elif self.far is old:
            self.far = new
        self.refresh()

    def wait(self) -> None:
        """`near` is alone and hears music until somebody comes."""
        self.far = self.early = None
        self.waiting = True
        self.refresh()

    def leave(self) -> None:
        """Nobody here hears anybody: what comes next decides."""
        self.hush()
        self.far = self.early = None
        self.waiting = False
        self.holding.clear()
        self.absent.clear()
        self.refresh()

    def forget(self, leg: Leg) -> None:
        """The leg is gone, and with it what it heard."""
        self.holding.discard(leg.id)
        self.absent.discard(leg.id)
        self._music.discard(leg.id)
        if self._bridged and leg.id in self._bridged:
            self._bridged = None
        if leg is self.early:
            self.early = None

    def hold(self, leg: Leg, on: bool) -> None:
        """The leg holds the other side, which hears music, or takes it back."""
        if on:
            self.holding.add(leg.id)
        else:
            self.holding.discard(leg.id)
        self.refresh()

    def miss(self, leg: Leg, away: bool) -> None:
        """The leg's browser is away, or back."""
        if away:
            self.absent.add(leg.id)
        else:
            self.absent.discard(leg.id)
        self.refresh()

    def media(self, leg: Leg, event: LegMedia, now: float) -> bool:
        """The media of a leg changed: whether that is worth telling. A hold or resume by the phone counts."""
        changed = bool(event.codec) and event.codec != leg.codec
        leg.codec = event.codec or leg.codec
        if not leg.talking or not event.active or not leg.enter("held" if event.held else "answered", now):
            return changed
        self.hold(leg, event.held)
        return True

    def digit(self, leg: Leg, event: DigitPressed, tenant: Tenant) -> None:
        """A digit goes to the other side, the way that its device is set to."""
        other = self.other(leg)
        if other is None:
            return
        device = tenant.device(other.device) if other.device else None
        via = device.dtmf if device else "auto"
        self.do(SendDigit(leg=other.id, digit=event.digit, milliseconds=event.milliseconds, via=via))

    def refresh(self) -> None:
        """Command what differs between what is wished and what was commanded."""
        pair = self._pair()
        if self._bridged is not None and self._bridged != pair:
            self.do(Unbridge(a=self._bridged[0], b=self._bridged[1]))
            self._bridged = None
        wanted = self._listeners()
        for leg in sorted(self._music - wanted):
            self.do(StopMusic(leg=leg))
        for leg in sorted(wanted - self._music):
            self.do(StartMusic(leg=leg, path=self.music()))
        self._music = wanted
        if pair is not None and self._bridged is None:
            self.do(Bridge(a=pair[0], b=pair[1]))
            self._bridged = pair

    def _pair(self) -> tuple[str, str] | None:
        partner = self.far or self.early
        if self.near is None or partner is None or self.holding or self.absent:
            return None
        return (self.near.id, partner.id) if self.near.alive and partner.alive else None

    def _listeners(self) -> set[str]:
        """Who hears music: the side that is held and does not hold, and who waits alone."""
        near, far = self.near, self.far
        if near is None or not near.talking:
            return set()
        if far is None:
            return {near.id} if self.waiting and self.early is None else set()
        pairs = ((near, far), (far, near))
        gone = self.holding | self.absent
        return {leg.id for leg, other in pairs if leg.talking and other.id in gone and leg.id not in gone}
