"""What dialling a number would come to, told without a call: one of each kind, and why it would not be."""

from dataclasses import replace
from typing import Any

import pytest

from pbx.calls.reading import read
from pbx.calls.states import States
from pbx.control.commands import SetState
from pbx.control.configuration import (
    EmergencyConfig,
    LimitsConfig,
    MailboxConfig,
    RoomConfig,
    RouteConfig,
    StatusConfig,
)
from pbx.control.messages import decode, encode
from pbx.control.readings import Meaning, Reading
from pbx.directory import Tenant
from tests.outside.offices import ANNA, MAIN, MOBILE, office, trunk

FLOW = {"schema": 1, "name": "Hours", "start": "end", "nodes": {"end": {"type": "hangup", "code": 486}}}


def tenant(**changes: Any) -> Tenant:
    """Anna (101) and 102 with a mailbox; a flow, a room, a shared mailbox, a status; two routes."""
    plain = office(
        flows={"hours": FLOW},
        lines={"300": "hours"},
        rooms=[RoomConfig(id="room", number="800", name="Room")],
        mailboxes=[
            MailboxConfig(id="box102", number="102", name="Desk", extensions=["102"]),
            MailboxConfig(id="shared", number="390", name="Shop"),
        ],
        statuses=[
            StatusConfig(id="here", name="Here", colour="#000000", default=True),
            StatusConfig(id="lunch", name="Lunch", colour="#000000", code="7"),
        ],
        trunks=[trunk("one"), trunk("two", dial="national", caller_id=MOBILE), trunk("off", enabled=False)],
        routes=[
            RouteConfig(id="all", prefixes=["+"], trunks=["two", "off"]),
            RouteConfig(id="home", prefixes=["+31"], trunks=["one", "off"], seconds=9),
        ],
        limits=LimitsConfig(blocked=["+31900"]),
        emergency=EmergencyConfig(numbers=["112"], trunks=["two"]),
    )
    people = [replace(x, mailbox="box102" if x.number == "102" else None) for x in plain.extensions]
    return Tenant.build(replace(plain, **({"extensions": people} | changes)))


def states() -> States:
    return States(lambda state: None)


def reading(number: str, extension: str | None = "101", **changes: Any) -> Reading:
    found = read(tenant(**changes), number, extension, states())
    assert decode(encode(found), Reading) == found
    return found


@pytest.mark.parametrize(
    ("number", "kind", "key"),
    [
        ("102", "extension", None),
        ("300", "flow", "hours"),
        ("800", "room", "room"),
        ("701", "slot", None),
        ("390", "mailbox", "shared"),
    ],
)
def test_numbers_of_the_organisation(number: str, kind: Meaning, key: str | None) -> None:
    assert reading(number) == Reading(kind=kind, number=number, id=key)


@pytest.mark.parametrize(
    ("dialled", "feature", "number", "objection", "key"),
    [
        ("1233", "voicemail", "", None, None),
        ("*99102", "voicemail_of", "102", None, "box102"),
        ("*99390", "voicemail_of", "390", None, "shared"),
        ("*99", "voicemail_of", "", None, None),
        ("*99101", "voicemail_of", "101", None, None),
        ("*99999", "voicemail_of", "999", "unknown", None),
        ("*8", "pickup_group", "", None, None),
        ("**102", "pickup", "102", None, None),
        ("**999", "pickup", "999", "unknown", None),
        ("*68", "park", "", None, None),
        ("*68701", "park", "701", None, None),
        ("*68999", "park", "999", "no_slot", None),
        ("*21", "forward_all", "", None, None),
        ("*21102#", "forward_all", "102", None, None),
        ("*21101", "forward_all", "101", "cannot_be_set", None),
        ("#21", "forward_all_off", "", None, None),
        ("*78", "do_not_disturb", "", None, None),
        ("*507", "status", "7", None, "lunch"),
        ("*50", "status", "", None, "here"),
        ("*509", "status", "9", "unknown", None),
        ("*31", "hide_caller_id", "", None, None),
        ("#31", "show_caller_id", "", None, None),
        ("*1", "record", "", "no_number_after_it", None),
        ("*80102", "intercom", "102", None, None),
        ("*80999", "intercom", "999", "unknown", None),
    ],
)
def test_star_codes(dialled: str, feature: str, number: str, objection: Any, key: str | None) -> None:
    expected = Reading(kind="feature", feature=feature, number=number, objection=objection, id=key)
    assert reading(dialled) == expected


