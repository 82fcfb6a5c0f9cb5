"""Old state and events are a fresh state, for everybody who watches; and nobody sees more than they may."""

import json
from dataclasses import replace
from itertools import count

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pbx.control.messages import Event
from pbx.control.state import View
from tests.webapp.live.client import Watcher
from tests.webapp.live.office import (
    OURS,
    THEIRS,
    call,
    directory,
    event,
    histories,
    leg,
    viewer,
)
from webapp.live import access, hub
from webapp.live.directory import Directory, Person
from webapp.live.hub import Hub
from webapp.live.messages import ServerMessage
from webapp.live.picture import Picture
from webapp.organisations.roles import Role

WATCHERS = (
    viewer("ann"),
    viewer("bob", Role.AGENT),
    viewer("carol", Role.SUPERVISOR),
    viewer("dan", Role.ADMIN),
    viewer("nobody"),
)
steps = st.sampled_from(("urgent", "rest", "read", "lose", "come", "move"))


def moved() -> Directory:
    """102 belongs to Carol now, Bob is gone, 104 has another name."""
    old = directory()
    rows = dict(old.extensions)
    rows["102"] = replace(rows["102"], person="carol", group=None)
    rows["104"] = replace(rows["104"], name="Workshop")
    people = {
        "ann": Person(id="ann", name="Ann", numbers=("101",)),
        "carol": Person(id="carol", name="Carol", numbers=("102", "103")),
        "dan": Person(id="dan", name="Dan", numbers=("104", "105")),
    }
    return replace(old, extensions=rows, people=people)


def fresh(people: Directory, view: View, of: object) -> dict[tuple[str, str], object]:
    """What somebody would be told who comes now."""
    picture = Picture(people, view)
    picture.core(up=True)
    topics = access.topics(of, people)  # type: ignore[arg-type]
    return {
        (kind, key): json.loads(msgspec.json.encode(entity))["value"]
        for (topic, kind, key), entity in picture.entities.items()
        if topic in topics
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_old_state_and_events_are_a_fresh_state(data: st.DataObject) -> None:
    people, view, numbers = directory(), View(), count(1)
    picture = Picture(people, view)
    live = Hub(picture, "stream", lambda urgent: None)
    live.change(picture.core(up=True))
    watchers = [Watcher(live, who) for who in WATCHERS]
    for item in data.draw(histories):
        happened = msgspec.structs.replace(item, number=next(numbers))
        view.apply(happened)
        if happened.tenant == OURS:
            live.change(picture.apply(happened))
        step = data.draw(steps)
        if step == "move" and people is not None:
            people = moved() if people.people.get("bob") else directory()
            live.change(picture.replace(people, view))
            live.publish(urgent=True)
            live.publish(urgent=False)
            live.moved(0.0)
        chosen = data.draw(st.sampled_from(watchers))
        _step(live, chosen, step)
    for watcher in watchers:
        _step(live, watcher, "come")
    live.publish(urgent=True)
    live.publish(urgent=False)
    for watcher in watchers:
        watcher.read()
        seen = {key: value for key, value in watcher.state.items() if key[0] != "notice"}
        assert seen == fresh(people, view, watcher.who), watcher.who
    assert {place: entity for place, entity in picture.entities.items() if place[1] != "notice"} == _entities(
        people, view
    )


def _entities(people: Directory, view: View) -> object:
    picture = Picture(people, view)
    picture.core(up=True)
    return picture.entities


def _step(live: Hub, watcher: Watcher, step: str) -> None:
    if step in ("urgent", "rest"):
        live.publish(urgent=step == "urgent")
    elif step == "read":
        watcher.read()
    elif step == "lose" and watcher.viewer is not None:
        watcher.disconnect()
    elif step == "come" and watcher.viewer is None:
        watcher.connect()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_what_goes_out_fits_the_schema(history: list[Event]) -> None:
    picture = Picture(directory(), View())
    live = Hub(picture, "stream", lambda urgent: None)
    watcher = Watcher(live, viewer("carol", Role.ADMIN))
    for item in history:
        if item.tenant == OURS:
            live.change(picture.apply(item))
            live.publish(urgent=True)
            live.publish(urgent=False)
    for frame in watcher.outbox.frames:
        msgspec.json.decode(frame, type=ServerMessage)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories)
