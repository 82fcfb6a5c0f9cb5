"""A call that rings is sent to voicemail by command, whatever else would come; who declines for whom, and who
takes what rings for several."""

from dataclasses import replace

import pytest

from pbx.calls.errors import CommandError
from pbx.control.commands import Divert, SetState, Transfer
from pbx.control.configuration import GroupConfig
from pbx.ports import HangUp, Play, PromptEnded, Spoken, StartRecording
from tests.calls.talk import connect, run
from tests.calls.test_messages import office
from tests.calls.world import World, snapshot

FLOWS = {
    "sales": {
        "schema": 1,
        "name": "Sales",
        "start": "ring",
        "nodes": {
            "ring": {
                "type": "ring",
                "targets": [{"group": "sales"}],
                "seconds": 30,
                "next": {"declined": "end"},
            },
            "end": {"type": "hangup", "code": 480},
        },
    }
}


def with_group(world: World) -> None:
    """800 rings 102 and 103 together."""
    group = GroupConfig(id="sales", name="Sales", extensions=["102", "103"])
    world.config = replace(world.config, version=2, groups=[group], flows=FLOWS, lines={"800": "sales"})
    world.directory.apply(world.config)


def divert(world: World, extension: str | None = "103", call: str = "") -> None:
    run(world, call or world.exchange.calls()[0].id, Divert(tenant="t1", extension=extension))


def said(world: World) -> list[str]:
    return [sound.name for play in world.of(Play) for sound in play.sounds if isinstance(sound, Spoken)]


@pytest.mark.parametrize("extension", ["103", None])
def test_the_mailbox_takes_what_rings(extension: str | None) -> None:
    world = office("d103")
    world.dial("103")
    leg = world.invited()["d103"]
    world.rings(leg)
    divert(world, extension)
    assert [each.leg for each in world.of(HangUp)] == [leg]
    assert said(world) == ["vm_intro_unavailable", "vm_beep"]
    world.ends(leg, 487, remote=False)
    world.happens(PromptEnded(leg="caller"))
    assert len(world.of(StartRecording)) == 1
    world.ends("caller")
    assert world.record.outcome == "voicemail"
    assert [(step.step, step.result.split(":")[0]) for step in world.record.path][:2] == [
        ("ring", "declined"),
        ("voicemail 103", "the caller may leave a message"),
    ]


def test_a_forward_when_busy_does_not_come_first() -> None:
    world = office("d103")
    tenant = world.directory.tenant("t1")
    assert tenant is not None
    world.exchange.states.set(tenant, "103", SetState(forward_busy="102"), world.now)
    world.dial("103")
    divert(world)
    assert not world.invited() and said(world) == ["vm_intro_unavailable", "vm_beep"]


def test_a_transferred_caller_stays_in_the_mailbox() -> None:
    world = office("d103")
    far = connect(world, "102")
    (call,) = world.exchange.calls()
    run(world, call.id, Transfer(tenant="t1", extension="102", number="103"))
    assert "d103" in world.invited()
    world.ends(far, remote=False)
    divert(world)
    assert said(world) == ["vm_intro_unavailable", "vm_beep"]


@pytest.mark.parametrize(("extension", "status"), [("102", 403), ("101", 403), ("999", 403)])
def test_only_what_rings_for_me(extension: str, status: int) -> None:
    world = office("d103")
    world.dial("103")
    with pytest.raises(CommandError) as refused:
        divert(world, extension)
    assert refused.value.status == status
    assert not world.of(HangUp) and not said(world)


def test_a_supervisor_may_for_whom_they_supervise() -> None:
    world = office("d103")
    extensions = [replace(x, supervises=["103"]) if x.number == "102" else x for x in world.config.extensions]
    world.directory.apply(replace(world.config, version=2, extensions=extensions))
    world.dial("103")
    divert(world, "102")
    assert said(world) == ["vm_intro_unavailable", "vm_beep"]


def test_not_without_a_mailbox_and_not_what_is_answered_or_over() -> None:
    world = office("d103")
    world.dial("102")
    with pytest.raises(CommandError) as refused:
        divert(world, "102")
    assert refused.value.status == 409 and world.exchange.calls()[0].answered_at is None
    world.answers(next(leg for leg in world.exchange._by_leg if leg != "caller"))
    with pytest.raises(CommandError) as refused:
        divert(world, "102")
    assert refused.value.status == 409
    with pytest.raises(CommandError) as refused:
        divert(world, "102", "gone")
    assert refused.value.status == 404


def test_a_call_to_a_group_is_not_one_persons() -> None:
    world = office("d103")
    with_group(world)
    world.dial("800")
    assert set(world.invited()) == {"d102a", "d103"}
    with pytest.raises(CommandError) as refused:
        divert(world)
    assert refused.value.status == 409 and not world.of(HangUp)


def test_who_declines_a_call_to_a_group_declines_for_themselves() -> None:
    world = World(snapshot())
    with_group(world)
    world.dial("800")
    legs = world.invited()
    assert set(legs) == {"d102a", "d102b", "d103"}
    world.ends(legs["d102a"], 603)
    assert [each.leg for each in world.of(HangUp)] == [legs["d102b"]]
    world.ends(legs["d102b"], 487, remote=False)
    world.answers(legs["d103"])
    world.end_all()
    assert world.record.outcome == "answered"


def test_when_all_of_a_group_decline_the_caller_hears_so() -> None:
    world = World(snapshot())
    with_group(world)
    world.dial("800")
    legs = world.invited()
    world.ends(legs["d103"], 486)
    world.ends(legs["d102b"], 603)
    assert legs["d102a"] in [each.leg for each in world.of(HangUp)]
    world.end_all()
    assert world.record.outcome == "declined"


@pytest.mark.parametrize("device", ["d102b", "d103"])
def test_who_takes_a_call_to_a_group_takes_their_own(device: str) -> None:
    """The record says whose call it was: with several that ring, that of who takes it."""
    world = World(snapshot())
    with_group(world)
    world.dial("800")
    (call,) = world.exchange.calls()
    world.dial(f"take.{call.id}", device, "taker")
    taken = next(event.call for event in world.events if event.kind == "call.ended")
    assert taken is not None
    assert (taken.dialled, taken.continued_in) == (device[1:4], call.id)