def test_codes_as_the_organisation_changed_them() -> None:
    codes = {"status": "*55", "pickup": ""}
    assert reading("*557", star_codes=codes).feature == "status"
    assert reading("**102", star_codes=codes).objection == "no_number"


def test_what_an_extension_may_not() -> None:
    people = tenant().snapshot.extensions
    strict = [replace(x, may_record=False, may_call_out=False, pickup_group="sales") for x in people[:1]]
    others = {"extensions": [*strict, *people[1:]]}
    assert reading("**102", **others).objection == "may_not_pick_up"
    assert reading("*1102", **others).objection == "may_not_record"
    assert reading("0612345678", **others).objection == "may_not_call_out"
    assert reading("112", **others).objection is None
    assert reading("*31", "102").objection == "may_not_hide"
    assert reading("#31", "102").objection == "nothing_to_show"
    known = states()
    known.set(tenant(), "102", SetState(do_not_disturb=True), 1.0)
    assert read(tenant(), "*80102", "101", known).objection == "do_not_disturb"
    blocking = [replace(x, blocked=["101"]) if x.number == "102" else x for x in people]
    assert reading("*80102", extensions=blocking).objection == "caller_blocked"


def test_an_outside_number_tells_routes_trunks_and_the_number_shown() -> None:
    found = reading("020 123 4567")
    assert (found.kind, found.number, found.shown, found.seconds) == ("outside", "+31201234567", MAIN, 9)
    ways = [(way.trunk, way.route, way.dialled, way.shown) for way in found.ways]
    assert ways == [
        ("one", "home", "+31201234567", MAIN),
        ("two", "all", "0201234567", "0201234500"),
    ]
    assert [way.route for way in reading("+49301234567").ways] == ["all"]
    nobody = reading("0201234567", None)
    assert (nobody.shown, nobody.name) == (MAIN, tenant().snapshot.name)


def test_a_code_before_a_number_goes_on_with_it() -> None:
    hidden = reading("*310201234567")
    assert hidden.then is not None and hidden.then.anonymous and hidden.then.shown is None
    assert hidden.then.ways[0].shown  # the trunk is told
    inside = reading("*1*31102").then
    assert inside is not None and inside.feature == "hide_caller_id"
    assert inside.then == Reading(kind="extension", number="102")
    deep = reading("*1" * 10 + "102")
    for _ in range(5):
        assert deep.then is not None
        deep = deep.then
    assert (deep.then, deep.objection) == (None, "too_deep")


@pytest.mark.parametrize(
    ("number", "objection", "detail"),
    [
        ("09001234", "blocked", "+31900"),
        ("999", "no_number", "it is too short"),
        ("reception", "no_number", "it is no telephone number"),
    ],
)
def test_why_a_number_is_not_reached(number: str, objection: str, detail: str) -> None:
    found = reading(number)
    assert (found.objection, found.detail, found.ways) == (objection, detail, [])


def test_without_a_route_or_a_trunk() -> None:
    assert reading("0201234567", routes=[]).objection == "no_route"
    only = [RouteConfig(id="all", prefixes=["+"], trunks=["off"])]
    assert reading("0201234567", routes=only).objection == "no_trunk"
    assert reading("112", trunks=[], routes=[], emergency=EmergencyConfig()).objection == "no_trunk"


def test_an_emergency_number_goes_over_every_trunk_and_never_hides() -> None:
    found = reading("112")
    assert (found.kind, found.anonymous) == ("emergency", False)
    assert [(way.trunk, way.route, way.dialled) for way in found.ways] == [
        ("two", None, "112"),
        ("one", None, "112"),
    ]
    assert found.shown == ANNA
