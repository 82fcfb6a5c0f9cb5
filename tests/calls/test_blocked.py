"""Callers whom somebody blocked: declined at that person's extension, whichever way they come."""

from dataclasses import replace

import pytest

from pbx.control.commands import Originate, Transfer
from pbx.control.configuration import GroupConfig
from pbx.ports import HangUp, Invite, Play, PromptEnded
from tests.calls.talk import connect, run
from tests.calls.test_diverting import FLOWS
from tests.calls.test_outside import calls_in, office
from tests.calls.world import World

MOBILE = "+31612345678"


@pytest.fixture
def world() -> World:
    """103 does not want to hear of 101, nor of a number outside; 800 rings 102 and 103."""
    config = office()
    extensions = [replace(x, blocked=["101", MOBILE]) if x.number == "103" else x for x in config.extensions]
    group = GroupConfig(id="sales", name="Sales", extensions=["102", "103"])
    return World(replace(config, extensions=extensions, groups=[group], flows=FLOWS, lines={"800": "sales"}))


def declined(world: World, leg: str) -> None:
    assert not world.of(Invite)
    assert [play.sounds[0].name for play in world.of(Play)] == ["declined"]
    world.happens(PromptEnded(leg=leg))
    assert world.of(HangUp) == [HangUp(leg=leg, code=603)]
    world.confirm_hangups()
    assert (world.record.outcome, world.record.reason) == ("declined", "blocked by 103")
    assert world.record.path[-1].result == "this caller is blocked there"


def test_a_colleague(world: World) -> None:
    world.dial("103")
    declined(world, "caller")


def test_a_number_outside(world: World) -> None:
    calls_in(world)
    declined(world, "trunk")


def test_by_intercom_too(world: World) -> None:
    world.dial("*80103")
    assert not world.of(Invite)
    world.happens(PromptEnded(leg="caller"))
    world.confirm_hangups()
    assert world.record.reason == "blocked by 103"


def test_others_and_other_ways_are_not_concerned(world: World) -> None:
    world.dial("103", "d102a", "other")
    assert set(world.invited()) == {"d103"}
    world.dial("102")
    assert world.invited()
    world.dial("800", leg="third")
    assert "d103" in world.invited(), "a group rings all of its people"


def test_who_blocks_may_call_whom_they_blocked(world: World) -> None:
    world.dial("101", "d103")
    assert set(world.invited()) == {"d101"}


def test_a_transfer_to_who_blocked_comes_back(world: World) -> None:
    far = connect(world, "102")
    (call,) = world.exchange.calls()
    run(world, call.id, Transfer(tenant="t1", extension="102", number="103"))
    assert "d103" not in world.invited() and set(world.invited()) == {"d102a", "d102b"}
    assert far


def test_nor_by_click(world: World) -> None:
    wish = Originate(tenant="t1", extension="101", number="103")
    _, commands = world.exchange.originate(wish, world.now)
    world._took(commands)
    world.answers(world.invited()["d101"])
    assert "d103" not in world.invited()
