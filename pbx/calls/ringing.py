"""One ring step: several phones ring for one caller until one answers, all fail, or time is up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pbx.calls.leg import Leg
from pbx.calls.outcomes import COMPLETED_ELSEWHERE, FailedOutcome, of_code, strongest
from pbx.directory import Tenant
from pbx.ports import Binding, Caller, Command, HangUp, Invite, Locations


@dataclass(slots=True)
class Ringing:
    """The legs of one step that are still being offered the call, and how the others failed."""

    legs: dict[str, Leg] = field(default_factory=dict)
    outcomes: list[FailedOutcome] = field(default_factory=list)

    def fail(self, leg: Leg, code: int) -> FailedOutcome | None:
        """A phone said no. The outcome of the whole step when this decides it: a 6xx speaks for all phones
        (RFC 3261 section 16.7), otherwise the last one does; None while others ring on."""
        self.legs.pop(leg.id, None)
        self.outcomes.append(of_code(code))
        if code >= 600 or not self.legs:
            return strongest(self.outcomes)
        return None

    def expire(self) -> FailedOutcome:
        """Time is up: the outcome, 'no answer' unless a phone said something stronger."""
        return strongest([*self.outcomes, "no_answer"])

    def stop(self, *, answered: bool, reason: str) -> list[Command]:
        """Let the remaining phones stop ringing; `answered` tells them that somebody else took it."""
        cause = COMPLETED_ELSEWHERE if answered else None
        commands: list[Command] = []
        for leg in self.legs.values():
            if not leg.hanging_up:
                leg.blame("core", 200 if answered else 487, reason)
                commands.append(HangUp(leg=leg.id, code=487, cause=cause))
        self.legs.clear()
        return commands


def reachable(
    tenant: Tenant, devices: Iterable[str], locations: Locations, caller: Caller | None, now: float
) -> list[Binding]:
    """The bindings that a ring step offers the call to: of all its enabled devices but the one that calls."""
    found: list[Binding] = []
    for device in devices:
        config = tenant.device(device)
        if config is None or not config.enabled or (caller is not None and caller.device == device):
            continue
        found.extend(locations.of_device(tenant.id, device, now))
    return found


def invite(
    leg: Leg, binding: Binding, tenant: Tenant, *, number: str, name: str, codecs: tuple[str, ...] = ()
) -> Invite:
    """The command that offers a call from `number` and `name` to the phone of `leg`, with the caller's
    `codecs` first: then the two need no transcoding if they have one in common."""
    return Invite(
        leg=leg.id,
        to=binding,
        domain=tenant.snapshot.domain,
        called=leg.number,
        number=number,
        name=name,
        codecs=codecs,
    )
