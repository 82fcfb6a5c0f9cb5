"""A browser comes back to a call that it was in: its page was loaded again, or it crashed.

It sends INVITE to `sip:return.<leg>@domain`, where `leg` is the id of its old leg in the live state. The new
leg takes the place of the old one, which ends; whom it had on hold stays so. There is no call of its own, and
no record, for that.
"""

from typing import TYPE_CHECKING

from pbx.calls.leg import Leg
from pbx.ports import Answer, HangUp, IncomingCall

if TYPE_CHECKING:
    from pbx.calls.exchange import Exchange

_PREFIX = "return."


def leg_of(number: str) -> str | None:
    """The leg that a dialled number of this kind means; None for all others."""
    return number.removeprefix(_PREFIX) if number.startswith(_PREFIX) else None


def come_back(exchange: "Exchange", old_leg: str, event: IncomingCall, now: float) -> None:
    """Let the caller take the place of its own leg: 404 when that is not there (any more), 403 when nobody
    can take its place now."""
    call, caller = exchange.call_of(old_leg), event.caller
    old = call.ledger.legs.get(old_leg) if call is not None else None
    own = old is not None and (old.tenant, old.device) == (caller.tenant, caller.device)
    if call is None or old is None or not own or not old.talking or call.phase != "open":
        exchange.out.append(HangUp(leg=event.leg, code=404))
        return
    call.now = now
    if not call.stage.replaceable(old):
        exchange.out.append(HangUp(leg=event.leg, code=403))
        return
    new = Leg(
        id=event.leg,
        call=call.id,
        tenant=old.tenant,
        role=old.role,
        number=old.number,
        name=old.name,
        offered_at=now,
        extension=old.extension,
        device=old.device,
        address=event.source,
    )
    new.dialog = event.dialog
    if old.id in call.talk.holding:
        call.talk.holding.add(new.id)
    other = call.talk.other(old)
    call.admit(new, old.role)
    exchange.own(old.tenant, new.device, new.id)
    shown = (other.number, other.name) if other is not None else ("", "")
    call.do(Answer(leg=new.id, number=shown[0], name=shown[1], domain=call.tenant.domain))
    new.enter("answered", now)
    old.absent = False
    call.stage.substitute(old, new)
    call.drop(old, "core", "went on after its page was loaded again")
