"""What a call looks like from where one stands."""

import pytest

from pbx.control.messages import CallRecord, Event, Notice, PathStep, RoomMember, RoomState
from pbx.control.state import View
from tests.webapp.live.office import binding, call, directory, event, leg
from webapp.live import calls
from webapp.live.messages import Call
from webapp.live.picture import NOTICES, Picture

OFFICE = directory()


def seen(record: CallRecord, *numbers: str, active: CallRecord | None = None) -> Call:
    found = calls.mine(record, frozenset(numbers), OFFICE, active)
    assert found is not None
    return found


def test_ringing_from_outside_over_a_public_number() -> None:
    record = call(
        "a",
        leg("p", "+31612345678", "caller", "answered"),
        leg("q", "101"),
        dialled="+31201234567",
        direction="inbound",
    )
    found = seen(record, "101")
    assert (found.state, found.direction, found.outside, found.my_leg) == ("ringing", "in", True, "q")
    assert found.peer.number == "+31612345678"
    assert found.via is not None and (found.via.kind, found.via.label) == ("number", "Main")
    assert [(each.device, each.id) for each in found.legs] == [(None, "p"), ("d101", "q")]


@pytest.mark.parametrize(
    ("dialled", "kind", "label"),
    [("300", "line", "Menu"), ("101", "extension", "Desk 101"), ("103", "forward", "Desk 103")],
)
def test_how_it_came(dialled: str, kind: str, label: str) -> None:
    found = seen(call("a", leg("p", "102", "caller"), leg("q", "101"), dialled=dialled), "101")
    assert found.via is not None and (found.via.kind, found.via.label) == (kind, label)


def test_calling_one_and_then_talking() -> None:
    ringing = call("a", leg("p", "101", "caller", "offered"), leg("q", "102"), dialled="102")
    found = seen(ringing, "101")
    assert (found.state, found.direction, found.peer.number, found.peer.extension) == (
        "dialling",
        "out",
        "102",
        "x102",
    )
    talking = call(
        "a",
        leg("p", "101", "caller", "answered"),
        leg("q", "102", state="answered"),
        answered_at=12.0,
        holding=["q"],
    )
    assert (seen(talking, "101").state, seen(talking, "101").held_by_other) == ("talking", True)
    assert (seen(talking, "102").state, seen(talking, "102").held_by_me) == ("held", True)


def test_calling_a_group_shows_what_was_dialled() -> None:
    record = call("a", leg("p", "101", "caller", "offered"), leg("q", "102"), leg("r", "103"), dialled="300")
    assert (seen(record, "101").peer.number, seen(record, "101").peer.name) == ("300", "Menu")


def test_a_phone_that_talks_counts_more_than_one_that_rings() -> None:
    record = call(
        "a", leg("p", "102", "caller", "answered"), leg("q", "101"), leg("r", "101", state="answered")
    )
    assert seen(record, "101").my_leg == "r"


def test_who_waits_for_a_consultation_is_held() -> None:
    waiting = call(
        "a", leg("p", "101", "caller", "ended"), leg("q", "102", state="answered"), answered_at=12.0
    )
    active = call("b", leg("p", "101", "caller", "answered"), leg("r", "103"), consulting="a")
    found = seen(waiting, "101", active=active)
    assert (found.state, found.consultation, found.my_leg, found.peer.number) == ("held", "b", None, "102")
    assert seen(active, "101").consultation == "a"
    assert seen(waiting, "102", active=active).consultation is None
    assert calls.mine(waiting, frozenset({"103"}), OFFICE, active) is None
    assert calls.mine(waiting, frozenset({"101"}), OFFICE, None) is None


def test_the_parker_is_not_who_waits() -> None:
    record = call(
        "a",
        leg("p", "101", "caller", "answered"),
        leg("q", "102", state="answered"),
        parked="701",
        path=[PathStep(step="park 701", at=11.0, result="by 101")],
    )
    found = calls.parked(record)
    assert found is not None
    assert (found.number, found.since, found.by, found.slot) == ("102", 11.0, "101", "701")


def test_a_call_that_rings_is_offered_to_the_group_and_to_who_supervises() -> None:
    picture = Picture(OFFICE, View())
    picture.apply(
        event("call.started", call=call("a", leg("p", "106", "caller"), leg("q", "102"), leg("r", "104")))
    )
    topics = {topic: entity for (topic, kind, _), entity in picture.entities.items() if kind == "pickup"}
    assert set(topics) == {"group:front", "rings:104"}
    assert topics["group:front"].value.extensions == ["102"]  # type: ignore[union-attr]


def test_several_registrations_of_a_phone() -> None:
    picture = Picture(OFFICE, View())

    def state(happened: Event) -> str:
        picture.apply(happened)
        return picture.entities["all", "colleague", "x101"].value.state  # type: ignore[union-attr]

    assert state(event("binding.changed", binding=binding("101", "sip:a"))) == "available"
    assert state(event("binding.changed", binding=binding("101", "sip:b"))) == "available"
    assert picture.apply(event("binding.changed", binding=binding("101", "sip:b", expires=999.0))) == {}
    assert state(event("binding.removed", binding=binding("101", "sip:a"))) == "available"
    assert state(event("binding.removed", binding=binding("101", "sip:b"))) == "offline"


def test_rooms_are_of_those_inside_and_of_supervisors() -> None:
    picture = Picture(OFFICE, View())
    member = RoomMember(leg="p", call="a", number="101", name="Ann", extension="101", level=-20.0)
    state = RoomState(id="room", tenant="ours", room="room", name="Monday", members=[member])
    picture.apply(event("room.changed", room=state))
    assert {topic for topic, kind, _ in picture.entities if kind == "room"} == {"part:ann", "supervisors"}


def test_only_the_latest_notices_are_kept() -> None:
    picture = Picture(OFFICE, View())
    for index in range(NOTICES + 5):
        notice = Notice(id=f"n{index}", tenant="ours", kind="trunk.down", text="It is down.")
        changes = picture.apply(event("notice", notice=notice))
    assert sum(kind == "notice" for _, kind, _ in picture.entities) == NOTICES
    assert changes["admins", "notice", "n4"] is None
