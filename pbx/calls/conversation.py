"""Who hears whom in one call: the caller, whoever answered, and a phone that sends sound before answering."""

from dataclasses import dataclass

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
    """The legs that talk, and what the caller was told so far. Methods return commands.

    `language` is that of the caller's ringback; `can_hear` False for a caller whose INVITE had no offer, so
    that nothing can be played before the answer."""

    language: str
    caller: Leg | None = None
    partner: Leg | None = None
    early: Leg | None = None
    can_hear: bool = False
    alerted: bool = False

    def other(self, leg: Leg) -> Leg | None:
        """Who this leg is bridged with, if anyone."""
        if self.caller is None or not leg.alive:
            return None
        partner = self.partner or self.early
        other = partner if leg is self.caller else self.caller if leg is partner else None
        return other if other is not None and other.alive else None

    def alert(self) -> list[Command]:
        """A phone rings: say so, once. A caller that was called first (originated) hears it as a tone."""
        if self.caller is None or self.alerted or self.early is not None:
            return []
        self.alerted = True
        if self.caller.talking:
            return [Play(leg=self.caller.id, sounds=(Spoken("ringback", self.language),), loop=True)]
        return [Progress(leg=self.caller.id, code=180)]

    def hear_early(self, leg: Leg) -> list[Command]:
        """Let the caller hear what a ringing phone sends already (183 with SDP)."""
        if self.caller is None or self.early is not None or not self.can_hear:
            return self.alert()
        self.early = leg
        commands = self.hush()
        if not self.caller.talking:
            commands.append(Progress(leg=self.caller.id, code=183))
        return [*commands, Bridge(a=self.caller.id, b=leg.id)]

    def drop_early(self) -> list[Command]:
        """Take early media away again: its phone does not ring any more."""
        if self.early is None or self.caller is None:
            return []
        leg, self.early = self.early, None
        return [Unbridge(a=self.caller.id, b=leg.id)]

    def hush(self) -> list[Command]:
        """Stop the ringback tone."""
        if self.caller is not None and self.caller.talking and self.alerted:
            return [StopPlaying(leg=self.caller.id)]
        return []

    def connect(self, partner: Leg, domain: str, now: float) -> list[Command]:
        """`partner` answered: answer the caller, who hears nobody else from now on."""
        assert self.caller is not None
        self.partner = partner
        commands = self.hush()
        if not self.caller.talking:
            commands.append(
                Answer(leg=self.caller.id, number=partner.number, name=partner.name, domain=domain)
            )
            self.caller.enter("answered", now)
        if self.early is partner:
            return commands
        return [*commands, *self.drop_early(), Bridge(a=self.caller.id, b=partner.id)]

    def media(self, leg: Leg, event: LegMedia, now: float) -> tuple[bool, list[Command]]:
        """The media of a leg changed: whether that is worth telling, and a hold or resume that passes on."""
        changed = bool(event.codec) and event.codec != leg.codec
        leg.codec = event.codec or leg.codec
        if not leg.talking or not event.active or not leg.enter("held" if event.held else "answered", now):
            return changed, []
        other = self.other(leg)
        if other is None:
            return True, []
        return True, [StartMusic(leg=other.id, path=None) if event.held else StopMusic(leg=other.id)]

    def digit(self, leg: Leg, event: DigitPressed, tenant: Tenant) -> list[Command]:
        """A digit goes to the other side, the way that its device is set to."""
        other = self.other(leg)
        if other is None:
            return []
        device = tenant.device(other.device) if other.device else None
        via = device.dtmf if device else "auto"
        return [SendDigit(leg=other.id, digit=event.digit, milliseconds=event.milliseconds, via=via)]
