"""Lines to the outside: secrets that are never shown, numbers in one form, all of it in the snapshot."""

import logging
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from pbx.control.configuration import Snapshot
from pbx.control.messages import Event, ExtensionState, LiveState, Notice, TrunkState, decode, encode
from pbx.control.pins import right
from tests.webapp.conftest import World
from webapp.lines.models import KnownTrunk, RouteTrunk, Trunk
from webapp.link.actions import start_at, take_in
from webapp.link.snapshot import load
from webapp.notices.models import Notice as NoticeRow
from webapp.organisations.owned_actions import save_owned
from webapp.rooms.models import Room
from webapp.statuses.models import KnownState

pytestmark = pytest.mark.django_db

SECRET = "s3cret of the provider"
PROVIDER = {
    "name": "Provider",
    "host": "sip.provider.test",
    "register": True,
    "username": "31201234567",
    "password": SECRET,
}


def post(world: World, name: str, body: dict[str, Any], who: str = "admin") -> Any:
    return world.client(who).post(reverse(f"{name}-list"), body, format="json")


def snapshot_of(world: World) -> Snapshot:
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    assert decode(encode(snapshot), Snapshot) == snapshot
    return snapshot


def test_a_password_goes_in_and_never_comes_out(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = post(world, "trunk", PROVIDER)
    assert made.status_code == 201 and SECRET not in made.content.decode()
    page = reverse("trunk-detail", args=[made.json()["id"]])
    admin = world.client("admin")
    assert SECRET not in admin.get(page).content.decode()
    form = reverse("admin:lines_trunk_change", args=[made.json()["id"]])
    assert SECRET not in admin.get(form).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM lines_trunk")
        (kept,) = cursor.fetchone()
    assert kept and SECRET not in kept
    assert snapshot_of(world).trunks[0].password == SECRET
    assert SECRET not in caplog.text


def test_a_password_does_not_go_to_another_host(world: World) -> None:
    made = post(world, "trunk", PROVIDER).json()
    page, admin = reverse("trunk-detail", args=[made["id"]]), world.client("admin")
    for change in ({"host": "evil.test"}, {"proxy": "evil.test"}, {"domain": "evil.test"}, {"port": 5099}):
        answer = admin.patch(page, change, format="json")
        assert answer.status_code == 400 and "password" in answer.json(), change
    assert admin.patch(page, {"max_calls": 4}, format="json").status_code == 200
    moved = admin.patch(page, {"host": "new.provider.test", "password": "new one"}, format="json")
    assert moved.status_code == 200
    assert Trunk.objects.get().password == "new one"


def trunk_form(**changes: str) -> dict[str, str]:
    return {
        "name": "Provider",
        "enabled": "on",
        "host": "sip.provider.test",
        "transport": "udp",
        "register": "on",
        "username": "31201234567",
        "sources": "[]",
        "srtp": "off",
        "max_calls": "30",
        "probe_seconds": "30",
        "dial": "plus",
        "number_in": "uri",
        "dtmf": "auto",
        **changes,
    }


def test_the_admin_page_keeps_a_password_that_is_not_typed(world: World) -> None:
    made, admin = post(world, "trunk", PROVIDER).json(), world.client("admin")
    page = reverse("admin:lines_trunk_change", args=[made["id"]])
    assert admin.post(page, trunk_form(max_calls="7")).status_code == 302
    trunk = Trunk.objects.get()
    assert (trunk.password, trunk.max_calls) == (SECRET, 7)
    refused = admin.post(page, trunk_form(host="evil.test"))
    assert refused.status_code == 200 and "Give the password again" in refused.content.decode()
    assert admin.post(page, trunk_form(host="other.test", new_password="typed")).status_code == 302
    assert Trunk.objects.get().password == "typed"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"register": True, "password": ""}, "username"),
        ({"host": "two words"}, "host"),
        ({"username": 'a"b'}, "username"),
        ({"proxy": "a;b"}, "proxy"),
        ({"sources": ["everything"]}, "sources"),
        ({"sources": ["0.0.0.0/0"]}, "sources"),
        ({"port": 70000}, "port"),
        ({"caller_id": "020"}, "caller_id"),
        ({"password": "a\nb"}, "password"),
    ],
)
def test_a_trunk_that_does_not_fit(world: World, change: dict[str, Any], field: str) -> None:
    answer = post(world, "trunk", {**PROVIDER, **change})
    assert answer.status_code == 400 and field in answer.json(), answer.json()


