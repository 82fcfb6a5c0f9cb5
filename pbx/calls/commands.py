"""What people ask of calls over the control API (`pbx.control.commands`), carried out with their rights.

Somebody acts through a leg of their own extension in the call, or of one whom they supervise; a program of
the organisation (`extension` None) acts for the side that is an extension of it.
"""

from typing import TYPE_CHECKING

from pbx.calls import consulting, pickup, transfers
from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.stages.meeting import Meeting
from pbx.calls.stages.talking import Talking
from pbx.control import commands
from pbx.control.messages import RoomState
from pbx.directory import Tenant
from pbx.ports import SendDigit

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.exchange import Exchange

DIGIT_MS = 160


def carry_out(exchange: "Exchange", call_id: str, command: commands.OnCall, now: float) -> object:
    """Do what the command says; gives its answer or None. Raises CommandError."""
    call = _found(exchange, command, call_id, "There is no such call now.")
    call.now = now
    match command:
        case commands.Pickup():
            return _pick_up(exchange, call, command, now)
        case commands.Divert():
            _divert(call, command.extension)
        case commands.Hold():
            _hold(call, command)
        case commands.Transfer():
            _transfer(exchange, call, command)
        case commands.Consult():
            return _consult(exchange, call, command)
        case commands.Swap():
            _swap(exchange, call, command)
        case commands.Join():
            return _join(exchange, call, command)
        case commands.Park():
            slot = transfers.park(call, leg_of(call, command.extension), command.slot)
            return commands.Parked(slot=slot)
        case commands.Move():
            transfers.move(call, leg_of(call, command.extension), command.device)
        case commands.Press():
            _press(call, leg_of(call, command.extension), command.digits)
        case commands.Record():
            leg = leg_of(call, command.extension)
            call.recorder.command(command.action, leg.extension or command.extension)
        case _:
            raise CommandError(400, "This is nothing that can be done to a call.")
    return None


def _hold(call: "Call", command: commands.Hold) -> None:
    leg = leg_of(call, command.extension)
    _talking(call)
    call.talk.hold(leg, command.on)
    call.dirty = True


def _found(exchange: "Exchange", command: commands.OnCall, call_id: str, missing: str) -> "Call":
    """The call of that organisation. Raises CommandError (404) with this text."""
    call = exchange.find(command.tenant, call_id)
    if call is None:
        raise CommandError(404, missing)
    return call


def _acts_for(tenant: Tenant, extension: str) -> tuple[str, ...]:
    """The extension, and those that it supervises."""
    me = tenant.extension(extension)
    return (extension, *(me.supervises if me is not None else ()))


def leg_of(call: "Call", extension: str | None) -> Leg:
    """The talking leg through which somebody acts. Raises CommandError (403)."""
    people = [leg for leg in call.legs if leg.talking and leg.extension]
    if extension is None:
        found = next(iter(people), None)
        if found is None:
            raise CommandError(409, "Nobody of the organisation is on this call yet.")
        return found
    mine = _acts_for(call.tenant, extension)
    own = [leg for leg in people if leg.extension == extension]
    found = next(iter(own or [leg for leg in people if leg.extension in mine]), None)
    if found is None:
        raise CommandError(403, "This is not a call of yours.")
    return found


def _talking(call: "Call") -> None:
    if not isinstance(call.stage, Talking):
        raise CommandError(409, "Nobody has answered yet.")


def _pick_up(exchange: "Exchange", call: "Call", command: commands.Pickup, now: float) -> object:
    extension = command.extension
    if extension is None:
        raise CommandError(400, "Say which extension answers.")
    if call.ledger.parked is None:
        rung = call.stage.extensions
        if not rung:
            raise CommandError(409, "This call does not ring any more.")
        if not any(pickup.may_pick_up(call.tenant, extension, each) for each in rung):
            raise CommandError(403, "You may not answer this call.")
    return commands.Originated(call=exchange.summon_to(call.tenant.id, extension, command.device, call, now))


def _divert(call: "Call", extension: str | None) -> None:
    """What rings at an extension goes to its mailbox."""
    rung = call.stage.extensions
    if not rung:
        raise CommandError(409, "This call does not ring any more.")
    if extension is not None:
        rung = rung.intersection(_acts_for(call.tenant, extension))
    if not rung:
        raise CommandError(403, "This is not a call of yours.")
    call.stage.divert(rung)


