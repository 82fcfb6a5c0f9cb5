"""SUBSCRIBE: what is granted, what refused, refresh, end, limits, restarts."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pbx.presence import subscribing
from tests.running import organisation

from .world import DOMAIN, World, binding, call, header, leg, snapshot, states


def test_the_first_notify_comes_at_once_with_the_full_state() -> None:
    world = World()
    request = world.ask("102")
    reply, [notify] = world.subscribe(request)
    assert reply.code == 200
    assert dict(reply.headers) == {"Expires": "3600", "Contact": "<sip:centrale@core;udp>"}
    assert header(notify, "Call-ID") == request.call_id
    assert header(notify, "CSeq") == "1"
    assert header(notify, "Event") == "dialog"
    assert header(notify, "Subscription-State") == "active;expires=3600"
    assert header(notify, "Contact") == "<sip:centrale@core;udp>"
    assert notify.local == f"<sip:102@{DOMAIN}>;tag=z9hG4bK1"
    assert notify.remote == f"<sip:101@{DOMAIN}>;tag=f1"
    assert (notify.to.source_ip, notify.to.source_port) == ("192.0.2.10", 5062)
    root = ElementTree.fromstring(notify.body)
    assert root.attrib == {"version": "0", "state": "full", "entity": f"sip:102@{DOMAIN}"}
    assert states(notify) == [("", "terminated")]


@pytest.mark.parametrize(
    ("resource", "event", "code"),
    [
        ("102", "presence", 200),
        ("701", "dialog", 200),
        ("*21", "dialog", 200),
        ("*501", "dialog", 200),
        ("101", "message-summary", 200),
        ("950", "message-summary", 200),
        ("199", "dialog", 404),
        ("700", "dialog", 404),
        ("721", "dialog", 404),
        ("701", "presence", 404),
        ("*509", "dialog", 404),
        ("902", "message-summary", 403),
        ("102", "message-summary", 403),
        ("199", "message-summary", 404),
        ("102", "ua-profile", 489),
        ("102", "", 489),
        ("102", "dialog;id=x", 200),
    ],
)
def test_what_can_be_watched(resource: str, event: str, code: int) -> None:
    reply, notifies = World().subscribe(World().ask(resource, event))
    assert reply.code == code
    assert len(notifies) == (code == 200)
    if code == 489:
        assert dict(reply.headers) == {"Allow-Events": "dialog, presence, message-summary"}


def test_another_organisation_sees_nothing() -> None:
    world = World()
    world.directory.apply(organisation("other", "other.test", {"201": ["201"], "101": ["101"]}))
    for resource, code in (("102", 404), ("201", 200), ("101", 200)):
        reply, _ = world.subscribe(world.ask(resource, domain="other.test"), tenant="other")
        assert reply.code == code, resource
    world.sent.clear()
    ringing = call("c1", leg("101", "offered", "caller"), leg("102", "ringing"))
    assert world.happens(ringing) == []  # its 101 is not ours


@pytest.mark.parametrize(
    ("expires", "code", "granted"),
    [(-1, 200, "3600"), (60, 200, "60"), (86400, 200, "7200"), (59, 423, ""), (0, 200, "0")],
)
def test_how_long_it_lasts(expires: int, code: int, granted: str) -> None:
    world = World()
    reply, notifies = world.subscribe(world.ask("102", expires=expires))
    assert reply.code == code
    headers = dict(reply.headers)
    if code == 423:
        assert headers == {"Min-Expires": "60"}
        return
    assert headers["Expires"] == granted
    if expires == 0:  # asked once (RFC 6665 section 4.4.3)
        assert header(notifies[0], "Subscription-State") == "terminated;reason=timeout"
        assert not world.rows
        assert not len(world.presence)


def test_refresh_and_end_in_the_dialog() -> None:
    world = World()
    first = world.watch("102")
    world.now += 1000
    second = world.again(first)
    reply, [notify] = world.subscribe(second)
    assert reply.code == 200
    assert header(notify, "CSeq") == "2"
    assert header(notify, "Subscription-State") == "active;expires=3600"
    world.now += 1
    reply, [notify] = world.subscribe(world.again(second, expires=0))
    assert (reply.code, dict(reply.headers)["Expires"]) == (200, "0")
    assert header(notify, "Subscription-State") == "terminated;reason=timeout"
    assert ElementTree.fromstring(notify.body).get("version") == "2"
    assert not world.rows
    reply, _ = world.subscribe(world.again(second, cseq=9))
    assert reply.code == 481


def test_a_dialog_belongs_to_its_device() -> None:
    world = World()
    first = world.watch("102")
    for odd in (
        {"to_tag": "other"},
        {"from_tag": "other"},
        {"call_id": "other"},
        {"from_user": "103"},
        {"headers": {"Event": ["presence"]}},
    ):
        reply, notifies = world.subscribe(world.again(first, **odd))
        assert (reply.code, notifies) == (481, []), odd
    reply, _ = world.subscribe(world.again(first, cseq=first.cseq))
    assert reply.code == 500


def test_it_expires_with_a_last_notify() -> None:
    world = World()
    world.watch("102", expires=60)
    assert world.passes(59) == []
    [last] = world.passes(2)
    assert header(last, "Subscription-State") == "terminated;reason=timeout"
    assert not world.rows and not len(world.presence)


@pytest.mark.parametrize("code", [481, 408, 404, 489])
def test_a_phone_that_knows_nothing_of_it_ends_it(code: int) -> None:
    world = World(answers=False)
    world.watch("102")
    world.took(world.presence.answered(world.sent[0].token, code, world.now))
    assert not world.rows and not len(world.presence)
    assert world.happens(call("c1", leg("102", "ringing"))) == []


def test_a_phone_without_a_way_is_tried_again_and_found_where_it_registers() -> None:
    world = World(answers=False)
    world.registers(binding("101", 5062, transport="tcp"))
    world.watch("102", transport="tcp")
    world.took(world.presence.answered(world.sent[0].token, 503, world.now))
    again = [each for each in world.passes(31) if header(each, "Event") == "dialog"]
    assert [each.to.source_port for each in again] == [5062]
    world.took(world.presence.answered(again[0].token, 503, world.now))
    [found] = world.registers(binding("101", 6000, transport="tcp", contact="sip:101@192.0.2.10:6000"))
    assert (found.to.source_port, found.to.transport) == (6000, "tcp")
    assert header(found, "CSeq") == "3"
    assert [row.source_port for row in world.rows.values()] == [6000]


def test_a_second_phone_of_a_device_takes_nothing_over() -> None:
    world = World()
    world.registers(binding("101", 5062))
    world.watch("102")
    assert world.registers(binding("101", 6000, contact="sip:101@192.0.2.10:6000")) == []


def test_limits_of_a_device_and_of_an_organisation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "PER_DEVICE", 3)
    monkeypatch.setattr(subscribing, "PER_TENANT", 5)
    world = World()
    for resource in ("102", "103", "104"):
        world.watch(resource)
    reply, _ = world.subscribe(world.ask("105"))
    assert reply.code == 403
    world.watch("102")  # after a restart of the phone: the oldest one to the same gives way
    assert len(world.presence) == len(world.rows) == 3
    world.watch("102", user="103")
    world.watch("102", user="104")
    reply, _ = world.subscribe(world.ask("102", user="105"))
    assert (reply.code, dict(reply.headers)) == (503, {"Retry-After": "600"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": b"x" * 5000}, 413),
        ({"contacts": ()}, 400),
        ({"from_tag": ""}, 400),
        ({"from_tag": "a b"}, 400),
        ({"from_uri": 'sip:"<x>@y'}, 400),
        ({"headers": {"Event": ["dialog"]}}, 400),
        ({"headers": {"Event": ["dialog", "dialog"]}}, 489),
        ({"headers": {"Event": ["dialog;" + "x" * 5000]}}, 489),
        ({"headers": {"Event": ["dialog"], "Accept": ["text/plain"]}}, 406),
    ],
)
def test_odd_requests_are_refused(changes: dict[str, object], code: int) -> None:
    world = World()
    reply, notifies = world.subscribe(world.ask("102", **changes))
    assert (reply.code, notifies) == (code, [])
    assert not len(world.presence)


def test_a_route_must_lead_back_to_who_sent_it() -> None:
    world = World()
    request = world.ask("102")
    for route, code in (("<sip:192.0.2.10;lr>", 200), ("<sip:198.51.100.1;lr>", 403), ("nonsense", 400)):
        headers = {**request.headers, "Record-Route": [route]}
        reply, notifies = world.subscribe(replace(request, call_id=route[5:20], headers=headers))
        assert reply.code == code, route
        if code == 200:
            assert notifies[0].to.path == (route,)


def test_it_goes_on_after_a_restart_with_higher_numbers() -> None:
    world = World()
    first = world.watch("102")
    for state in ("ringing", "answered", "held", "answered"):
        world.happens(call("c1", leg("102", state)))
    before = world.sent[-1]
    world.now += 100
    [after] = world.restart()
    assert int(header(after, "CSeq")) > int(header(before, "CSeq"))
    assert int(ElementTree.fromstring(after.body).get("version", "")) == int(header(after, "CSeq")) - 1
    assert states(after) == [("", "terminated")]  # the call ended with the core
    assert header(after, "Subscription-State") == "active;expires=3496"
    reply, _ = world.subscribe(world.again(first, cseq=7))
    assert reply.code == 200
    world.now += 4000
    assert world.restart() == []
    assert not world.rows


def test_what_a_new_configuration_no_longer_allows_ends() -> None:
    world = World()
    world.watch("102")
    world.watch("103", user="104")
    world.watch("102", user="105")
    config = snapshot(version=2)
    extensions = [each for each in config.extensions if each.number != "103"]
    devices = [each for each in config.devices if each.id not in ("d103", "d105")]
    world.directory.apply(replace(config, extensions=extensions, devices=devices))
    world.now += 1
    ended = world.took(world.presence.tenant_changed("office", world.now))
    reasons = {each.remote: header(each, "Subscription-State") for each in ended}
    assert {key[5:8]: reason for key, reason in reasons.items()} == {
        "104": "terminated;reason=noresource",
        "105": "terminated;reason=rejected",
    }
    assert all(not each.body for each in ended)
    world.now += 1
    world.directory.remove("office")
    [last] = world.took(world.presence.tenant_changed("office", world.now))
    assert header(last, "Subscription-State") == "terminated;reason=rejected"
    assert not world.rows and not len(world.presence)
