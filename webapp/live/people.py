"""Extensions as their own people and their colleagues see them, and conferences. Pure."""

from collections.abc import Collection, Iterable

from pbx.control.messages import CallRecord, ExtensionState, LegRecord, RoomState
from webapp.live.calls import RINGING, TALKING
from webapp.live.directory import Directory, ExtensionRow, StatusRow
from webapp.live.office import Colleague, Forward, Me, Phone, Presence, Reach, Room, RoomMember, Status

_BUSY: Collection[Presence] = ("busy", "away")


def colleague(
    row: ExtensionRow,
    directory: Directory,
    state: ExtensionState | None,
    registered: Collection[str],
    calls: Iterable[CallRecord],
) -> Colleague:
    """How to reach the person of an extension. `registered` are the devices of the organisation that are,
    `calls` those with a leg of this extension. Says nothing of whom they talk to."""
    person = directory.people.get(row.person) if row.person else None
    chosen = _status_row(directory, state)
    reach, since = _reach(row, chosen, state, registered, calls)
    return Colleague(
        number=row.number,
        name=row.name,
        person=person.id if person is not None else None,
        person_name=person.name if person is not None else None,
        photo=person.photo if person is not None else None,
        status=_status(chosen, state),
        do_not_disturb=state is not None and state.do_not_disturb,
        forwarded=bool(state is not None and state.forward_all)
        or _by_status(row, directory, chosen) is not None,
        state=reach,
        since=since,
    )


def _reach(
    row: ExtensionRow,
    chosen: StatusRow | None,
    state: ExtensionState | None,
    registered: Collection[str],
    calls: Iterable[CallRecord],
) -> tuple[Reach, float | None]:
    """The state of a Colleague, and since when."""
    legs = [leg for call in calls for leg in call.legs if leg.extension == row.number]
    busy = [
        _began(leg) for leg in legs if leg.state in TALKING or (leg.role == "caller" and leg.state in RINGING)
    ]
    if busy:
        return "talking", min(busy)
    ringing = [leg.offered_at for leg in legs if leg.state in RINGING]
    if ringing:
        return "ringing", min(ringing)
    here = any(phone.id in registered for phone in row.phones)
    if not here or (chosen is not None and chosen.presence == "offline"):
        return "offline", None
    silent = state is not None and state.do_not_disturb
    if silent or (chosen is not None and (chosen.presence in _BUSY or not chosen.rings)):
        return "away", state.changed_at if state is not None else None
    return "available", None


def _began(leg: LegRecord) -> float:
    return leg.answered_at if leg.answered_at is not None else leg.offered_at


def _status_row(directory: Directory, state: ExtensionState | None) -> StatusRow | None:
    if state is None or state.status is None:
        return directory.default
    return directory.statuses.get(state.status, directory.default)


def _status(row: StatusRow | None, state: ExtensionState | None) -> Status | None:
    if row is None:
        return None
    return Status(
        id=row.id,
        name=row.name,
        colour=row.colour,
        presence=row.presence,
        default=row.default,
        note=state.note if state is not None else "",
        until=state.until if state is not None else None,
    )


def _by_status(row: ExtensionRow, directory: Directory, chosen: StatusRow | None) -> str | None:
    return directory.forwards.get((row.number, chosen.id)) if chosen is not None else None


def me(
    row: ExtensionRow, directory: Directory, state: ExtensionState | None, registered: Collection[str]
) -> Me:
    """An extension as its person sees it."""
    chosen = _status_row(directory, state)
    return Me(
        number=row.number,
        name=row.name,
        phones=[
            Phone(id=phone.id, name=phone.name, kind=phone.kind, registered=phone.id in registered)
            for phone in row.phones
        ],
        status=_status(chosen, state),
        do_not_disturb=state is not None and state.do_not_disturb,
        forward=Forward(
            all=state.forward_all if state is not None else None,
            busy=state.forward_busy if state is not None else None,
            no_answer=state.forward_no_answer if state is not None else None,
            status=_by_status(row, directory, chosen),
        ),
        caller_id=(state.caller_id if state is not None else None) or row.caller_id,
        mailboxes=sorted(box.id for box in directory.mailboxes.values() if row.number in box.numbers),
        may_record=row.may_record,
        may_call_out=row.may_call_out,
    )


def room(state: RoomState, directory: Directory) -> Room:
    """A conference and who is in it."""
    number, name = directory.rooms.get(state.room, (None, state.name))
    return Room(
        room=state.room if number is not None else None,
        name=name,
        number=number,
        members=[
            RoomMember(
                leg=each.leg,
                call=each.call,
                number=each.number,
                name=each.name,
                extension=each.extension,
                muted=each.muted,
                level=each.level,
                since=each.since,
            )
            for each in state.members
        ],
        inviting=list(state.inviting),
    )