def test_nobody_sees_calls_of_others(history: list[Event]) -> None:
    """Numbers of people outside come to those who talk to them, may take the call, or supervise; and a parked
    call may be taken by all."""
    picture = Picture(directory(), View())
    for item in history:
        if item.tenant == OURS:
            picture.apply(item)
    for who in (viewer("ann"), viewer("dan"), viewer("nobody")):
        own = picture.directory.people[who.person].numbers if who.person != "nobody" else ()
        topics = access.topics(who, picture.directory)
        for (topic, kind, _key), entity in picture.entities.items():
            if topic not in topics:
                continue
            assert kind not in ("office_call", "notice")
            text = msgspec.json.encode(entity).decode()
            if kind == "call":
                assert entity.value.extension in own  # type: ignore[union-attr]
            elif kind == "pickup":
                assert who.person == "ann"
            elif kind == "room":
                assert any(each.extension in own for each in entity.value.members)  # type: ignore[union-attr]
            elif kind != "parked":
                assert "+31612345678" not in text
            for other in ("office_call", "supervisors"):
                assert other not in text


def test_another_organisation_sees_nothing() -> None:
    picture = Picture(directory(), View())
    picture.apply(event("call.started", call=call("a", leg("p", "101", "caller"), leg("q", "102"))))
    live = Hub(picture, "stream", lambda urgent: None)
    for role in Role:
        stranger = Watcher(live, viewer("ann", role, THEIRS))
        operator = Watcher(live, viewer("ann", role, None))
        picture_changes = picture.apply(event("call.ended", call=call("a", leg("p", "101", "caller"))))
        live.change(picture_changes)
        live.publish(urgent=True)
        live.publish(urgent=False)
        for each in (stranger, operator):
            each.read()
            assert each.state == {}
            assert each.changes == []


def test_who_comes_back_gets_what_was_missed_and_no_more() -> None:
    picture = Picture(directory(), View())
    live = Hub(picture, "stream", lambda urgent: None)
    ann = Watcher(live, viewer("ann"))
    ann.read()
    ann.disconnect()
    ringing = call("a", leg("p", "103", "caller"), leg("q", "101"))
    live.change(picture.apply(event("call.started", call=ringing)))
    live.publish(urgent=True)
    ann.connect()
    ann.read()
    assert [hello["state"] is None for hello in ann.hellos] == [False, True]
    assert [change["put"]["kind"] for change in ann.changes] == ["call"]


def test_too_long_away_or_another_stream_is_a_new_start(monkeypatch: object) -> None:
    monkeypatch.setattr(hub, "KEPT", 3)  # type: ignore[attr-defined]
    picture = Picture(directory(), View())
    live = Hub(picture, "stream", lambda urgent: None)
    ann = Watcher(live, viewer("ann"))
    ann.read()
    ann.disconnect()
    for key in "abcd":
        live.change(
            picture.apply(event("call.started", call=call(key, leg("p", "103", "caller"), leg("q", "101"))))
        )
        live.publish(urgent=True)
    ann.connect()
    ann.read()
    assert ann.hellos[-1]["state"] is not None
    assert set(ann.of("call")) == set("abcd")
    ann.disconnect()
    ann.stream = "another"
    ann.connect()
    ann.read()
    assert ann.hellos[-1]["state"] is not None
    ann.disconnect()
    ann.number += 1000  # never given
    ann.connect()
    ann.read()
    assert ann.hellos[-1]["state"] is not None


def test_another_role_is_a_new_start() -> None:
    live = Hub(Picture(directory(), View()), "stream", lambda urgent: None)
    ann = Watcher(live, viewer("ann"))
    ann.read()
    ann.disconnect()
    ann.who = viewer("ann", Role.SUPERVISOR)
    ann.connect()
    ann.read()
    assert ann.hellos[-1]["state"] is not None