def test_everything_reaches_the_snapshot(world: World) -> None:
    extension = str(world.extensions["201"].pk)
    first = post(
        world, "trunk", {**PROVIDER, "sources": ["192.0.2.0/28"], "caller_id": "0031 20 1234567"}
    ).json()
    second = post(
        world, "trunk", {"name": "Second", "host": "192.0.2.9", "transport": "tls", "srtp": "required"}
    ).json()
    order = [second["id"], first["id"]]
    route = {"name": "Abroad", "prefixes": ["+"], "trunks": order, "priority": 5, "failover": [503]}
    assert post(world, "route", route).json()["trunks"] == order
    number = {"number": "+31 (20) 123-45.68", "extension": extension}
    assert post(world, "public-number", number).json()["number"] == "+31201234568"
    caller = {"kind": "company", "shown": "+31201234568", "everyone": True, "name": "Office"}
    office = post(world, "caller-id", caller).json()
    nobody = post(world, "caller-id", {"kind": "anonymous", "extensions": [extension]}).json()
    page = reverse("extension-detail", args=[extension])
    changed = world.client("admin").patch(
        page, {"caller_id": office["id"], "may_call_out": False}, format="json"
    )
    assert changed.status_code == 200, changed.json()
    outside = {"emergency_numbers": ["112", "999"], "emergency_trunks": order, "calls": 5}
    outside |= {"emergency_caller_id": "+31201234560", "minutes_per_day_per_user": 60, "blocked": ["+882"]}
    assert post(world, "outside", outside).status_code == 201
    assert (
        post(world, "emergency-place", {"extension": extension, "shown": "+31107654321"}).status_code == 201
    )

    snapshot = snapshot_of(world)
    trunks = {trunk.id: trunk for trunk in snapshot.trunks}
    assert trunks[first["id"]].sources == ["192.0.2.0/28"] and trunks[first["id"]].caller_id == "+31201234567"
    assert (trunks[second["id"]].transport, trunks[second["id"]].srtp) == ("tls", "required")
    assert (snapshot.routes[0].trunks, snapshot.routes[0].failover) == (order, [503])
    assert [(n.number, n.extension) for n in snapshot.numbers] == [("+31201234568", "201")]
    config = {extension.number: extension for extension in snapshot.extensions}
    assert config["201"].caller_ids == [office["id"], nobody["id"]]
    assert config["202"].caller_ids == [office["id"]]
    assert (config["201"].caller_id, config["201"].may_call_out) == (office["id"], False)
    assert (snapshot.emergency.numbers, snapshot.emergency.trunks) == (["112", "999"], order)
    assert snapshot.emergency.places == {"201": "+31107654321"}
    assert (snapshot.limits.calls, snapshot.limits.minutes_per_day_per_user) == (5, 60)
    assert snapshot.limits.blocked == ["+882"] and snapshot.limits.minutes_per_day is None
    assert load(world.alpha.pk) == snapshot


def test_the_oldest_number_for_everyone_is_the_organisation_s_own(world: World) -> None:
    """Whatever their random ids are; the core takes the first company number that it is told."""
    person = [str(world.extensions["201"].pk)]
    for place, access in enumerate(({"extensions": person}, *[{"everyone": True}] * 6)):
        body = {"kind": "company", "shown": f"+3120111000{place}", "name": f"Line {9 - place}", **access}
        assert post(world, "caller-id", body).status_code == 201
    snapshot = snapshot_of(world)
    numbers = [each.number for each in snapshot.caller_ids]
    assert numbers == [*(f"+3120111000{place}" for place in range(1, 7)), "+31201110000"]
    own = next(each for each in snapshot.extensions if each.number == "201")
    assert own.caller_ids == [each.id for each in snapshot.caller_ids]


