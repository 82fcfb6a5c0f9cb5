"""Nothing of a call stays behind, also when phones do not behave."""

from pbx.control.configuration import RoomConfig
from pbx.ports import Caller, IncomingCall
from tests.calls.talk import connect
from tests.calls.world import World, snapshot


def test_a_phone_that_never_confirms_its_end_is_free_again() -> None:
    world = World()
    called = connect(world, "103")
    world.ends("caller")
    assert called in world.exchange._by_leg
    world.timer("close")
    assert world.exchange.count == world.exchange.legs == 0
    assert world.exchange._by_device == {}


def test_the_only_one_in_a_room_goes_on_at_another_phone() -> None:
    world = World(snapshot(rooms=[RoomConfig(id="room", number="800", name="Room")]))
    world.dial("800", "d102a")
    event = IncomingCall(
        leg="other",
        caller=Caller("t1", "d102b", "102"),
        number="102",
        source="127.0.0.1:5063",
        has_offer=True,
        replaces="caller",
    )
    world._took(world.exchange.incoming(event, world.now))
    (room,) = world.exchange.rooms.all()
    assert [member.leg for member in room.members] == ["other"]
