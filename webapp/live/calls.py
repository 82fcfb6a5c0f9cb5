"""Calls from one side, as supervisors see them, parked, and to be picked up. Pure."""

from collections.abc import Iterable
from typing import Any

from pbx.control.messages import CallRecord, LegRecord
from webapp.live.directory import Directory
from webapp.live.messages import Call, CallState, Leg, OfficeCall, OfficeCallState, Peer, Pickup, Via
from webapp.live.office import Parked

TALKING = frozenset({"answered", "held"})
RINGING = frozenset({"offered", "ringing", "early"})
_FAR = {"held": 0, "answered": 0, "early": 1, "ringing": 2, "offered": 3}


def live_legs(call: CallRecord) -> list[LegRecord]:
    """The legs that have not ended."""
    return [leg for leg in call.legs if leg.state != "ended"]


def furthest(legs: Iterable[LegRecord]) -> LegRecord | None:
    """The leg that says most: one that talks before one that rings."""
    return min(legs, key=lambda leg: (_FAR[leg.state], leg.role, leg.id), default=None)


def peer(directory: Directory, number: str, name: str) -> Peer:
    """Whom a number stands for; the own directory names colleagues that come without a name."""
    row = directory.extensions.get(number)
    return Peer(
        number=number, name=name or (row.name if row else ""), extension=row.id if row is not None else None
    )


def mine(
    call: CallRecord, numbers: frozenset[str], directory: Directory, active: CallRecord | None
) -> Call | None:
    """The call from the side of the person with the extensions `numbers`; None when they are not in it.
    `active` is the call in which somebody consults while this one waits."""
    legs = live_legs(call)
    leg = furthest(each for each in legs if each.extension in numbers)
    if leg is None:
        return _waiting(call, numbers, directory, active)
    others = [each for each in legs if each.id != leg.id]
    talking = [each for each in others if each.state in TALKING]
    holding = leg.id in call.holding
    return Call(
        id=call.id,
        extension=leg.extension or "",
        direction="in" if leg.role == "callee" else "out",
        outside=call.direction != "internal",
        state=_state(call, leg, others, holding),
        peer=_peer(call, leg, others, directory),
        via=_via(call, directory, leg.extension) if leg.role == "callee" else None,
        answered_at=leg.answered_at if talking or call.answered_at is not None else None,
        held_by_me=holding,
        held_by_other=any(each.id in call.holding for each in talking),
        consultation=_consultation(call, numbers, active),
        my_leg=leg.id,
        **_same(call, directory, numbers),
    )


def _same(call: CallRecord, directory: Directory, numbers: frozenset[str]) -> dict[str, Any]:
    """What does not depend on where one stands."""
    return {
        "dialled": call.dialled,
        "shown": call.shown,
        "started_at": call.started_at,
        "recording": call.recording,
        "emergency": call.emergency,
        "room": call.room,
        "parked": call.parked,
        "legs": [_leg(leg, directory, leg.extension in numbers) for leg in live_legs(call)],
    }


def _waiting(
    call: CallRecord, numbers: frozenset[str], directory: Directory, active: CallRecord | None
) -> Call | None:
    """A call that waits while I consult somebody in `active`, from the same leg: I hold it."""
    leg = _lent(call, active)
    if leg is None or leg.extension not in numbers or active is None:
        return None
    other = furthest(live_legs(call))
    return Call(
        id=call.id,
        extension=leg.extension or "",
        direction="in" if leg.role == "callee" else "out",
        outside=call.direction != "internal",
        state="held",
        peer=peer(directory, other.number, other.name)
        if other is not None
        else peer(directory, call.caller_number, call.caller_name),
        via=_via(call, directory, leg.extension) if leg.role == "callee" else None,
        answered_at=leg.answered_at,
        held_by_me=True,
        held_by_other=False,
        consultation=active.id,
        my_leg=None,
        **_same(call, directory, numbers),
    )


def _lent(call: CallRecord, active: CallRecord | None) -> LegRecord | None:
    """The leg of `call` that went to consult in `active`."""
    if active is None:
        return None
    there = {leg.id for leg in live_legs(active)}
    return next((leg for leg in reversed(call.legs) if leg.state == "ended" and leg.id in there), None)


def consultant(call: CallRecord, active: CallRecord | None) -> str | None:
    """The extension that consults in `active` while `call` waits."""
    leg = _lent(call, active)
    return leg.extension if leg is not None else None


def _consultation(call: CallRecord, numbers: frozenset[str], active: CallRecord | None) -> str | None:
    if call.consulting is not None:
        return call.consulting
    return active.id if active is not None and consultant(call, active) in numbers else None


