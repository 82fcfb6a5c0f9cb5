"""One round of ringing: several phones ring for one call until one answers, all fail, or time is up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pbx.calls.leg import Leg
from pbx.calls.outcomes import COMPLETED_ELSEWHERE, FailedOutcome, of_code, strongest
from pbx.calls.world import World
from pbx.directory import Tenant
from pbx.ports import Binding, Caller, Command, HangUp


@dataclass(slots=True)
class Ringing:
    """The legs of one round that are still being offered the call, and how the others failed."""

    legs: dict[str, Leg] = field(default_factory=dict)
    outcomes: list[FailedOutcome] = field(default_factory=list)

    def add(self, leg: Leg) -> None:
        self.legs[leg.id] = leg

    def fail(self, leg: Leg, code: int) -> tuple[FailedOutcome | None, list[Command]]:
        """A phone said no. The outcome of the whole round when that was the last one, None while others ring
        on; and what stops the other phones of the same person, for all of whom a 6xx speaks (RFC 3261
        section 16.7)."""
        self.legs.pop(leg.id, None)
        self.outcomes.append(of_code(code))
        same = [each for each in self.legs.values() if code >= 600 and each.extension == leg.extension]
        commands = self._stop(same, answered=False, reason="another phone ended the call")
        return (None if self.legs else strongest(self.outcomes)), commands

    def expire(self) -> FailedOutcome:
        """Time is up: the outcome, 'no answer' unless a phone said something stronger."""
        return strongest([*self.outcomes, "no_answer"])

    def stop(self, *, answered: bool, reason: str) -> list[Command]:
        """Let the remaining phones stop ringing; `answered` tells them that somebody else took it."""
        return self._stop(list(self.legs.values()), answered=answered, reason=reason)

    def _stop(self, legs: list[Leg], *, answered: bool, reason: str) -> list[Command]:
        cause = COMPLETED_ELSEWHERE if answered else None
        commands: list[Command] = []
        for leg in legs:
            del self.legs[leg.id]
            if not leg.hanging_up:
                leg.blame("core", 200 if answered else 487, reason)
                commands.append(HangUp(leg=leg.id, code=487, cause=cause))
        return commands


def reachable(
    tenant: Tenant, devices: Iterable[str], world: World, caller: Caller | None, now: float
) -> tuple[list[Binding], bool]:
    """The bindings that a round offers the call to: of all its enabled devices but the one that calls. And
    whether a device was left out because it has as many calls as it takes."""
    found: list[Binding] = []
    full = False
    for device in devices:
        config = tenant.device(device)
        if config is None or not config.enabled or (caller is not None and caller.device == device):
            continue
        if world.busy_legs(tenant.id, device) >= config.max_calls:
            full = True
            continue
        found.extend(world.locations.of_device(tenant.id, device, now))
    return found, full