def _transfer(exchange: "Exchange", call: "Call", command: commands.Transfer) -> None:
    into = None
    if command.to_call is not None:
        into = _found(exchange, command, command.to_call, "There is no such call to transfer to.")
    active = _consultation(call, into)
    if active is not None:
        _check_consultant(active, command.extension)
        if not consulting.complete(active):
            raise CommandError(409, "These two calls cannot be joined now.")
        return
    leg = leg_of(call, command.extension)
    _talking(call)
    if into is not None:
        transfers.attended(call, leg, into, _own_leg(into, leg))
    elif command.number is not None:
        if call.talk.other(leg) is None:
            raise CommandError(409, "There is nobody on the line to transfer.")
        transfers.blind(call, leg, command.number, told=False)
    else:
        raise CommandError(400, "Give a number or a call to transfer to.")


def _consultation(call: "Call", other: "Call | None") -> "Call | None":
    """Of a call and the one that waits for it, the one with the person who consults."""
    if other is None:
        return None
    if call.consulting is other:
        return call
    return other if other.consulting is call else None


def _check_consultant(active: "Call", extension: str | None) -> None:
    """The others who take part have no say in a consultation. Raises CommandError."""
    leg = consulting.consultant(active)
    if leg is None:
        raise CommandError(409, "These two calls cannot be joined now.")
    if extension is not None and leg.extension not in _acts_for(active.tenant, extension):
        raise CommandError(403, "This is not a call of yours.")


def _own_leg(call: "Call", leg: Leg) -> Leg:
    """The leg of the same person in another call."""
    for each in call.legs:
        if each.alive and each.extension == leg.extension and each.extension is not None:
            return each
    raise CommandError(403, "That is not a call of yours.")


def _consult(exchange: "Exchange", call: "Call", command: commands.Consult) -> object:
    """Call somebody else from the same phone leg while the other side waits with music."""
    leg = leg_of(call, command.extension)
    _talking(call)
    return commands.Originated(call=consulting.consult(exchange, call, leg, command.number))


def _swap(exchange: "Exchange", call: "Call", command: commands.Swap) -> None:
    other = _found(exchange, command, command.to_call, "There is no such call to swap with.")
    active = _consultation(call, other)
    if active is None:
        leg_of(call, command.extension)
    else:
        _check_consultant(active, command.extension)
    other.now = call.now
    consulting.swap(call, other)


def _join(exchange: "Exchange", call: "Call", command: commands.Join) -> RoomState:
    """One conference of this call, and of another one of the same person (three-way)."""
    other = None
    if command.to_call is not None:
        other = _found(exchange, command, command.to_call, "There is no such call to join.")
    active = _consultation(call, other)
    if active is not None:
        _check_consultant(active, command.extension)
        waiting = active.consulting
        room = exchange.rooms.gather(active)
        active.consulting = None
        if waiting is not None:
            waiting.now = call.now
            exchange.rooms.join(waiting, room)
        return room.state()
    leg = leg_of(call, command.extension)
    room = exchange.rooms.gather(call)
    if other is not None:
        mine = _own_leg(other, leg)
        other.now = call.now
        side = other.talk.other(mine)
        if side is None or isinstance(other.stage, Meeting):
            raise CommandError(409, "That call cannot be joined now.")
        transfers.stand_alone(other, side)
        other.talk.near = side
        exchange.rooms.join(other, room)
        if mine.id != leg.id:
            other.drop(mine, "core", "went on in the conference")
    return room.state()


def _press(call: "Call", leg: Leg, digits: str) -> None:
    """Send digits to the other side, or to the menu that the call is in."""
    other = call.talk.other(leg)
    if other is None:
        raise CommandError(409, "There is nobody to send digits to.")
    device = call.tenant.device(other.device) if other.device else None
    for digit in digits:
        via = device.dtmf if device else "auto"
        call.do(SendDigit(leg=other.id, digit=digit, milliseconds=DIGIT_MS, via=via))


def room_command(
    exchange: "Exchange", room_id: str, command: commands.OnCall, leg: str | None, now: float
) -> RoomState:
    """Invite into a conference, or mute, unmute or remove a member. Raises CommandError."""
    room = exchange.rooms.find(command.tenant, room_id)
    mine = [member for member in room.members.values() if member.leg.extension == command.extension]
    if command.extension is not None and not mine:
        raise CommandError(403, "You are not in this conference.")
    if isinstance(command, commands.Invite):
        tenant = exchange.directory.tenant(command.tenant)
        if tenant is None:
            raise CommandError(404, "There is no such organisation.")
        call = exchange.new_call(tenant, command.number)
        actor = command.extension or next((m.leg.extension for m in room.members.values()), None)
        call.begin(actor or "", now)
        exchange.rooms.invite(call, room, command.number)
    elif isinstance(command, commands.Member) and leg is not None:
        own = any(member.leg.id == leg for member in mine)
        hosts = room.config is None or own or command.extension is None
        if not hosts:
            raise CommandError(403, "Only members of a call that became a conference change others.")
        exchange.rooms.command(room, leg, command.action, now)
    return room.state()
