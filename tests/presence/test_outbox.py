"""How NOTIFYs go out: one at a time, the latest state, none too often, and what a call costs that nobody
watches."""

import timeit

from .world import World, binding, call, header, leg, states


def test_one_at_a_time_and_the_latest_state_wins() -> None:
    world = World(answers=False)
    world.watch("102")
    first = world.sent[-1]
    for state in ("ringing", "answered", "held"):
        assert world.happens(call("c1", leg("102", state))) == []
    [notify] = world.took(world.presence.answered(first.token, 200, world.now))
    assert states(notify) == [("recipient", "confirmed")]
    assert header(notify, "CSeq") == "2"


def test_no_more_than_five_a_second() -> None:
    world = World()
    request = world.watch("102")
    start, before = world.now, len(world.sent)
    for index in range(100):  # a phone that refreshes like mad
        world.subscribe(world.again(request, cseq=10 + index))
        world.passes(0.01)
    world.passes(5)
    assert len(world.sent) - before <= 6
    for index in range(200):
        world.now = start + 10 + index / 100
        world.took(world.presence.call(call("c1", leg("102", ("held", "answered")[index % 2])), world.now))
    assert len(world.sent) - before <= 18


def test_a_crowd_is_told_evenly() -> None:
    world = World()
    for user in range(101, 111):
        for index in range(60):
            request = world.ask("102", user=str(user), source_port=6000 + index)
            assert world.subscribe(request)[0].code == 200
    world.passes(10)
    world.sent.clear()
    at_once = len(world.happens(call("c1", leg("102", "ringing"))))
    assert 150 <= at_once <= 250
    assert at_once + len(world.passes(1.0)) == 600
    world.now += 60
    at_once = len(world.restart())
    assert 150 <= at_once <= 250
    assert at_once + len(world.passes(1.0)) == 600


def test_everything_is_let_go_of() -> None:
    world = World()
    requests = [world.watch(resource) for resource in ("102", "103", "701")]
    world.registers(binding("102", 5070))
    for record in (call("c1", leg("102", "ringing"), parked="701"), call("c1", ended_at=1.0)):
        world.happens(record)
    for request in requests:
        world.now += 1
        world.subscribe(world.again(request, expires=0))
    watches, facts = world.presence._watches, world.presence._facts
    assert not (watches._all or watches._devices or watches._subjects or watches._tenants)
    assert not (facts._calls or facts._places)
    assert not world.presence._outbox._waiting


def test_a_call_that_nobody_watches_costs_next_to_nothing() -> None:
    world = World()
    record = call("c1", leg("101", "answered", "caller"), leg("102", "answered"))
    seconds = min(timeit.repeat(lambda: world.presence.call(record, 1000.0), number=1000, repeat=5))
    assert seconds / 1000 < 50e-6  # measured: about 3 microseconds
