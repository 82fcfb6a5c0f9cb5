"""Calls begun and changed over REST: as whom, with what, and what the core gets to hear."""

from typing import Any

import pytest
from django.urls import reverse

from pbx.control.commands import (
    Consult,
    Divert,
    Hold,
    Invite,
    Member,
    Move,
    Park,
    Pickup,
    Press,
    Record,
    Swap,
    Transfer,
)
from pbx.control.messages import Event, RoomMember, RoomState
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore, call
from webapp.calls.actions import ingest
from webapp.calls.models import CallRecord
from webapp.extensions.actions import save_device, save_extension
from webapp.extensions.models import Device, PickupGroup
from webapp.lines.models import CallerId
from webapp.organisations.owned_actions import save_owned

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(world: World, core: RunningCore) -> str:
    key = str(world.alpha.pk)

    async def known() -> None:
        assert core.core is not None
        core.core.view.tenants[key] = 1

    core.run(known)
    core.call_started(call("c1", key, "201", "205", ended=False))
    core.call_started(call("c2", key, "202", "206", ended=False))
    return key


def ask(world: World, who: str, name: str, call_id: str = "c1", **body: Any) -> Any:
    url = reverse(f"call-{name}", kwargs={"call_id": call_id})
    return world.client(who).post(url, body, format="json")


def heard(core: RunningCore) -> list[Any]:
    assert core.core is not None
    return [command for _call, command in core.core.commands]


def test_a_call_begins_as_asked(world: World, core: RunningCore, tenant: str) -> None:
    mine, device = world.extensions["201"], world.devices["201"]
    shown = save_owned(CallerId(organisation=world.alpha, kind="company", shown="+31201234567"))
    body = {"extension": str(mine.pk), "number": "205", "device": str(device.pk), "record": True}
    member = world.client("member")
    assert member.post(reverse("call-list"), body, format="json").status_code == 201
    forbidden = member.post(reverse("call-list"), {**body, "caller_id": str(shown.pk)}, format="json")
    assert forbidden.status_code == 400 and "caller_id" in forbidden.json()
    save_owned(shown, extensions=[mine])
    assert (
        member.post(reverse("call-list"), {**body, "caller_id": str(shown.pk)}, format="json").status_code
        == 201
    )
    assert core.core is not None
    first, second = core.core.originated
    assert (first.extension, first.number, first.device, first.record) == ("201", "205", str(device.pk), True)
    assert (first.caller_id, second.caller_id) == (None, str(shown.pk))
    other = {**body, "device": str(world.devices["202"].pk)}
    assert "device" in member.post(reverse("call-list"), other, format="json").json()
    assert "device" in world.client("admin").post(reverse("call-list"), other, format="json").json()
    mine.may_record = False
    save_extension(mine)
    assert "record" in member.post(reverse("call-list"), body, format="json").json()


def test_each_command_reaches_the_core(world: World, core: RunningCore, tenant: str) -> None:
    second = Device(extension=world.extensions["201"], name="Mobile")
    save_device(second)
    who = {"tenant": tenant, "extension": "201"}
    for name, body, wanted, status in (
        ("hold", {}, Hold(**who), 204),
        ("hold", {"on": False}, Hold(**who, on=False), 204),
        ("transfer", {"number": "205"}, Transfer(**who, number="205"), 204),
        ("transfer", {"to_call": "c2"}, Transfer(**who, to_call="c2"), 204),
        ("consult", {"number": "+31612345678"}, Consult(**who, number="+31612345678"), 200),
        ("swap", {"to_call": "c2"}, Swap(**who, to_call="c2"), 204),
        ("park", {}, Park(**who), 200),
        ("park", {"slot": "705"}, Park(**who, slot="705"), 200),
        ("pickup", {}, Pickup(**who), 204),
        ("divert", {}, Divert(**who), 204),
        ("move", {"device": str(second.pk)}, Move(**who, device=str(second.pk)), 204),
        ("digits", {"digits": "12#"}, Press(**who, digits="12#"), 204),
        ("record", {"action": "pause"}, Record(**who, action="pause"), 204),
    ):
        answer = ask(world, "member", name, **body)
        assert answer.status_code == status, (name, answer.content)
        assert heard(core)[-1] == wanted
    assert ask(world, "member", "consult", number="205").json() == {"call": "c1-2"}
    assert ask(world, "member", "park", slot="707").json() == {"slot": "707"}
    room = ask(world, "member", "join").json()
    assert {member["extension"] for member in room["members"]} == {"201", "205"}


def test_what_is_no_command(world: World, core: RunningCore, tenant: str) -> None:
    for name, body, field in (
        ("transfer", {}, "number"),
        ("transfer", {"number": "1", "to_call": "c2"}, "number"),
        ("transfer", {"number": "2 0"}, "number"),
        ("digits", {"digits": "x"}, "digits"),
        ("record", {"action": "explode"}, "action"),
        ("park", {"slot": "a"}, "slot"),
        ("move", {}, "device"),
        ("hold", {"on": "perhaps"}, "on"),
    ):
        answer = ask(world, "member", name, **body)
        assert answer.status_code == 400 and field in answer.json(), (name, body)
    assert heard(core) == []
    assert ask(world, "member", "hold", "nothing").status_code == 404


