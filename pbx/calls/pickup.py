"""Answering a call that rings, or waits, somewhere else (T12)."""

from typing import TYPE_CHECKING

from pbx.calls.outcomes import FAILURES
from pbx.directory import Tenant
from pbx.ports import Answer

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.leg import Leg

_PREFIX = "take."


def wanted(number: str) -> str | None:
    """The call or leg that a dialled number of this kind means; None for all others."""
    return number.removeprefix(_PREFIX) if number.startswith(_PREFIX) else None


def may_pick_up(tenant: Tenant, who: str, whose: str) -> bool:
    """Whether `who` may answer calls for `whose`: their own, of those they supervise, and of their pickup
    group; who is in no group shares one with everybody else who is in none."""
    me, other = tenant.extension(who), tenant.extension(whose)
    if me is None or other is None:
        return False
    return who == whose or whose in me.supervises or me.pickup_group == other.pickup_group


def ringing_for(call: "Call", who: str, whose: str | None) -> "Call | None":
    """The call that rang first of those that `who` may pick up, for `whose` phones if given."""
    for candidate in call.world.ringing(call.tenant.id):
        if candidate is call:
            continue
        rung = candidate.stage.extensions
        if any(whose in (None, each) and may_pick_up(call.tenant, who, each) for each in rung):
            return candidate
    return None


def pick_up(call: "Call", whose: str | None) -> None:
    """The caller of `call` dialled a pickup code: answer what rings for `whose`, or for their group."""
    ringing = ringing_for(call, call.actor, whose) if call.actor else None
    if ringing is None:
        call.note("pickup", "nothing rings that may be picked up")
        call.fail(FAILURES["pickup_none"])
    else:
        take_over(call, ringing)


def take_over(call: "Call", other: "Call") -> bool:
    """The caller of `call` becomes the one who answers `other`; `call` ends, its record says where it went
    on."""
    leg = call.talk.near
    if leg is None or not leg.alive:
        return False
    other.now = call.now
    call.talk.leave()
    call.release(leg, other)
    other.admit(leg, "callee")
    if not other.stage.take(_answering(other, leg)):
        other.drop(leg, "core", "it is answered already", 480)
        call.close("core", "failed", 480, "the call was answered already")
        return False
    call.ledger.answered_at = call.now
    call.close("core", "answered", 200, f"took over call {other.id}")
    return True


def take(call: "Call", what: str) -> None:
    """The caller of `call` sent INVITE to `sip:take.<id>`, with the id that live state gives: of a call that
    rings elsewhere, or of a leg of their own at another phone."""
    other = call.world.find(call.tenant.id, what)
    if other is None:
        replace(call, what)
        return
    rung = sorted(other.stage.extensions, key=lambda each: (each != call.actor, each))  # one's own first
    whose = next((each for each in rung if call.actor and may_pick_up(call.tenant, call.actor, each)), None)
    if not rung:
        call.note("pickup", "it does not ring any more")
        call.fail(FAILURES["pickup_none"])
    elif whose is None:
        call.note("pickup", "not allowed")
        call.fail(FAILURES["forbidden"])
    else:
        call.dialled = call.ledger.dialled = whose
        take_over(call, other)


def replace(call: "Call", replaced: str) -> None:
    """The caller of `call` sent INVITE with Replaces (RFC 3891) for our leg `replaced`: a ringing phone's
    call is picked up, a talking leg of the same person goes on at this phone."""
    other = call.world.call_of(replaced)
    leg = other.ledger.legs.get(replaced) if other is not None else None
    if other is None or leg is None or not leg.alive or other.tenant.id != call.tenant.id:
        call.fail_as("unknown_number")
    elif (
        call.actor is None or leg.extension is None or not may_pick_up(call.tenant, call.actor, leg.extension)
    ):
        call.note("pickup", "not allowed")
        call.fail(FAILURES["forbidden"])
    elif not leg.talking:
        take_over(call, other)
    else:
        _continue_here(call, other, leg)


def _continue_here(call: "Call", other: "Call", replaced: "Leg") -> None:
    """Take the place of a talking leg of one's own."""
    leg = call.talk.near
    if (
        leg is None
        or call.actor is None
        or replaced.extension != call.actor
        or not other.stage.replaceable(replaced)
    ):
        call.fail(FAILURES["forbidden"])
        return
    other.now = call.now
    call.dialled = call.ledger.dialled = call.actor
    call.talk.leave()
    call.release(leg, other)
    other.admit(leg, replaced.role)
    other.stage.substitute(replaced, _answering(other, leg))
    other.drop(replaced, "core", "went on at another phone")
    call.ledger.answered_at = call.now
    call.close("core", "answered", 200, f"took over call {other.id}")


def _answering(other: "Call", leg: "Leg") -> "Leg":
    """Answer the phone that picks up, if that has not been done: it talks to whoever waits."""
    near = other.talk.near
    if not leg.talking:
        number, name = (near.number, near.name) if near else ("", "")
        other.do(Answer(leg=leg.id, number=number, name=name, domain=other.tenant.domain))
        leg.enter("answered", other.now)
    return leg