def test_pages_of_rows_with_the_same_name_show_each_once(world: World) -> None:
    for place in range(7):
        body = {"kind": "company", "shown": f"+3120111000{place}", "name": "Line", "everyone": True}
        assert post(world, "caller-id", body).status_code == 201
    admin, found, page = world.client("admin"), [], reverse("caller-id-list") + "?page_size=2"
    while page:
        answer = admin.get(page).json()
        found += [each["id"] for each in answer["results"]]
        page = answer["next"]
    assert found == sorted(found) and len(set(found)) == 7


def test_trunks_at_the_same_place_come_as_they_were_entered(world: World) -> None:
    """On the admin's page each row has place 0 until somebody gives it another."""
    trunks = [post(world, "trunk", {**PROVIDER, "name": name}).json()["id"] for name in "CADBE"]
    made = post(world, "route", {"name": "Abroad", "prefixes": ["+"], "trunks": []}).json()["id"]
    for trunk in trunks:
        save_owned(RouteTrunk(route_id=made, trunk_id=trunk))
    assert snapshot_of(world).routes[0].trunks == trunks
    page = reverse("route-detail", args=[made])
    assert world.client("admin").get(page).json()["trunks"] == trunks


def test_routes_of_equal_rank_go_by_name(world: World) -> None:
    for name in "CADBE":
        body = {"name": name, "prefixes": ["+"], "seconds": ord(name) - 60}
        assert post(world, "route", body).status_code == 201
    assert "".join(chr(route.seconds + 60) for route in snapshot_of(world).routes) == "ABCDE"


@pytest.mark.parametrize("kind", ["extension", "room"])
def test_nothing_inside_has_an_emergency_number(world: World, kind: str) -> None:
    answer = post(world, kind, {"number": "112", "name": "Hundred and twelve"})
    assert answer.status_code == 400 and "emergency" in str(answer.json()["number"])
    assert post(world, kind, {"number": "113", "name": "Hundred and thirteen"}).status_code == 201


def test_a_number_belongs_to_one_organisation(world: World) -> None:
    assert post(world, "public-number", {"number": "+31201234567"}).status_code == 201
    taken = post(world, "public-number", {"number": "0031201234567"}, "outsider")
    assert taken.status_code == 400 and "number" in taken.json()


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("public-number", {"number": "0201234567"}, "number"),
        ("caller-id", {"kind": "anonymous", "shown": "+31201234567"}, "shown"),
        ("caller-id", {"kind": "company"}, "shown"),
        ("route", {"name": "x", "prefixes": ["31"]}, "prefixes"),
        ("route", {"name": "x", "failover": [200]}, "failover"),
        ("outside", {"blocked": ["+"]}, "blocked"),
        ("outside", {"emergency_numbers": ["a"]}, "emergency_numbers"),
        ("room", {"number": "800", "name": "x", "pin": "12"}, "pin"),
        ("room", {"number": "201", "name": "x"}, "number"),
    ],
)
def test_what_does_not_fit(world: World, name: str, body: dict[str, Any], field: str) -> None:
    answer = post(world, name, body)
    assert answer.status_code == 400 and field in answer.json(), answer.json()


def test_a_room_with_a_pin(world: World) -> None:
    made = post(world, "room", {"number": "800", "name": "Board", "pin": "4711"})
    assert made.status_code == 201 and made.json()["has_pin"] is True and "4711" not in made.content.decode()
    kept = snapshot_of(world).rooms[0]
    assert kept.pin is not None and right("4711", kept.pin) and not right("4712", kept.pin)
    page = reverse("room-detail", args=[made.json()["id"]])
    assert world.client("admin").patch(page, {"name": "Boards"}, format="json").json()["has_pin"] is True
    assert world.client("admin").patch(page, {"pin": ""}, format="json").json()["has_pin"] is False
    form = {"number": "800", "name": "Board", "announce": "on", "max_members": "20", "new_pin": "5555"}
    page = reverse("admin:rooms_room_change", args=[made.json()["id"]])
    assert world.client("admin").post(page, form).status_code == 302
    assert right("5555", Room.objects.get().pin_hash)


