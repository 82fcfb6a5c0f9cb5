"""Consulting from one phone leg (T6): the leg goes to a new call while the first one waits, and back again.

Phones with two lines of their own do this by hold and REFER with Replaces; here is what a browser, or a
program, asks for. The call with the leg knows the one that waits (`Call.consulting`).
"""

from typing import TYPE_CHECKING

from pbx.calls.errors import CommandError
from pbx.calls.leg import Leg
from pbx.calls.outcomes import FAILURES
from pbx.calls.referrer import Referrer
from pbx.calls.stages.routing import Routing
from pbx.calls.stages.talking import Talking
from pbx.calls.stages.waiting import Waiting
from pbx.calls.transfers import hand_over, stand_alone

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.exchange import Exchange


def consult(exchange: "Exchange", call: "Call", leg: Leg, number: str) -> str:
    """Call `number` from `leg` while the other side waits. Raises CommandError. Returns the new call's id."""
    other = call.talk.other(leg)
    if other is None or call.consulting is not None:
        raise CommandError(409, "Finish the first consultation before another one.")
    second = exchange.new_call(call.tenant, number)
    second.begin(leg.extension or "", call.now)
    _lend(call, leg, other, second)
    second.talk.near, second.talk.can_hear = leg, True
    second.codecs = (leg.codec,) if leg.codec else ()
    second.enter(Routing(second, number))
    return second.id


def swap(call: "Call", other: "Call") -> None:
    """Talk to the other of the two, this one waits. Raises CommandError."""
    if call.consulting is other:
        active, waiting = call, other
    elif other.consulting is call:
        active, waiting = other, call
    else:
        raise CommandError(409, "These two calls do not belong together.")
    leg = consultant(active)
    if leg is None or not isinstance(active.stage, Talking):
        raise CommandError(409, "Nobody has answered yet.")
    side = active.talk.other(leg)
    if side is None:
        raise CommandError(409, "There is nobody to wait.")
    active.consulting = None
    _lend(active, leg, side, waiting)
    waiting.stage.take(leg)


def complete(active: "Call") -> bool:
    """The person who consulted leaves: the two others go on together. False when there is nobody waiting."""
    waiting, leg = active.consulting, consultant(active)
    if waiting is None or leg is None or waiting.phase != "open" or waiting.talk.near is None:
        return False
    side = waiting.talk.near
    waiting.now = active.now
    try:
        hand_over(waiting, side, active, leg)
    except CommandError:
        return False
    active.consulting = None
    waiting.close("core", "answered", 200, f"{side.number} was transferred")
    return True


def give_back(active: "Call") -> None:
    """The consultation is over: its leg returns to the call that waits, or when that has hung up, its phones
    ring."""
    waiting, leg = active.consulting, consultant(active)
    active.consulting = None
    if waiting is None or waiting.phase != "open" or not isinstance(waiting.stage, Waiting):
        return
    waiting.now = active.now
    if leg is not None and leg.talking and not leg.hanging_up:
        active.talk.leave()
        active.release(leg, waiting)
        waiting.admit(leg, "callee")
        waiting.stage.take(leg)
    elif not Referrer(None, waiting.stage.extension, told=False).take_back(waiting, FAILURES["no_answer"]):
        waiting.fail_as("no_answer")


def consultant(active: "Call") -> Leg | None:
    """The leg of the person for whom another call waits."""
    waiting = active.consulting
    if waiting is None or not isinstance(waiting.stage, Waiting):
        return None
    who = waiting.stage.extension
    sides = (active.talk.near, active.talk.far)
    return next((leg for leg in sides if leg is not None and leg.extension == who), None)


def _lend(call: "Call", leg: Leg, other: Leg, into: "Call") -> None:
    """`leg` leaves for the call `into`; `other` waits here."""
    stand_alone(call, other)
    call.release(leg, into)
    call.ledger.continued_in = None
    into.admit(leg, "caller")
    into.now = call.now
    into.consulting = call
    call.enter(Waiting(call, leg.extension))
