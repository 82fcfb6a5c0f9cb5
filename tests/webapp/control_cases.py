"""Cases of test_outsiders for flows, statuses, lines, rooms, notices and commands on calls, and the things of
Alpha that they ask for."""

from typing import Any

from pbx.control.messages import Event, Notice, RoomMember, RoomState, TrunkState
from tests.webapp.cases import Case
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore, call
from webapp.calls.actions import ingest
from webapp.extensions.models import PickupGroup
from webapp.flows import actions as flows
from webapp.flows.models import Calendar, Flow, Group, InternalNumber
from webapp.lines.models import (
    CallerId,
    EmergencyPlace,
    Outside,
    PublicNumber,
    Route,
    Trunk,
)
from webapp.notices import actions as notices
from webapp.notices.models import Notice as NoticeRow
from webapp.organisations.owned_actions import save_owned
from webapp.rooms.actions import save_room
from webapp.rooms.models import Room
from webapp.statuses import actions as statuses
from webapp.statuses.models import Forward, Status

RING_SELF = {
    "schema": 1,
    "name": "Office",
    "start": "ring",
    "nodes": {"ring": {"type": "ring", "targets": [{"extension": "202"}], "seconds": 20}},
}


def crud(thing: str, change: dict[str, Any], sees: int = 404) -> list[Case]:
    """The detail of one thing: `sees` is what the member gets."""
    where = {"pk": f"${thing}"}
    return [
        Case("get", sees, 200, 404, where),
        Case("patch", 403, 200, 404, where, change),
        Case("delete", 403, 204, 404, where),
    ]


def rows(member: int, new: dict[str, Any]) -> list[Case]:
    """The list of things that administrators make."""
    return [
        Case("get", member, 200, 200),
        Case("post", 403, 201, 400, body={**new, "organisation": "$organisation"}),
    ]


FLOW, NAME = {"pk": "$flow"}, {"name": "Changed"}
OWN_EXTENSION, LIVE, ROOM = {"pk": "$extension"}, {"call_id": "live-1"}, {"room": "conference-1"}
NOTICE = {"notice_id": "notice-1"}