def _state(call: CallRecord, leg: LegRecord, others: list[LegRecord], holding: bool) -> CallState:
    if call.parked is not None:
        return "parked"
    if leg.state not in TALKING:
        return "ringing" if leg.role == "callee" else "dialling"
    if call.room is not None:
        return "conference"
    if holding:
        return "held"
    talking = any(each.state in TALKING for each in others)
    ringing = any(each.state in RINGING for each in others)
    return "dialling" if not talking and (ringing or call.answered_at is None) else "talking"


def _peer(call: CallRecord, leg: LegRecord, others: list[LegRecord], directory: Directory) -> Peer:
    talking = furthest(each for each in others if each.state in TALKING and each.extension != leg.extension)
    if talking is not None:
        return peer(directory, talking.number, talking.name)
    if leg.role == "callee":
        return peer(directory, call.caller_number, call.caller_name)
    rung = {each.number: each.name for each in others if each.state in RINGING}
    if len(rung) == 1:
        ((number, name),) = rung.items()
        return peer(directory, number, name)
    return peer(directory, call.dialled, directory.lines.get(call.dialled, ""))


def _via(call: CallRecord, directory: Directory, extension: str | None) -> Via | None:
    """How the call came to `extension` (None: to whoever rings)."""
    number = call.dialled
    if number in directory.public:
        return Via(kind="number", number=number, label=directory.public[number])
    if number in directory.lines:
        return Via(kind="line", number=number, label=directory.lines[number])
    row = directory.extensions.get(number)
    if row is None:
        return None
    return Via(kind="extension" if number == extension else "forward", number=number, label=row.name)


def _leg(leg: LegRecord, directory: Directory, own: bool) -> Leg:
    return Leg(
        id=leg.id,
        role=leg.role,
        state=leg.state,
        extension=leg.extension,
        number=leg.number,
        name=leg.name,
        answered_at=leg.answered_at,
        device=leg.device if own else None,
        dialog=leg.dialog if own else None,
        absent=getattr(leg, "absent", False),
        codec=leg.codec if own else None,
    )


def office_call(call: CallRecord, directory: Directory) -> OfficeCall:
    """The call as supervisors see it."""
    legs = live_legs(call)
    called = furthest(leg for leg in legs if leg.role == "callee")
    talking = any(leg.state in TALKING for leg in legs) and call.answered_at is not None
    state: OfficeCallState = "conference" if call.room else "talking" if talking else "ringing"
    return OfficeCall(
        id=call.id,
        direction=call.direction,
        state="parked" if call.parked else state,
        caller=peer(directory, call.caller_number, call.caller_name),
        called=peer(directory, called.number, called.name)
        if called is not None and called.state in TALKING
        else peer(directory, call.dialled, ""),
        dialled=call.dialled,
        started_at=call.started_at,
        answered_at=call.answered_at,
        recording=call.recording,
        emergency=call.emergency,
        room=call.room,
        parked=call.parked,
        legs=[_leg(leg, directory, False) for leg in legs],
    )


def parked(call: CallRecord) -> Parked | None:
    """Who waits, when the call is in a slot. Since when and by whom stands in its path; for a moment that one
    is still there, and hears the slot."""
    if call.parked is None:
        return None
    since, by = None, None
    for step in call.path:
        if step.step == f"park {call.parked}" and step.result.startswith("by "):
            since, by = step.at, step.result.removeprefix("by ")
    legs = [leg for leg in live_legs(call) if leg.state in TALKING]
    waiting = furthest(leg for leg in legs if leg.extension is None or leg.extension != by)
    return Parked(
        slot=call.parked,
        number=waiting.number if waiting is not None else call.caller_number,
        name=waiting.name if waiting is not None else call.caller_name,
        since=since,
        by=by,
    )


def rung(call: CallRecord) -> list[str]:
    """The extensions whose phones ring for the call, sorted."""
    return sorted(
        {
            leg.extension
            for leg in call.legs
            if leg.extension and leg.role == "callee" and leg.state in RINGING
        }
    )


def pickup(call: CallRecord, extensions: list[str], directory: Directory) -> Pickup:
    """The call, for those who may take it from `extensions`."""
    since = min(
        (leg.offered_at for leg in call.legs if leg.extension in extensions and leg.state in RINGING),
        default=call.started_at,
    )
    return Pickup(
        call=call.id,
        extensions=extensions,
        caller=peer(directory, call.caller_number, call.caller_name),
        via=_via(call, directory, extensions[0]),
        since=since,
    )
