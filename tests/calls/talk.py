"""Short ways to a conversation in the logic's world."""

from pbx.calls import commands
from pbx.control.commands import OnCall
from pbx.ports import Identify, Invite, Line, Referred
from tests.calls.world import World


def connect(world: World, number: str, device: str = "d101", leg: str = "caller") -> str:
    """The phone `device` calls `number`, whose first phone answers; gives the answering leg."""
    world.dial(number, device, leg)
    called = next(iter(world.invited().values()))
    world.answers(called)
    return called


def refer(world: World, leg: str, number: str = "", replaces: str | None = None) -> None:
    """The phone of `leg` sends REFER."""
    world.happens(Referred(leg=leg, number=number, replaces=replaces))


def run(world: World, call: str, command: OnCall) -> object:
    """A command over the control API."""
    made = world.exchange.run(world.now)
    try:
        with made:
            return commands.carry_out(world.exchange, call, command, world.now)
    finally:
        world._took(made.commands)


def lines(world: World) -> list[Line]:
    """The trunks that were called in the last commands."""
    return [each.to for each in world.of(Invite) if isinstance(each.to, Line)]


def identities(world: World) -> dict[str, str]:
    """Leg to the number that it is told it talks to."""
    return {each.leg: each.number for each in world.of(Identify)}
