"""Transfers in the logic: blind, attended, early attended, returns, and what both sides are told."""

from dataclasses import replace

import pytest

from pbx.calls.errors import CommandError
from pbx.control.commands import Consult, Hold, Join, Move, Park, Pickup, Swap, Transfer
from pbx.control.configuration import MailboxConfig, RoomConfig
from pbx.ports import (
    Bridge,
    HangUp,
    Invite,
    JoinRoom,
    LegEnded,
    Play,
    PromptEnded,
    StartMusic,
    TellReferrer,
    TimerFired,
)
from tests.calls.talk import connect, identities, refer, run
from tests.calls.world import World, snapshot


@pytest.fixture
def world() -> World:
    return World()


def the_call(world: World, number: int = 0) -> str:
    return world.exchange.calls()[number].id


def test_blind_transfer_rings_the_target_and_connects(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    assert world.of(TellReferrer)[0].code == 100
    assert [each.leg for each in world.of(StartMusic)] == ["caller"]
    legs = world.invited()
    assert set(legs) == {"d102a", "d102b"}
    assert world.of(Invite)[0].number == "101"
    world.rings(legs["d102a"])
    assert world.of(TellReferrer)[0].code == 180
    world.answers(legs["d102a"])
    assert world.of(TellReferrer)[0] == TellReferrer(leg=called, code=200, reason="OK", final=True)
    assert world.of(Bridge) == [Bridge(a="caller", b=legs["d102a"])]
    assert called in [each.leg for each in world.of(HangUp)]
    assert identities(world) == {"caller": "102", legs["d102a"]: "101"}
    world.ends(called, remote=False)
    world.ends("caller")
    for leg in (legs["d102a"], legs["d102b"]):
        world.ends(leg, remote=False)
    assert world.record.outcome == "answered"


def test_the_transferor_may_hang_up_at_once(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    legs = world.invited()
    world.ends(called)
    world.answers(legs["d102a"])
    assert world.of(Bridge) == [Bridge(a="caller", b=legs["d102a"])]


def test_a_transfer_that_nobody_answers_comes_back(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    world.timer("ring")
    assert world.of(TellReferrer)[-1].final
    assert world.of(Bridge) == [Bridge(a="caller", b=called)]


def test_a_transfer_comes_back_to_a_phone_that_had_hung_up(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    world.ends(called)
    world.timer("ring")
    back = list(world.of(Invite))
    assert [each.to.device for each in back] == ["d103"]  # type: ignore[union-attr]
    assert back[0].name == "Return: Desk 101"
    world.answers(back[0].leg)
    assert world.of(Bridge) == [Bridge(a="caller", b=back[0].leg)]


def test_nobody_takes_the_return_either(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    world.ends(called)
    world.timer("ring")
    world.timer("ring")
    assert world.of(Play)[0].sounds[0].name == "transfer_failed"
    world.happens(PromptEnded(leg="caller"))
    world.confirm_hangups()
    world.confirm_hangups()


def test_attended_transfer_joins_the_two_others(world: World) -> None:
    first = connect(world, "103")
    second = connect(world, "102", device="d103", leg="consult")
    (a, b) = (each.id for each in world.exchange.calls())
    refer(world, first, replaces="consult")
    assert world.of(TellReferrer)[0].code == 200
    assert Bridge(a="caller", b=second) in world.of(Bridge)
    assert {each.leg for each in world.of(HangUp)} == {first, "consult"}
    assert identities(world) == {"caller": "102", second: "101"}
    ended = [call for call in world.exchange.calls() if call.id == a]
    assert ended[0].continued_in == b
    for leg in (first, "consult"):
        world.ends(leg, remote=False)
    (left,) = world.exchange.calls()
    assert left.id == b
    world.ends("caller")
    world.ends(second, remote=False)
    world.end_all()
    assert world.exchange.count == world.exchange.legs == 0


def test_attended_transfer_while_the_target_rings(world: World) -> None:
    first = connect(world, "103")
    world.dial("102", device="d103", leg="consult")
    legs = world.invited()
    world.rings(legs["d102a"])
    refer(world, first, replaces="consult")
    world.answers(legs["d102a"])
    assert Bridge(a="caller", b=legs["d102a"]) in world.of(Bridge)


def test_a_transfer_into_a_strangers_call_is_refused(world: World) -> None:
    first = connect(world, "103")
    refer(world, first, replaces="nobody")
    assert world.of(TellReferrer) == [
        TellReferrer(leg=first, code=481, reason="Call Does Not Exist", final=True)
    ]
    assert world.of(HangUp) == []


def test_the_waiting_side_hangs_up_during_the_transfer(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    legs = world.invited()
    world.ends("caller")
    assert {each.leg for each in world.of(HangUp)} == {called, *legs.values()}


def test_park_and_retrieve(world: World) -> None:
    called = connect(world, "103")
    assert run(world, the_call(world), Park(tenant="t1", extension="103")).slot == "701"  # type: ignore[attr-defined]
    assert world.of(Play)[0].leg == called
    assert world.exchange.calls()[0].parked == "701"
    world.happens(PromptEnded(leg=called))
    assert [each.leg for each in world.of(HangUp)] == [called]
    world.ends(called, remote=False)
    world.dial("701", device="d102a", leg="taker")
    assert Bridge(a="caller", b="taker") in world.of(Bridge)
    assert len(world.exchange.calls()) == 1
    assert world.exchange.parking.size == 0


def test_who_moves_a_call_reads_it_in_the_own_language() -> None:
    config = snapshot()
    dutch = [replace(each, language="nl") if each.number == "102" else each for each in config.extensions]
    world = World(replace(config, extensions=dutch))
    connect(world, "102", device="d103")
    run(world, the_call(world), Move(tenant="t1", extension="102", device="d102b"))
    assert world.of(Invite)[0].name == "Verder: Desk 103"


def test_a_parked_call_rings_its_parker_in_the_end(world: World) -> None:
    called = connect(world, "103")
    run(world, the_call(world), Park(tenant="t1", extension="103"))
    world.happens(PromptEnded(leg=called))
    world.ends(called, remote=False)
    world.timer("park")
    assert world.of(Invite)[0].name == "Park 701: Desk 101"
    assert world.exchange.parking.size == 0


def test_transfer_to_a_slot_parks_and_an_empty_slot_says_so(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "705")
    assert world.exchange.calls()[0].parked == "705"
    world.ends(called, remote=False)
    world.dial("706", device="d102a", leg="taker")
    assert world.of(Play)[0].sounds[0].name == "park_empty"


def test_pickup_of_a_group_and_of_one(world: World) -> None:
    for code in ("*8", "**103"):
        world = World()
        world.dial("103")
        (ringing,) = world.invited().values()
        world.dial(code, device="d102a", leg="taker")
        assert Bridge(a="caller", b="taker") in world.of(Bridge), code
        assert ringing in [each.leg for each in world.of(HangUp)]


def test_pickup_by_command_rings_my_phone_first(world: World) -> None:
    world.dial("103")
    call = the_call(world)
    run(world, call, Pickup(tenant="t1", extension="102", device="d102b"))
    (mine,) = world.invited().values()
    world.answers(mine)
    assert Bridge(a="caller", b=mine) in world.of(Bridge)


def test_move_to_another_device_of_mine(world: World) -> None:
    called = connect(world, "102")
    run(world, the_call(world), Move(tenant="t1", extension="102", device="d102b"))
    (other,) = world.invited().values()
    world.answers(other)
    assert Bridge(a="caller", b=other) in world.of(Bridge)
    assert [each.leg for each in world.of(HangUp)] == [called]


def test_consult_swap_and_transfer_from_one_leg(world: World) -> None:
    called = connect(world, "103")
    first = the_call(world)
    second = run(world, first, Consult(tenant="t1", extension="103", number="102")).call  # type: ignore[attr-defined]
    assert [each.leg for each in world.of(StartMusic)] == ["caller"]
    target = world.invited()["d102a"]
    world.answers(target)
    assert Bridge(a=called, b=target) in world.of(Bridge)
    assert world.exchange.find("t1", second).record().consulting == first  # type: ignore[union-attr]
    run(world, second, Swap(tenant="t1", extension="103", to_call=first))
    assert Bridge(a="caller", b=called) in world.of(Bridge)
    assert world.exchange.find("t1", first).record().consulting == second  # type: ignore[union-attr]
    run(world, first, Swap(tenant="t1", extension="103", to_call=second))
    assert Bridge(a=target, b=called) in world.of(Bridge)
    run(world, first, Transfer(tenant="t1", extension="103", to_call=second))
    assert {frozenset((each.a, each.b)) for each in world.of(Bridge)} >= {frozenset(("caller", target))}
    assert called in [each.leg for each in world.of(HangUp)]


def test_only_who_consults_may_swap(world: World) -> None:
    connect(world, "103")
    first = the_call(world)
    second = run(world, first, Consult(tenant="t1", extension="103", number="102")).call  # type: ignore[attr-defined]
    world.answers(world.invited()["d102a"])
    for stranger in ("101", "102"):
        with pytest.raises(CommandError) as refused:
            run(world, first, Swap(tenant="t1", extension=stranger, to_call=second))
        assert refused.value.status == 403


def test_who_holds_stands_in_the_record(world: World) -> None:
    called = connect(world, "103")
    call = the_call(world)
    run(world, call, Hold(tenant="t1", extension="103"))
    assert world.exchange.find("t1", call).record().holding == [called]  # type: ignore[union-attr]
    run(world, call, Hold(tenant="t1", extension="103", on=False))
    assert world.exchange.find("t1", call).record().holding == []  # type: ignore[union-attr]


def test_consulting_comes_back_when_the_target_hangs_up_or_is_busy(world: World) -> None:
    called = connect(world, "103")
    run(world, the_call(world), Consult(tenant="t1", extension="103", number="102"))
    legs = world.invited()
    world.answers(legs["d102a"])
    world.ends(legs["d102a"])
    assert Bridge(a="caller", b=called) in world.of(Bridge)
    assert called not in [each.leg for each in world.of(HangUp)]


def test_who_consults_hangs_up_and_the_others_go_on(world: World) -> None:
    called = connect(world, "103")
    run(world, the_call(world), Consult(tenant="t1", extension="103", number="102"))
    target = world.invited()["d102a"]
    world.answers(target)
    world.ends(called)
    pairs = {frozenset((each.a, each.b)) for each in world.of(Bridge)}
    assert frozenset(("caller", target)) in pairs


def test_three_way_out_of_a_consultation(world: World) -> None:
    called = connect(world, "103")
    first = the_call(world)
    second = run(world, first, Consult(tenant="t1", extension="103", number="102")).call  # type: ignore[attr-defined]
    target = world.invited()["d102a"]
    world.answers(target)
    run(world, first, Join(tenant="t1", extension="103", to_call=second))
    assert {each.leg for each in world.of(JoinRoom)} == {"caller", called, target}
    world.ends(called)
    world.ends("caller")
    world.end_all()
    assert world.exchange.rooms.size == 0
    assert world.exchange.count == 0


def test_a_device_takes_no_more_calls_than_it_may() -> None:
    plain = snapshot()
    world = World(config=plain)
    for index in range(4):
        world.dial("103", device="d101", leg=f"caller{index}")
    assert len(world.invited()) == 1
    world.dial("103", device="d102a", leg="fifth")
    assert world.of(Play)[0].sounds[0].name == "busy"


def test_nothing_is_left_when_everybody_hangs_up(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    world.end_all()
    assert world.exchange.count == world.exchange.legs == 0


def test_who_was_transferred_while_it_rang_is_told_who_answered(world: World) -> None:
    first = connect(world, "103")
    world.dial("102", device="d103", leg="consult")
    legs = world.invited()
    world.rings(legs["d102a"])
    refer(world, first, replaces="consult")
    assert [(each.leg, each.code) for each in world.of(HangUp) if each.leg == "consult"] == [("consult", 487)]
    world.answers(legs["d102a"])
    assert identities(world) == {"caller": "102", legs["d102a"]: "101"}


def test_a_phone_that_hangs_up_when_its_transfer_fails_is_rung(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "999")
    assert world.of(TellReferrer)[-1].final
    world.happens(LegEnded(leg=called, code=200, reason="", remote=True), after=0.1)
    back = world.of(Invite)
    assert [each.name for each in back] == ["Return: Desk 101"]
    world.answers(back[0].leg)
    assert world.of(Bridge) == [Bridge(a="caller", b=back[0].leg)]


def test_a_person_who_hangs_up_after_a_failed_transfer_is_not(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "999")
    world.happens(LegEnded(leg=called, code=200, reason="", remote=True), after=5.0)
    assert world.of(Invite) == []
    assert [each.leg for each in world.of(HangUp)] == ["caller"]


def test_a_transfer_to_a_code_that_fails_comes_back(world: World) -> None:
    for number in ("*8", "**102"):
        world = World()
        called = connect(world, "103")
        refer(world, called, number)
        assert world.of(TellReferrer)[-1].final, number
        assert world.of(Bridge) == [Bridge(a="caller", b=called)]


def test_a_transfer_into_a_room_lets_the_transferor_go() -> None:
    world = World(config=snapshot(rooms=[RoomConfig(id="r", number="800", name="Room")]))
    called = connect(world, "103")
    refer(world, called, "800")
    assert world.of(TellReferrer)[-1] == TellReferrer(leg=called, code=200, reason="OK", final=True)
    assert [each.leg for each in world.of(HangUp)] == [called]


def test_a_transfer_to_somebody_with_a_mailbox_comes_back_instead() -> None:
    plain = snapshot(mailboxes=[MailboxConfig(id="m", number="102", name="Bo", extensions=["102"])])
    plain = replace(
        plain, extensions=[replace(x, mailbox="m") if x.number == "102" else x for x in plain.extensions]
    )
    world = World(config=plain)
    called = connect(world, "103")
    refer(world, called, "102")
    world.timer("ring")
    assert world.of(Bridge) == [Bridge(a="caller", b=called)]


def test_a_transfer_that_takes_too_long_comes_back(world: World) -> None:
    called = connect(world, "103")
    refer(world, called, "102")
    world.timer("transfer")
    assert world.of(Bridge) == [Bridge(a="caller", b=called)]


def test_the_record_keeps_who_called_after_a_transfer(world: World) -> None:
    called = connect(world, "103", leg="caller")
    refer(world, "caller", "102")
    assert world.of(Invite)[0].number == "103"
    assert world.exchange.calls()[0].caller_number == "101"
    assert called


def test_an_early_attended_transfer_that_nobody_answers_comes_back(world: World) -> None:
    first = connect(world, "103")
    world.dial("102", device="d103", leg="consult")
    (second,) = [each.id for each in world.exchange.calls() if each.dialled == "102"]
    refer(world, first, replaces="consult")
    for leg in (first, "consult"):
        world.ends(leg, remote=False)
    world.happens(TimerFired(call=second, name="ring"))
    assert [(each.to.device, each.name) for each in world.of(Invite)] == [("d103", "Return: Desk 101")]  # type: ignore[union-attr]


def test_what_cannot_be_transferred_stays_as_it_was(world: World) -> None:
    """The second line hears that the number is unknown: there is nobody to be joined with."""
    first = connect(world, "103")
    world.dial("999", device="d103", leg="consult")
    refer(world, first, replaces="consult")
    assert [(each.code, each.final) for each in world.of(TellReferrer)] == [(481, True)]
    assert world.of(HangUp) == []
    world.ends(first)
    assert [each.leg for each in world.of(HangUp)] == ["caller"]


def test_who_waits_is_not_forgotten_when_the_consultation_fails(world: World) -> None:
    """The person hangs up while they hear that the other one is unknown: their phone rings."""
    called = connect(world, "103")
    first = the_call(world)
    second = run(world, first, Consult(tenant="t1", extension="103", number="999")).call  # type: ignore[attr-defined]
    with pytest.raises(CommandError) as refused:
        run(world, first, Transfer(tenant="t1", extension="103", to_call=second))
    assert refused.value.status == 409
    world.ends(called)
    back = world.of(Invite)
    assert [(each.to.device, each.name) for each in back] == [("d103", "Return: Desk 101")]  # type: ignore[union-attr]
    world.answers(back[0].leg)
    assert world.of(Bridge) == [Bridge(a="caller", b=back[0].leg)]


def test_a_consulted_menu_begins_anew_for_who_is_transferred_there() -> None:
    menu = {"type": "menu", "sound": "demo_menu", "next": {"1": "end", "else": "end"}}
    end = {"type": "hangup", "code": 480}
    flow = {"schema": 1, "name": "Menu", "start": "menu", "nodes": {"menu": menu, "end": end}}
    world = World(config=snapshot(flows={"f": flow}, lines={"500": "f"}))
    first = connect(world, "103")
    world.dial("500", device="d103", leg="consult")
    assert [each.leg for each in world.of(Play)] == ["consult"]
    refer(world, first, replaces="consult")
    assert [(each.leg, each.sounds[0].name) for each in world.of(Play)] == [("caller", "demo_menu")]


def test_parked_by_consulting_the_code_and_not_taken_rings_the_same_phone(world: World) -> None:
    first = connect(world, "103")
    world.dial("*68", device="d103", leg="consult")
    (parking,) = [each.id for each in world.exchange.calls() if each.dialled == "*68"]
    refer(world, first, replaces="consult")
    for leg in (first, "consult"):
        world.ends(leg, remote=False)
    world.happens(TimerFired(call=parking, name="park"))
    assert [(each.to.device, each.name) for each in world.of(Invite)] == [("d103", "Park 701: Desk 101")]  # type: ignore[union-attr]
