"""Sending a call elsewhere: blind (to a number), attended (into another call), and between devices of one
person.

Each function changes calls that belong to the same world; what they command collects there. RFC 5589 shows
the flows on the wire, RFC 3515 and RFC 3891 define REFER and Replaces.
"""

from typing import TYPE_CHECKING

from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.referrer import Referrer
from pbx.calls.stages.parked import Parked
from pbx.calls.stages.ring import Ring
from pbx.calls.stages.routing import Routing
from pbx.calls.stages.talking import Talking
from pbx.ports import Referred, TellReferrer
from pbx.texts import MOVED, NOBODY_TO_TRANSFER

if TYPE_CHECKING:
    from pbx.calls.call import Call


def referred(call: "Call", leg: Leg, event: Referred) -> None:
    """A phone sent REFER in its call."""
    if not isinstance(call.stage, Talking) or leg.extension is None:
        # Somebody outside would send our people, and our bill, wherever they like.
        call.refuse_referral(leg)
        return
    if event.replaces is None:
        if not event.number:
            call.refuse_referral(leg, 404, "Not Found")
        else:
            blind(call, leg, event.number, told=True)
        return
    into = call.world.call_of(event.replaces)
    try:
        if into is None or into.tenant.id != call.tenant.id:
            raise CommandError(404, "There is no such call any more.")
        attended(call, leg, into, into.ledger.legs[event.replaces])
    except (CommandError, KeyError):
        call.refuse_referral(leg, 481, "Call Does Not Exist")
    else:
        return


def blind(call: "Call", leg: Leg, number: str, *, told: bool) -> None:
    """Send the other side of `leg` to `number` with the rights of the person at `leg`, and bring it back to
    them when nobody answers there. `told`: the phone asked by REFER and hears how far it is."""
    other = call.talk.other(leg)
    if other is None:
        call.refuse_referral(leg, 481, NOBODY_TO_TRANSFER.to(call.tenant.language(leg.extension)))
        return
    if told:
        call.do(TellReferrer(leg=leg.id, code=100, reason="Trying", final=False))
    call.note(f"transfer to {number}", f"by {leg.number}")
    stand_alone(call, other)
    call.actor = leg.extension or call.actor
    call.talk.wait()
    referrer = Referrer(leg, leg.extension, told)
    if not told:
        call.drop(leg, "core", f"transferred to {number}")
        referrer.leg = None
    call.enter(Routing(call, number, referrer))


def attended(call: "Call", leg: Leg, into: "Call", replaced: Leg) -> None:
    """Put the other side of `leg` in the place of `replaced` in the call `into`, which may still ring. Both
    legs of the person who transfers end. Raises CommandError when that cannot be now."""
    other = call.talk.other(leg)
    if other is None or into is call or leg.extension != replaced.extension:
        raise CommandError(409, "These two calls cannot be joined.")
    if not into.stage.replaceable(replaced):
        raise CommandError(409, "That call cannot be joined now.")
    # Before either of its calls ends: phones wait for this (RFC 5589 section 7).
    call.do(TellReferrer(leg=leg.id, code=200, reason="OK", final=True))
    hand_over(call, other, into, replaced)
    call.drop(leg, "core", "transferred")
    call.close("core", "answered", 200, f"{other.number} was transferred")


def hand_over(call: "Call", other: Leg, into: "Call", replaced: Leg) -> None:
    """`other` leaves `call` and takes the place of `replaced` in `into`. Raises CommandError when it
    cannot; nothing has changed then."""
    if not into.stage.replaceable(replaced):
        raise CommandError(409, "That call cannot be joined now.")
    into.now = call.now
    call.talk.leave()
    call.release(other, into)
    into.admit(other, replaced.role)
    into.stage.substitute(replaced, other)
    into.device = None  # it is not a call of the phone that dialled any more: that may be rung
    into.note("transfer", f"{other.number} takes the place of {replaced.number}")
    into.drop(replaced, "core", f"went on as {other.number}")


def stand_alone(call: "Call", leg: Leg) -> None:
    """From now on the call is about this leg, whichever side it was."""
    call.talk.leave()
    call.talk.near = leg
    call.talk.can_hear = True
    call.codecs = (leg.codec,) if leg.codec else ()
    call.device = None


def move(call: "Call", leg: Leg, device: str) -> None:
    """Ring another device of the person at `leg` and go on there (T10). Raises CommandError."""
    config = call.tenant.device(device)
    if config is None or config.extension != leg.extension or device == leg.device:
        raise CommandError(404, "This is not another device of yours.")
    stage = call.stage
    if not isinstance(stage, Talking):
        raise CommandError(409, "There is nobody on the line to take along.")
    other = call.talk.other(leg)
    who = (other.name or other.number) if other else ""
    shown: dict[str, object] = {
        "number": other.number if other else "",
        "name": MOVED.to(call.tenant.language(config.extension), name=who),
    }
    ring = Ring(
        call,
        [[device]],
        float(call.tenant.snapshot.return_seconds),
        config.extension,
        finish=stage.not_moved,
        connect=stage.moved,
        redirect=lambda ringing, number: stage.not_moved("declined", ""),
        shown=shown,
    )
    stage.move(leg, ring)


def park(call: "Call", leg: Leg, slot: str | None) -> str:
    """Leave the other side of `leg` in a slot; the person at `leg` is free again. Raises CommandError.
    Returns the slot."""
    other = call.talk.other(leg)
    if other is None:
        raise CommandError(409, "There is nobody on the line to park.")
    chosen = call.world.parking.reserve(call, slot)
    stand_alone(call, other)
    call.note(f"park {chosen}", f"by {leg.number}")
    call.enter(Parked(call, chosen, Referrer(None, leg.extension, told=False, slot=chosen), leg))
    return chosen
