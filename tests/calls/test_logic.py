"""What a call decides, event by event, without a stack."""

import pytest

from pbx.ports import (
    Answer,
    Bridge,
    DigitPressed,
    HangUp,
    Invite,
    MediaSilent,
    Play,
    Progress,
    PromptEnded,
    SendDigit,
    Spoken,
    StartMusic,
    StartTimer,
    StopMusic,
    StopPlaying,
    Unbridge,
)
from tests.calls.world import World, snapshot


@pytest.fixture
def world() -> World:
    return World()


def test_all_phones_ring_and_the_first_to_answer_wins(world: World) -> None:
    world.dial("102")
    legs = world.invited()
    assert set(legs) == {"d102a", "d102b"}
    invite = world.of(Invite)[0]
    assert (invite.number, invite.name, invite.domain, invite.called) == (
        "101",
        "Desk 101",
        "office.example",
        "102",
    )
    world.rings(legs["d102a"])
    assert world.of(Progress) == [Progress(leg="caller", code=180)]
    world.rings(legs["d102b"])
    assert world.of(Progress) == []
    world.answers(legs["d102b"])
    assert world.of(HangUp) == [
        HangUp(leg=legs["d102a"], code=487, cause='SIP;cause=200;text="Call completed elsewhere"')
    ]
    assert world.of(Answer) == [Answer(leg="caller", number="102", name="Desk 102", domain="office.example")]
    assert world.of(Bridge) == [Bridge(a="caller", b=legs["d102b"])]
    world.ends(legs["d102a"], 487, remote=False)
    world.ends("caller")
    assert [each.leg for each in world.of(HangUp)] == [legs["d102b"]]
    world.confirm_hangups()
    record = world.record
    assert (record.outcome, record.ended_by, record.code) == ("answered", "caller", 200)
    assert [leg.reason for leg in record.legs if leg.device == "d102a"] == ["answered on another phone"]
    assert world.exchange.count == world.exchange.legs == 0


def test_both_answer_in_the_same_moment_and_one_gets_bye(world: World) -> None:
    world.dial("102")
    legs = world.invited()
    world.answers(legs["d102a"])
    world.answers(legs["d102b"])
    (hang_up,) = world.of(HangUp)
    assert hang_up.leg == legs["d102b"]
    assert "completed elsewhere" in str(hang_up.cause)
    assert world.of(Answer) == []


@pytest.mark.parametrize(
    ("code", "outcome", "final", "prompt"),
    [
        (486, "busy", 486, "busy"),
        (600, "busy", 486, "busy"),
        (603, "declined", 603, "declined"),
        (480, "no_answer", 480, "no_answer"),
        (503, "failed", 500, "failed"),
    ],
)
def test_a_refusal_is_said_in_words_and_then_as_a_code(
    world: World, code: int, outcome: str, final: int, prompt: str
) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.ends(leg, code)
    assert world.of(Progress) == [Progress(leg="caller", code=183)]
    assert world.of(Play) == [Play(leg="caller", sounds=(Spoken(prompt, "en"),))]
    world.happens(PromptEnded(leg="caller"))
    assert world.of(HangUp) == [HangUp(leg="caller", code=final)]
    world.confirm_hangups()
    assert (world.record.outcome, world.record.code) == (outcome, final)


def test_a_caller_without_an_offer_gets_the_code_without_words(world: World) -> None:
    world.dial("999", offer=False)
    assert world.of(Play) == []
    assert world.of(HangUp) == [HangUp(leg="caller", code=404)]


def test_unknown_number_and_nobody_registered() -> None:
    world = World(registered=("d101",))
    world.dial("999")
    assert world.of(Play)[0].sounds[0].name == "unknown_number"
    other = World(registered=("d101",))
    other.dial("103")
    assert other.of(Play)[0].sounds[0].name == "not_registered"
    other.happens(PromptEnded(leg="caller"))
    other.confirm_hangups()
    assert (other.record.outcome, other.record.code) == ("not_registered", 480)


def test_no_answer_stops_all_phones(world: World) -> None:
    world.dial("102")
    legs = world.invited()
    assert [timer.seconds for timer in world.of(StartTimer) if timer.name == "ring"] == [25]
    world.timer("ring")
    assert {each.leg for each in world.of(HangUp)} == set(legs.values())
    assert world.of(Play)[0].sounds[0].name == "no_answer"


def test_decline_on_one_phone_stops_the_others_busy_does_not(world: World) -> None:
    world.dial("102")
    legs = world.invited()
    world.ends(legs["d102a"], 486)
    assert world.of(HangUp) == world.of(Play) == []
    world.ends(legs["d102b"], 480)
    assert world.of(Play)[0].sounds[0].name == "busy"
    again = World()
    again.dial("102")
    legs = again.invited()
    again.ends(legs["d102a"], 603)
    assert [each.leg for each in again.of(HangUp)] == [legs["d102b"]]
    assert again.of(Play)[0].sounds[0].name == "declined"


def test_caller_hangs_up_while_it_rings(world: World) -> None:
    world.dial("102")
    legs = world.invited()
    world.ends("caller", 487)
    assert {each.leg for each in world.of(HangUp)} == set(legs.values())
    world.confirm_hangups()
    assert (world.record.outcome, world.record.ended_by) == ("cancelled", "caller")