def test_star_codes(world: World) -> None:
    page = reverse("organisation-detail", args=[world.alpha.pk])
    admin = world.client("admin")
    number = world.alpha.extensions.first().number
    for wrong in ({"nothing": "*1"}, {"park": "x"}, {"park": "*8"}, [], {"park": 5}, {"park": number}):
        answer = admin.patch(page, {"star_codes": wrong}, format="json")
        assert answer.status_code == 400 and "star_codes" in answer.json(), wrong
    wanted = {"park": "*99", "voicemail_of": ""}
    assert admin.patch(page, {"star_codes": wanted, "park_last": 710}, format="json").status_code == 200
    snapshot = snapshot_of(world)
    assert snapshot.star_codes == wanted and snapshot.park.last == 710
    assert admin.patch(page, {"park_last": 5}, format="json").status_code == 400
    taken = admin.patch(page, {"park_first": int(number), "park_last": int(number)}, format="json")
    assert taken.status_code == 400 and taken.json()["park_first"][0].startswith(f"{number}: ")


def test_what_the_core_tells_is_kept_once(world: World) -> None:
    trunk = save_owned(Trunk(organisation=world.alpha, name="P", host="192.0.2.1"))
    tenant = str(world.alpha.pk)
    state = TrunkState(tenant=tenant, trunk=str(trunk.pk), state="down", since=5.0, code=503)
    gone = TrunkState(tenant=tenant, trunk="not ours", state="up", since=5.0)
    notice = Notice(id="n1", tenant=tenant, kind="fraud.limit", text="Too many\x00 minutes.", extension="201")
    lost = Notice(id="n2", tenant="nobody", kind="fraud.limit", text="x")
    events = [
        Event(number=1, at=1.0, kind="trunk.changed", tenant=tenant, trunk=state),
        Event(number=2, at=1.0, kind="trunk.changed", tenant=tenant, trunk=gone),
        Event(number=3, at=9.0, kind="notice", tenant=tenant, notice=notice),
        Event(number=4, at=9.0, kind="notice", tenant="nobody", notice=lost),
    ]
    assert take_in("a", events) == 4
    assert take_in("b", events) == 4  # another journal tells them again
    assert (KnownTrunk.objects.get().state, KnownTrunk.objects.get().code) == ("down", 503)
    assert [row.text for row in NoticeRow.objects.all()] == ["Too many minutes."]
    shown = world.client("admin").get(reverse("trunk-detail", args=[trunk.pk])).json()
    assert (shown["known"]["state"], shown["known"]["code"]) == ("down", 503)
    listing = world.client("admin").get(reverse("admin:lines_trunk_changelist")).content.decode()
    assert "down 503" in listing


def test_a_fresh_state_stands_for_events_that_are_gone(world: World) -> None:
    tenant = str(world.alpha.pk)
    trunk = save_owned(Trunk(organisation=world.alpha, name="P", host="192.0.2.1"))
    down = TrunkState(tenant=tenant, trunk=str(trunk.pk), state="down", since=5.0)
    lunch = ExtensionState(tenant=tenant, extension="201", note="Lunch")
    start_at("new", 7, LiveState(number=7, extensions=[lunch], trunks=[down]))
    assert KnownTrunk.objects.get().state == "down" and KnownState.objects.get().note == "Lunch"


def test_notices_are_seen(world: World) -> None:
    notice = Notice(id="n1", tenant=str(world.alpha.pk), kind="emergency.call", text="201 calls 112.")
    take_in("a", [Event(number=1, at=9.0, kind="notice", notice=notice)])
    admin = world.client("admin")
    unseen = admin.get(reverse("notice-list"), {"seen": "false"}).json()["results"]
    assert [row["text"] for row in unseen] == ["201 calls 112."] and unseen[0]["seen"] is False
    page = reverse("notice-detail", args=["n1"])
    assert admin.patch(page, {"seen": True}, format="json").json()["seen_by"] == "Admin"
    assert admin.get(reverse("notice-list"), {"seen": "false"}).json()["count"] == 0
    assert admin.patch(page, {"seen": False}, format="json").json()["seen"] is False
    listing = reverse("admin:notices_notice_changelist")
    chosen = {"action": "mark_seen", "_selected_action": str(NoticeRow.objects.get().pk)}
    assert admin.post(listing, chosen).status_code == 302
    assert NoticeRow.objects.get().seen_by == world.people["admin"]