CASES: dict[str, list[Case]] = {
    "pickup-group-list": rows(403, {"name": "New"}),
    "pickup-group-detail": crud("pickup_group", NAME, 403),
    "flow-list": rows(403, {"name": "New"}),
    "flow-detail": [
        Case("get", 403, 200, 404, FLOW),
        Case("patch", 403, 200, 404, FLOW, NAME),
        Case("delete", 403, 400, 404, FLOW),
    ],
    "flow-check": [Case("post", 403, 200, 404, FLOW, {})],
    "flow-publish": [Case("post", 403, 200, 404, FLOW, {})],
    "flow-versions": [Case("get", 403, 200, 404, FLOW)],
    "flow-roll-back": [Case("post", 403, 200, 404, FLOW, {"version": 1})],
    "simulate": [
        Case("post", 403, 200, 400, body={"flow": "$flow"}),
        Case("post", 403, 200, 400, body={"number": "202", "organisation": "$organisation"}),
        Case("post", 403, 200, 400, body={"call": "past-2"}),
    ],
    "calendar-list": rows(403, {"name": "New", "days": []}),
    "calendar-detail": crud("calendar", NAME, 403),
    "ring-group-list": [
        Case("get", 403, 200, 200),
        Case("post", 403, 201, 400, body={"name": "New", "extensions": ["$extension"]}),
    ],
    "ring-group-detail": crud("group", NAME, 403),
    "internal-number-list": [
        Case("get", 403, 200, 200),
        Case("post", 403, 201, 400, body={"number": "305", "name": "New", "flow": "$flow"}),
    ],
    "internal-number-detail": crud("internal_number", NAME, 403),
    "caller-id-list": rows(200, {"kind": "company", "shown": "+31201111111"}),
    "caller-id-detail": crud("caller_id", NAME),
    "trunk-list": rows(403, {"name": "New", "host": "192.0.2.60"}),
    "trunk-detail": crud("trunk", NAME, 403),
    "route-list": [
        Case("get", 403, 200, 200),
        Case("post", 403, 201, 400, body={"name": "New", "trunks": ["$trunk"]}),
    ],
    "route-detail": crud("route", NAME, 403),
    "public-number-list": rows(403, {"number": "+31202222222"}),
    "public-number-detail": crud("public_number", NAME, 403),
    "outside-list": [
        Case("get", 403, 200, 200),
        Case("post", 403, 400, 400, body={"calls": 3, "organisation": "$organisation"}),
    ],
    "outside-detail": crud("outside", {"calls": 5}, 403),
    "emergency-place-list": [
        Case("get", 403, 200, 200),
        Case("post", 403, 400, 400, body={"extension": "$extension", "shown": "+31203333333"}),
    ],
    "emergency-place-detail": crud("place", {"shown": "+31203333334"}, 403),
    "status-list": rows(200, {"name": "New"}),
    "status-detail": crud("status", NAME, 200),
    "forward-list": [
        Case("get", 200, 200, 200),
        Case("post", 400, 400, 400, body={"extension": "$extension", "status": "$status", "target": "205"}),
    ],
    "forward-detail": [
        Case("get", 404, 200, 404, {"pk": "$forward"}),
        Case("patch", 404, 200, 404, {"pk": "$forward"}, {"target": "203"}),
        Case("delete", 404, 204, 404, {"pk": "$forward"}),
    ],
    "states": [Case("get", 200, 200, 200)],
    "extension-state": [
        Case("get", 404, 200, 404, OWN_EXTENSION),
        Case("patch", 404, 200, 404, OWN_EXTENSION, {"note": "Lunch"}),
    ],
    "room-list": rows(200, {"number": "850", "name": "New", "pin": "1234"}),
    "room-detail": crud("room", NAME, 200),
    "notice-list": [Case("get", 403, 200, 200)],
    "notice-detail": [
        Case("get", 403, 200, 404, NOTICE),
        Case("patch", 403, 200, 404, NOTICE, {"seen": True}),
    ],
    "call-list": [
        Case("get", 200, 200, 200),
        Case("post", 400, 201, 400, body={"extension": "$extension", "number": "201"}),
    ],
    "call-hang-up": [Case("post", 404, 204, 404, LIVE)],
    # The member names the own extension by default; the core says that it has no part in the call.
    "call-hold": [
        Case("post", 403, 204, 404, LIVE, {}),
        Case("post", 400, 204, 400, LIVE, {"extension": "$extension"}),
    ],
    "call-transfer": [Case("post", 403, 204, 404, LIVE, {"number": "205"})],
    "call-consult": [Case("post", 403, 200, 404, LIVE, {"number": "205"})],
    "call-swap": [Case("post", 403, 204, 404, LIVE, {"to_call": "live-2"})],
    "call-join": [Case("post", 403, 200, 404, LIVE, {})],
    "call-park": [Case("post", 403, 200, 404, LIVE, {})],
    "call-divert": [Case("post", 403, 204, 404, LIVE, {})],
    "call-pickup": [Case("post", 403, 204, 404, LIVE, {})],
    "call-move": [Case("post", 400, 204, 400, LIVE, {"device": "$device"})],
    "call-digits": [Case("post", 403, 204, 404, LIVE, {"digits": "1#"})],
    "call-record": [Case("post", 403, 204, 404, LIVE, {"action": "start"})],
    "live-rooms": [Case("get", 200, 200, 200)],
    "live-room-invite": [Case("post", 404, 200, 404, ROOM, {"number": "205"})],
    "live-room-member": [Case("post", 404, 200, 404, {**ROOM, "leg": "leg-1"}, {"action": "mute"})],
    "live-trunks": [Case("get", 403, 200, 200)],
}