def test_caller_hangs_up_during_the_prompt(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.ends(leg, 486)
    world.ends("caller", 487)
    assert (world.record.outcome, world.record.ended_by) == ("busy", "caller")


def test_a_phone_does_not_ring_itself_but_its_siblings_do(world: World) -> None:
    world.dial("102", device="d102a")
    assert set(world.invited()) == {"d102b"}


def test_redirects_are_followed_inside_the_organisation_and_bounded(world: World) -> None:
    world.dial("102")
    legs = world.invited()
    world.ends(legs["d102a"], 302, redirect="103")
    assert [each.leg for each in world.of(HangUp)] == [legs["d102b"]]
    (leg,) = [leg for device, leg in world.invited().items() if device == "d103"]
    world.answers(leg)
    assert world.of(Answer)[0].number == "103"
    loop = World()
    loop.dial("103")
    rounds = 0
    while loop.of(Invite):
        (leg,) = loop.invited().values()
        loop.ends(leg, 302, redirect="103")
        rounds += 1
        assert rounds < 20
    assert loop.of(Play)[0].sounds[0].name == "failed"


def test_early_media_of_a_single_phone_is_heard_and_taken_away(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.rings(leg, media=True)
    assert world.of(Progress) == [Progress(leg="caller", code=183)]
    assert world.of(Bridge) == [Bridge(a="caller", b=leg)]
    world.ends(leg, 486)
    assert world.of(Play)[0].sounds == (Spoken("busy", "en"),)


def test_early_media_of_one_of_two_phones_is_not(world: World) -> None:
    world.dial("102")
    world.rings(world.invited()["d102a"], media=True)
    assert world.of(Bridge) == []
    assert world.of(Progress) == [Progress(leg="caller", code=180)]


def test_hold_plays_music_to_the_other_side_until_resumed(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.answers(leg)
    world.media(leg, held=True)
    assert world.of(Unbridge) == [Unbridge(a="caller", b=leg)]
    assert world.of(StartMusic) == [StartMusic(leg="caller", path=None)]
    world.media(leg, held=True)
    assert world.of(StartMusic) == []
    world.media(leg, held=False, codec="G722")
    assert world.of(StopMusic) == [StopMusic(leg="caller")]
    assert world.of(Bridge) == [Bridge(a="caller", b=leg)]
    (record,) = world.exchange.calls()
    assert record.legs[1].codec == "G722"


def test_digits_pass_both_ways(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.answers(leg)
    world.happens(DigitPressed(leg=leg, digit="5", via="rtp", milliseconds=120))
    assert world.of(SendDigit) == [SendDigit(leg="caller", digit="5", milliseconds=120)]
    world.happens(DigitPressed(leg="caller", digit="#", via="info", milliseconds=160))
    assert world.of(SendDigit) == [SendDigit(leg=leg, digit="#", milliseconds=160)]


def test_a_dead_call_ends_but_not_while_held(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.answers(leg)
    world.happens(MediaSilent(leg=leg, seconds=59))
    assert world.of(HangUp) == []
    world.media("caller", held=True)
    world.happens(MediaSilent(leg=leg, seconds=61))
    assert world.of(HangUp) == []
    world.media("caller", held=False)
    world.happens(MediaSilent(leg=leg, seconds=61))
    assert {each.leg for each in world.of(HangUp)} == {"caller", leg}
    world.confirm_hangups()
    assert (world.record.ended_by, world.record.outcome) == ("core", "answered")


def test_the_longest_call_time() -> None:
    world = World(config=snapshot(max_call_seconds=600))
    world.dial("103")
    (leg,) = world.invited().values()
    world.answers(leg)
    assert [timer.seconds for timer in world.of(StartTimer) if timer.name == "maximum"] == [600]
    world.timer("maximum")
    assert {each.leg for each in world.of(HangUp)} == {"caller", leg}


def test_originate_rings_me_first_then_the_other(world: World) -> None:
    world.originate("102", "103")
    legs = world.invited()
    assert set(legs) == {"d102a", "d102b"}
    assert world.of(Invite)[0].number == "103"
    world.answers(legs["d102a"])
    assert [each.leg for each in world.of(HangUp)] == [legs["d102b"]]
    (target,) = [leg for device, leg in world.invited().items() if device == "d103"]
    world.rings(target)
    assert world.of(Play) == [Play(leg=legs["d102a"], sounds=(Spoken("ringback", "en"),), loop=True)]
    world.answers(target)
    assert world.of(StopPlaying) == [StopPlaying(leg=legs["d102a"])]
    assert world.of(Bridge) == [Bridge(a=legs["d102a"], b=target)]
    assert world.of(Answer) == []


def test_originate_without_an_answer_ends_with_a_record(world: World) -> None:
    world.originate("103", "101")
    world.timer("ring")
    world.confirm_hangups()
    assert world.record.outcome == "no_answer"
    none = World(registered=())
    none.originate("103", "101")
    assert none.record.outcome == "not_registered"


def test_a_leg_that_never_confirms_its_end_does_not_keep_the_call(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.answers(leg)
    world.ends("caller")
    world.timer("close")
    assert world.record.outcome == "answered"
    assert world.exchange.count == world.exchange.legs == 0


def test_closing_the_node_ends_every_call_with_a_record(world: World) -> None:
    world.dial("103")
    (leg,) = world.invited().values()
    world.answers(leg)
    world._took(world.exchange.close(world.now))
    world.confirm_hangups()
    assert (world.record.ended_by, world.record.reason) == ("core", "the telephone exchange stopped")


def test_old_events_and_strangers_change_nothing(world: World) -> None:
    assert world.answers("nobody") == []
    world.dial("103")
    (leg,) = world.invited().values()
    world.ends("caller", 487)
    world.confirm_hangups()
    assert world.answers(leg) == []