def test_as_whom(world: World, core: RunningCore, tenant: str) -> None:
    assert ask(world, "admin", "hold").status_code == 204
    assert heard(core)[-1].extension is None
    assert ask(world, "admin", "hold", extension=str(world.extensions["201"].pk)).status_code == 204
    assert heard(core)[-1].extension == "201"
    assert ask(world, "agent", "hold").status_code == 403  # has no part in it
    assert ask(world, "supervisor", "hold").status_code == 400  # has no extension to act as
    boss = world.extensions["202"]
    boss.user = world.people["supervisor"]
    save_extension(boss, supervises=[world.extensions["201"]])
    assert ask(world, "supervisor", "hold").status_code == 204
    assert heard(core)[-1].extension == "201"
    foreign = str(world.extensions["bravo"].pk)
    assert ask(world, "operator", "hold", extension=foreign).status_code == 404
    assert ask(world, "outsider", "hold").status_code == 404
    for name in ("pickup", "divert"):
        assert ask(world, "outsider", name, extension=foreign).status_code == 404


def test_whose_calls_are_seen_and_ended(world: World, core: RunningCore, tenant: str) -> None:
    ringing = call("c3", tenant, "207", "202", ended=False, answered_at=None)
    core.call_started(ringing)
    core.call_started(call("c4", tenant, "207", "208", ended=False, parked="701"))

    def seen(who: str) -> set[str]:
        return {row["id"] for row in world.client(who).get(reverse("live-calls")).json()}

    assert seen("member") == {"c1", "c4"} and seen("supervisor") == {"c1", "c2", "c3", "c4"}
    group = save_owned(PickupGroup(organisation=world.alpha, name="Sales"))
    for number in ("201", "202"):
        world.extensions[number].pickup_group = group
        save_extension(world.extensions[number])
    assert seen("member") == {"c1", "c3", "c4"} and seen("outsider") == set()
    assert [ask(world, "member", "hang-up", name).status_code for name in ("c3", "c4", "c2")] == [404] * 3
    assert ask(world, "member", "hang-up").status_code == 204


def test_conferences(world: World, core: RunningCore, tenant: str) -> None:
    members = [
        RoomMember(leg=f"leg-{number}", call="c", number=number, name="", extension=number)
        for number in ("201", "205")
    ]
    room = RoomState(id="r1", tenant=tenant, room="800", name="Board", members=members)
    core.emit(Event(number=0, at=1.0, kind="room.changed", tenant=tenant, room=room))
    listing = reverse("live-rooms")
    assert [row["id"] for row in world.client("member").get(listing).json()] == ["r1"]
    assert world.client("agent").get(listing).json() == world.client("outsider").get(listing).json() == []
    assert len(world.client("operator").get(listing).json()) == 1
    invite = reverse("live-room-invite", kwargs={"room": "r1"})
    answer = world.client("member").post(invite, {"number": "206"}, format="json")
    assert answer.json()["inviting"] == ["206"]
    assert heard(core)[-1] == Invite(tenant=tenant, extension="201", number="206")
    assert world.client("agent").post(invite, {"number": "206"}, format="json").status_code == 404
    mute = reverse("live-room-member", kwargs={"room": "r1", "leg": "leg-205"})
    muted = world.client("supervisor").post(mute, {"action": "mute"}, format="json")
    assert muted.status_code == 400  # has no extension to act as
    muted = world.client("admin").post(mute, {"action": "mute"}, format="json").json()
    assert [member["muted"] for member in muted["members"]] == [False, True]
    assert heard(core)[-1] == Member(tenant=tenant, action="mute")
    gone = reverse("live-room-member", kwargs={"room": "r1", "leg": "leg-9"})
    assert world.client("admin").post(gone, {"action": "remove"}, format="json").status_code == 404


def test_the_history_tells_the_way(world: World) -> None:
    path = [{"step": "hours", "at": 1.0, "result": "Monday is open.", "flow": "f1", "node": "n1"}]
    record = call("c1", str(world.alpha.pk), "201", "+31612345678", direction="outbound", trunk="t1")
    emergency = call(
        "c2", str(world.alpha.pk), "201", "112", emergency=True, continued_in="c9", shown="+31201"
    )
    ingest([record, emergency])
    row = CallRecord.objects.get(call_id="c1")
    row.record["path"] = path
    row.save()
    admin = world.client("admin")
    shown = admin.get(reverse("call-detail", args=["c1"])).json()
    assert (shown["direction"], shown["trunk"], shown["path"]) == ("outbound", "t1", path)
    urgent = admin.get(reverse("call-list"), {"emergency": "true"}).json()["results"]
    assert [(each["call_id"], each["continued_in"], each["shown"]) for each in urgent] == [
        ("c2", "c9", "+31201")
    ]
    assert len(admin.get(reverse("call-list"), {"direction": "outbound"}).json()["results"]) == 1
    page = admin.get(reverse("admin:calls_callrecord_change", args=[row.pk])).content.decode()
    assert "Monday is open." in page and "Try this call again" in page
    again = page.split(f'href="{reverse("admin:try")}?')[1].split('"')[0].replace("&amp;", "&")
    assert admin.get(f"{reverse('admin:try')}?{again}").status_code == 200
