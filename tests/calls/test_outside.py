"""Calls to and from trunks in the logic: over several lines, by whom, and what nobody outside may do."""

from dataclasses import replace

import pytest

from pbx.control.configuration import CallerIdConfig, NumberConfig, RouteConfig, Snapshot, TrunkConfig
from pbx.ports import Bridge, Caller, HangUp, IncomingCall, Invite, Play, Referred, TellReferrer
from tests.calls.talk import connect, lines
from tests.calls.world import World, snapshot


def office() -> Snapshot:
    """Two trunks; 103 may show a number of its own; +31201234567 rings 103."""
    plain = snapshot(
        trunks=[
            TrunkConfig(id="a", name="A", host="192.0.2.1"),
            TrunkConfig(id="b", name="B", host="192.0.2.2"),
        ],
        routes=[RouteConfig(id="r", prefixes=["+"], trunks=["a", "b"])],
        numbers=[NumberConfig(number="+31201234567", extension="103")],
        caller_ids=[CallerIdConfig(id="c", kind="company", number="+31201234567")],
    )
    return replace(plain, extensions=[replace(x, caller_ids=["c"], caller_id="c") for x in plain.extensions])


@pytest.fixture
def world() -> World:
    return World(config=office())


def calls_in(world: World, number: str = "+31201234567") -> None:
    event = IncomingCall(
        leg="trunk",
        caller=Caller("t1", "", "", trunk="a"),
        number=number,
        source="192.0.2.1:5060",
        has_offer=True,
        from_number="+31612345678",
    )
    world._took(world.exchange.incoming(event, world.now))


def test_a_call_goes_out_over_the_next_trunk_when_the_first_fails(world: World) -> None:
    world.dial("0612345678")
    (first,) = lines(world)
    assert (first.trunk, world.of(Invite)[0].number) == ("a", "+31201234567")
    world.ends(world.of(Invite)[0].leg, 503)
    (second,) = lines(world)
    assert second.trunk == "b"
    leg = world.of(Invite)[0].leg
    world.answers(leg)
    assert world.of(Bridge) == [Bridge(a="caller", b=leg)]
    world.ends("caller")
    world.end_all()
    record = world.record
    assert (record.direction, record.trunk, record.shown) == ("outbound", "b", "+31201234567")
    assert world.exchange.outside.trunk_calls("t1", "a") == world.exchange.outside.trunk_calls("t1", "b") == 0


@pytest.mark.parametrize(
    ("standing", "shown"), [("c", "+31201234567"), ("hidden", "+31201234560"), (None, "+31201234560")]
)
def test_the_code_shows_the_usual_number_else_the_first(standing: str | None, shown: str) -> None:
    plain = office()
    more = [
        CallerIdConfig(id="hidden", kind="anonymous"),
        CallerIdConfig(id="first", kind="company", number="+31201234560"),
    ]
    ids = ["hidden", "first", "c"]
    world = World(
        config=replace(
            plain,
            caller_ids=[*plain.caller_ids, *more],
            extensions=[replace(x, caller_ids=ids, caller_id=standing) for x in plain.extensions],
        )
    )
    world.dial("#310612345678")
    assert world.of(Invite)[0].number == shown


def test_a_silent_trunk_is_given_up_for_the_next(world: World) -> None:
    world.dial("0612345678")
    leg = world.of(Invite)[0].leg
    world.timer("line")
    assert leg in [each.leg for each in world.of(HangUp)]
    assert [line.trunk for line in lines(world)] == ["b"]


def test_busy_outside_is_busy(world: World) -> None:
    world.dial("0612345678")
    world.ends(world.of(Invite)[0].leg, 486)
    assert world.of(Play)[0].sounds[0].name == "busy"


def test_a_number_of_ours_rings_its_extension(world: World) -> None:
    calls_in(world)
    (leg,) = world.invited().values()
    assert world.of(Invite)[0].number == "+31612345678"
    world.answers(leg)
    world.ends("trunk")
    world.end_all()
    assert (world.record.direction, world.record.trunk) == ("inbound", "a")


def test_a_number_that_is_not_ours_leads_nowhere(world: World) -> None:
    calls_in(world, "+31999999999")
    assert world.of(Invite) == []


def test_nobody_outside_transfers_our_people(world: World) -> None:
    calls_in(world)
    (leg,) = world.invited().values()
    world.answers(leg)
    world.happens(Referred(leg="trunk", number="0900123456"))
    assert [each.code for each in world.of(TellReferrer)] == [603]
    assert world.of(Invite) == []


def test_a_transfer_from_a_phone_to_the_outside_counts_as_its_persons(world: World) -> None:
    called = connect(world, "103")
    world.happens(Referred(leg=called, number="0612345678"))
    assert [line.trunk for line in lines(world)] == ["a"]


def test_star_codes_are_not_for_callers_from_outside(world: World) -> None:
    config = replace(office(), numbers=[NumberConfig(number="+31201234567", extension="*8")])
    world = World(config=config)
    calls_in(world)
    assert world.of(Invite) == []
