"""Browsers in calls: away for a moment, back in another leg, registered while it rings, with wishes."""

from dataclasses import replace

import pytest

from pbx.control.commands import Hold, Transfer
from pbx.ports import (
    Answer,
    Bridge,
    Caller,
    HangUp,
    IncomingCall,
    Invite,
    LegAway,
    MediaSilent,
    StartMusic,
    StartTimer,
    StopMusic,
    StopTimer,
    Unbridge,
)
from tests.calls.talk import connect, run
from tests.calls.world import World, binding, snapshot


def with_browsers() -> World:
    """101 and 103 phone from browsers."""
    config = snapshot()
    devices = [
        replace(device, srtp="dtls", ha1_md5=None, ha1_sha256=None)
        if device.extension in ("101", "103")
        else device
        for device in config.devices
    ]
    return World(replace(config, devices=devices))


def returns(world: World, leg: str, device: str = "d101", tenant: str = "t1") -> str:
    """The device sends INVITE to come back to `leg`, on a new one."""
    caller = Caller(tenant, device, "101" if device == "d101" else "103", srtp="dtls")
    event = IncomingCall(
        leg="new", caller=caller, number=f"return.{leg}", source="127.0.0.1:1", has_offer=True, dialog="again"
    )
    world._took(world.exchange.incoming(event, world.now))
    return "new"


def absent(world: World) -> set[str]:
    (call,) = world.exchange.calls()
    return {leg.id for leg in call.legs if leg.absent}


def test_the_other_side_hears_music_while_a_browser_is_away() -> None:
    world = with_browsers()
    far = connect(world, "102")
    world.happens(LegAway(leg="caller", away=True))
    assert world.of(Unbridge) and [each.leg for each in world.of(StartMusic)] == [far]
    assert absent(world) == {"caller"}
    (timer,) = world.of(StartTimer)
    assert timer.seconds == world.config.return_seconds
    world.happens(LegAway(leg="caller", away=False))
    assert world.of(Bridge) and [each.leg for each in world.of(StopMusic)] == [far]
    assert [each.name for each in world.of(StopTimer)] == [timer.name] and not absent(world)


def test_a_browser_that_does_not_come_back_has_hung_up() -> None:
    world = with_browsers()
    far = connect(world, "102")
    world.happens(LegAway(leg="caller", away=True))
    (timer,) = world.of(StartTimer)
    world.timer(timer.name)
    assert [each.leg for each in world.of(HangUp)] == ["caller"]
    world.ends("caller", remote=False)
    assert [each.leg for each in world.of(HangUp)] == [far]
    world.end_all()
    (mine,) = [leg for leg in world.record.legs if leg.id == "caller"]
    assert world.record.outcome == "answered" and mine.reason == "the browser did not come back"


def test_its_silence_is_no_reason_to_end_the_call() -> None:
    world = with_browsers()
    connect(world, "102")
    world.happens(LegAway(leg="caller", away=True))
    world.happens(MediaSilent(leg="caller", seconds=1e6))
    assert not world.of(HangUp)


@pytest.mark.parametrize("away", [True, False])
def test_a_new_leg_takes_the_place_of_the_old_one(away: bool) -> None:
    world = with_browsers()
    far = connect(world, "102")
    if away:
        world.happens(LegAway(leg="caller", away=True))
    new = returns(world, "caller")
    assert [each.leg for each in world.of(Answer)] == [new]
    assert [{each.a, each.b} for each in world.of(Bridge)] == [{new, far}]
    assert [each.leg for each in world.of(HangUp)] == ["caller"]
    world.ends("caller", remote=False)
    (call,) = world.exchange.calls()
    assert not absent(world) and {leg.id: leg.dialog for leg in call.legs}[new] == "again"
    world.ends(new)
    world.end_all()
    assert world.record.dialled == "102" and world.record.ended_by == "caller"


def test_who_comes_back_still_holds() -> None:
    """The other side hears the same music all the time, until the hold ends."""
    world = with_browsers()
    far = connect(world, "102")
    (call,) = world.exchange.calls()
    run(world, call.id, Hold(tenant="t1", extension="101"))
    assert [each.leg for each in world.of(StartMusic)] == [far]
    world.happens(LegAway(leg="caller", away=True))
    new = returns(world, "caller")
    assert not world.of(Bridge) and not world.of(StopMusic) and not world.of(StartMusic)
    world.media(new)
    world.ends("caller", remote=False)
    (call,) = world.exchange.calls()
    assert call.holding == [new] and not world.of(Bridge)
    run(world, call.id, Hold(tenant="t1", extension="101", on=False))
    assert [{each.a, each.b} for each in world.of(Bridge)] == [{new, far}]
    assert [each.leg for each in world.of(StopMusic)] == [far]