def things(world: World, core: RunningCore) -> dict[str, str]:
    """Rows of Alpha, none of them the member's; a trunk that is down, a conference, a call."""
    alpha, agents = world.alpha, world.extensions["202"]
    flow = save_owned(Flow(organisation=alpha, name="Alpha's flow", draft=RING_SELF))
    flows.publish(world.people["admin"], flow)
    group = save_owned(Group(organisation=alpha, name="Alpha's group"), extensions=[agents])
    trunk = save_owned(Trunk(organisation=alpha, name="Alpha's trunk", host="192.0.2.50"))
    route = save_owned(Route(organisation=alpha, name="Alpha's route"), trunks=[trunk])
    outside = save_owned(Outside(organisation=alpha), emergency_trunks=[trunk])
    caller_id = CallerId(organisation=alpha, kind="company", name="Alpha's number", shown="+31201234567")
    save_owned(caller_id, extensions=[agents])
    status = statuses.save_status(Status(organisation=alpha, name="Alpha's status"))
    rows = {
        "flow": flow,
        "calendar": save_owned(Calendar(organisation=alpha, name="Alpha's days")),
        "group": group,
        "internal_number": save_owned(
            InternalNumber(organisation=alpha, number="300", name="Alpha's line", flow=flow)
        ),
        "pickup_group": save_owned(PickupGroup(organisation=alpha, name="Alpha's pickup")),
        "trunk": trunk,
        "route": route,
        "outside": outside,
        "caller_id": caller_id,
        "public_number": save_owned(
            PublicNumber(organisation=alpha, number="+31207654321", name="Alpha's DID", flow=flow)
        ),
        "place": save_owned(EmergencyPlace(organisation=alpha, extension=agents, shown="+31200000001")),
        "status": status,
        "forward": save_owned(
            Forward(organisation=alpha, extension=agents, status=status, target="+31612345678")
        ),
        "room": save_room(Room(organisation=alpha, number="800", name="Alpha's room"), "1234"),
    }
    a_notice(alpha)
    tell(core, str(alpha.pk), str(trunk.pk))
    return {f"${name}": str(row.pk) for name, row in rows.items()}


def a_notice(organisation: Any) -> None:
    notice = Notice(
        id="notice-1", tenant=str(organisation.pk), kind="trunk.down", text="Alpha's trunk is down."
    )
    notices.take_in([Event(number=1, at=1_790_000_000.0, kind="notice", notice=notice)])


def tell(core: RunningCore, tenant: str, trunk: str) -> None:
    """What goes on in the core."""
    member = RoomMember(leg="leg-1", call="live-3", number="202", name="Alpha's agent", extension="202")
    room = RoomState(id="conference-1", tenant=tenant, room="conference-1", name="Alpha", members=[member])
    state = TrunkState(tenant=tenant, trunk=trunk, state="down", since=1.0, reason="Alpha's is away")
    core.emit(
        Event(number=0, at=1.0, kind="room.changed", tenant=tenant, room=room),
        Event(number=0, at=1.0, kind="trunk.changed", tenant=tenant, trunk=state),
    )
    ingest([call("past-2", tenant, "203", "202")])
    core.call_started(call("live-2", tenant, "202", "204", ended=False))


def admin_rows(things: dict[str, str]) -> dict[str, Any]:
    """Models of the admin, and a row of Alpha of each."""
    return {
        "extensions.pickupgroup": things["$pickup_group"],
        "flows.flow": things["$flow"],
        "flows.calendar": things["$calendar"],
        "flows.group": things["$group"],
        "flows.internalnumber": things["$internal_number"],
        "lines.callerid": things["$caller_id"],
        "lines.trunk": things["$trunk"],
        "lines.route": things["$route"],
        "lines.publicnumber": things["$public_number"],
        "lines.outside": things["$outside"],
        "lines.emergencyplace": things["$place"],
        "statuses.status": things["$status"],
        "statuses.forward": things["$forward"],
        "rooms.room": things["$room"],
        "notices.notice": NoticeRow.objects.get().pk,
    }
