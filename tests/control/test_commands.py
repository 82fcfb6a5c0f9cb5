"""Commands on calls and rooms, and what users set, by the client."""

import time

import pytest

from pbx.control.client import ControlClient, ControlError
from pbx.control.commands import (
    COMMANDS,
    Consult,
    Hold,
    Invite,
    Join,
    Member,
    Originate,
    Originated,
    Park,
    Parked,
    Press,
    SetState,
)
from pbx.control.messages import ExtensionState, RoomMember, RoomState, TrunkState
from pbx.control.readings import Reading
from tests.control.target import Core, _event
from tests.control.test_api import by_hand, refused, snapshot


async def a_call(client: ControlClient) -> str:
    await client.snapshot(snapshot())
    return await client.originate(Originate(tenant="demo", extension="100", number="101"))


async def test_each_command_gets_through_with_its_answer(core: Core, client: ControlClient) -> None:
    call = await a_call(client)
    assert await client.command(call, Hold(tenant="demo", on=False)) is None
    assert await client.command(call, Press(tenant="demo", digits="12#")) is None
    assert await client.command(call, Consult(tenant="demo", number="105")) == Originated(call=f"{call}-2")
    assert await client.command(call, Park(tenant="demo", slot="703")) == Parked(slot="703")
    room = await client.command(call, Join(tenant="demo"))
    assert isinstance(room, RoomState) and room.room == call
    assert [command for _call, command in core.commands][:2] == [
        Hold(tenant="demo", on=False),
        Press(tenant="demo", digits="12#"),
    ]


async def test_commands_that_are_refused(core: Core, client: ControlClient) -> None:
    call = await a_call(client)
    assert (await refused(client.command("none", Hold(tenant="demo"))))[0] == 404
    assert (await refused(client.command(call, Hold(tenant="other"))))[0] == 404
    assert await refused(client.command(call, Hold(tenant="demo", extension="999"))) == (403, "extension")
    assert (await by_hand(core, "POST", f"/v1/calls/{call}/explode", json={"tenant": "demo"}))[0] == 404
    for name in COMMANDS:
        status, problem = await by_hand(core, "POST", f"/v1/calls/{call}/{name}", json={"tenant": ""})
        assert (status, problem["field"]) == (400, "tenant"), name
    assert (await by_hand(core, "POST", f"/v1/calls/{call}/digits", json={"tenant": "t", "digits": "x"}))[
        0
    ] == 400


async def test_rooms(core: Core, client: ControlClient) -> None:
    members = [
        RoomMember(leg=leg, call="c", number=leg, name="", extension=None, since=1.0) for leg in ("l1", "l2")
    ]
    room = RoomState(id="r1", tenant="demo", room="r1", name="Board", members=members)
    core.emit(_event("room.changed", tenant="demo", room=room))
    assert await client.rooms("demo") == [room] and await client.rooms("other") == []
    assert (await client.invite("r1", Invite(tenant="demo", number="105"))).inviting == ["105"]
    muted = await client.member("r1", "l2", Member(tenant="demo", action="mute"))
    assert [member.muted for member in muted.members] == [False, True]
    left = await client.member("r1", "l2", Member(tenant="demo", action="remove"))
    assert [member.leg for member in left.members] == ["l1"]
    assert (await refused(client.member("r1", "l9", Member(tenant="demo", action="mute"))))[0] == 404
    assert (await refused(client.invite("r1", Invite(tenant="other", number="1"))))[0] == 404


async def test_what_users_set(core: Core, client: ControlClient) -> None:
    await client.snapshot(snapshot())
    state = await client.set_state("demo", "100", SetState(note="Lunch", do_not_disturb=True))
    assert (state.note, state.do_not_disturb, state.status) == ("Lunch", True, None)
    again = await client.set_state("demo", "100", SetState(forward_all="voicemail"))
    assert (again.note, again.forward_all) == ("Lunch", "voicemail")
    assert await client.extensions("demo") == [again] and await client.extensions("other") == []
    cleared = await client.set_state("demo", "100", SetState(forward_all=None))
    assert cleared.forward_all is None and isinstance(cleared, ExtensionState)
    assert (await refused(client.set_state("other", "100", SetState(note="x"))))[0] == 404


async def test_a_change_that_was_overtaken(core: Core, client: ControlClient) -> None:
    await client.snapshot(snapshot())
    planned = time.time()
    first = await client.set_state("demo", "100", SetState(note="planned"), unless_changed_since=planned)
    assert first.note == "planned"
    with pytest.raises(ControlError) as caught:
        await client.set_state("demo", "100", SetState(note="twice"), unless_changed_since=planned)
    assert caught.value.status == 412
    assert (await client.extensions("demo"))[0].note == "planned"
    path = "/v1/tenants/demo/extensions/100?unless_changed_since=soon"
    assert (await by_hand(core, "PATCH", path, json={}))[0] == 400


async def test_trunks(core: Core, client: ControlClient) -> None:
    state = TrunkState(tenant="demo", trunk="t1", state="down", since=5.0, code=403, reason="Forbidden")
    core.emit(_event("trunk.changed", tenant="demo", trunk=state))
    assert await client.trunks("demo") == [state] and await client.trunks("other") == []


async def test_readings(core: Core, client: ControlClient) -> None:
    await client.snapshot(snapshot())
    assert await client.reading("demo", "*68", "101") == Reading(kind="feature", feature="park")
    assert (await client.reading("demo", "701")).kind == "slot"
    assert (await refused(client.reading("other", "100")))[0] == 404
    for number in ("", "1" * 33):
        assert await refused(client.reading("demo", number)) == (400, "number")