def test_who_is_held_by_the_other_side_comes_back_to_music() -> None:
    world = with_browsers()
    connect(world, "102")
    (call,) = world.exchange.calls()
    run(world, call.id, Hold(tenant="t1", extension="102"))
    new = returns(world, "caller")
    assert not world.of(Bridge) and [each.leg for each in world.of(StartMusic)] == [new]


def test_a_called_browser_comes_back_too() -> None:
    world = with_browsers()
    far = connect(world, "103", "d102a")
    new = returns(world, far, "d103")
    assert [{each.a, each.b} for each in world.of(Bridge)] == [{"caller", new}]
    world.ends(far, remote=False)
    world.ends(new)
    world.confirm_hangups()
    assert world.record.ended_by == "callee"


@pytest.mark.parametrize(("leg", "device"), [("caller", "d103"), ("nothing", "d101"), ("", "d101")])
def test_nobody_takes_the_place_of_another(leg: str, device: str) -> None:
    world = with_browsers()
    connect(world, "102")
    returns(world, leg, device)
    assert [(each.leg, each.code) for each in world.of(HangUp)] == [("new", 404)]
    assert len(world.exchange.calls()) == 1


def test_not_before_the_call_is_answered() -> None:
    world = with_browsers()
    world.dial("102")
    returns(world, "caller")
    assert [(each.leg, each.code) for each in world.of(HangUp)] == [("new", 404)]


def test_who_is_away_waits_in_the_next_call_too() -> None:
    """102 transfers a browser that is away: its time goes on where it is now."""
    world = with_browsers()
    far = connect(world, "102")
    world.happens(LegAway(leg="caller", away=True))
    (call,) = world.exchange.calls()
    run(world, call.id, Transfer(tenant="t1", extension="102", number="103"))
    world.answers(world.invited()["d103"])
    world.ends(far, remote=False)
    world.timer("away.caller")
    assert "caller" in [each.leg for each in world.of(HangUp)]


def test_a_phone_that_registers_while_it_rings_is_rung() -> None:
    world = with_browsers()
    world.dial("103", "d102a")
    world.rings(world.invited()["d103"])
    again = replace(binding("d103", 7000), contact="sip:other@127.0.0.1:7000")
    world.bindings.put(again)
    world._took(world.exchange.registered(again, world.now))
    (invite,) = world.of(Invite)
    assert invite.to == again
    world._took(world.exchange.registered(again, world.now))
    assert not world.of(Invite), "once is enough"
    other = replace(binding("d101", 7001), contact="sip:other@127.0.0.1:7001")
    world.bindings.put(other)
    world._took(world.exchange.registered(other, world.now))
    assert not world.of(Invite), "nobody calls 101"


def test_a_round_outlasts_the_lost_connection_of_its_only_browser() -> None:
    world = with_browsers()
    world.dial("103", "d102a")
    world.ends(world.invited()["d103"], 503, remote=False)
    assert not world.of(HangUp)
    again = replace(binding("d103", 7000), contact="sip:other@127.0.0.1:7000")
    world.bindings.put(again)
    world._took(world.exchange.registered(again, world.now))
    world.answers(world.invited()["d103"])
    assert world.of(Bridge)


def test_but_not_for_ever() -> None:
    world = with_browsers()
    world.dial("103", "d102a")
    world.ends(world.invited()["d103"], 503, remote=False)
    world.timer("ring")
    world.end_all()
    assert world.record.outcome == "no_answer"


def test_a_browser_is_offered_opus_first() -> None:
    world = with_browsers()
    caller = Caller("t1", "d102a", "102")
    event = IncomingCall(
        leg="caller", caller=caller, number="103", source="x", has_offer=True, codecs=("G722",)
    )
    world._took(world.exchange.incoming(event, world.now))
    (invite,) = world.of(Invite)
    assert (invite.codecs, invite.srtp) == ((), "dtls")


def test_wishes_for_one_call() -> None:
    world = with_browsers()
    event = IncomingCall(
        leg="caller",
        caller=Caller("t1", "d101", "101", srtp="dtls"),
        number="102",
        source="x",
        has_offer=True,
        caller_id="c1",
        record=True,
    )
    world._took(world.exchange.incoming(event, world.now))
    (call,) = world.exchange._calls.values()
    assert call.wanted_caller_id == "c1"
    world.answers(next(iter(world.invited().values())))
    assert [each.call for each in world.files.recordings.begun] == [call.id]


def test_a_browser_that_may_not_phone_any_more_is_out_of_its_calls() -> None:
    world = with_browsers()
    far = connect(world, "102")
    world._took(world.exchange.shut_out("t2", "d101", world.now))
    assert not world.of(HangUp)
    world._took(world.exchange.shut_out("t1", "d101", world.now))
    assert [each.leg for each in world.of(HangUp)] == ["caller"]
    world.ends("caller", remote=False)
    assert [each.leg for each in world.of(HangUp)] == [far]
    world.end_all()
    (mine,) = [leg for leg in world.record.legs if leg.id == "caller"]
    assert mine.reason == "it may not phone any more"
