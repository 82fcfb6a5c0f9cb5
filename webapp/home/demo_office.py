"""What the demo organisation has besides people and phones: statuses, a flow, a pickup group, a room. What
is there already stays as it is."""

from typing import Any

from pbx.control.pins import right
from webapp.extensions.models import Extension, PickupGroup
from webapp.flows.actions import publish
from webapp.flows.models import Calendar, Flow, Group, InternalNumber
from webapp.organisations.models import Organisation
from webapp.organisations.owned_actions import save_owned
from webapp.people.models import User
from webapp.rooms.actions import save_room
from webapp.rooms.models import Room
from webapp.statuses.actions import save_status
from webapp.statuses.models import Status
from webapp.voicemail.models import Mailbox

STATUSES: tuple[dict[str, Any], ...] = (
    {"name": "Available", "colour": "#2e9e5b", "presence": "available", "code": "1", "default": True},
    {"name": "Busy", "colour": "#c8372d", "presence": "busy", "code": "2"},
    {"name": "Away", "colour": "#e0a020", "presence": "away", "code": "3"},
    {"name": "Not present", "colour": "#7a7f87", "presence": "offline", "code": "4", "rings": False},
)
GROUPS = {"Sales": ("102", "103"), "Support": ("104", "105", "106")}
PICKUP = ("102", "103", "104", "105", "106")
ROOM, LINE, MAILBOX = "800", "300", "399"
FLOW = "Main number"


def furnish(organisation: Organisation, owner: User, room_pin: str) -> None:
    """Make what is missing; the room gets `room_pin`."""
    for status in STATUSES:
        if not Status.objects.filter(organisation=organisation, name=status["name"]).exists():
            save_status(Status(organisation=organisation, **status))
    pickup = PickupGroup.objects.filter(organisation=organisation, name="Office").first()
    if pickup is None:
        pickup = save_owned(PickupGroup(organisation=organisation, name="Office"))
        Extension.objects.filter(organisation=organisation, number__in=PICKUP).update(pickup_group=pickup)
    _room(organisation, room_pin)
    _flow(organisation, owner)


def _room(organisation: Organisation, pin: str) -> None:
    room = Room.objects.filter(organisation=organisation, number=ROOM).first()
    room = room or Room(organisation=organisation, number=ROOM, name="Conference")
    if not room.pin_hash or not right(pin, room.pin_hash):
        save_room(room, pin)


def _flow(organisation: Organisation, owner: User) -> None:
    groups = {name: _group(organisation, name, numbers) for name, numbers in GROUPS.items()}
    mailbox = Mailbox.objects.filter(organisation=organisation, number=MAILBOX).first()
    mailbox = mailbox or save_owned(Mailbox(organisation=organisation, number=MAILBOX, name="Office"))
    calendar = Calendar.objects.filter(organisation=organisation, name="Holidays").first()
    days = [{"annual": "01-01", "name": "New Year"}, {"annual": "12-25", "name": "Christmas"}]
    calendar = calendar or save_owned(Calendar(organisation=organisation, name="Holidays", days=days))
    flow = Flow.objects.filter(organisation=organisation, name=FLOW).first()
    flow = flow or save_owned(Flow(organisation=organisation, name=FLOW, draft={}))
    if not flow.versions.filter(live=True).exists():
        flow.draft = _drawing(groups, str(mailbox.pk), str(calendar.pk))
        save_owned(flow)
        publish(owner, flow)
    if not InternalNumber.objects.filter(organisation=organisation, number=LINE).exists():
        save_owned(InternalNumber(organisation=organisation, number=LINE, name=FLOW, flow=flow))


def _group(organisation: Organisation, name: str, numbers: tuple[str, ...]) -> str:
    group = Group.objects.filter(organisation=organisation, name=name).first()
    if group is None:
        members = Extension.objects.filter(organisation=organisation, number__in=numbers).order_by("number")
        group = save_owned(Group(organisation=organisation, name=name), extensions=members)
    return str(group.pk)


def _drawing(groups: dict[str, str], mailbox: str, calendar: str) -> dict[str, Any]:
    week = [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:30"}]
    nodes: dict[str, dict[str, Any]] = {
        "hours": {
            "type": "hours",
            "hours": week,
            "calendar": calendar,
            "next": {"open": "menu", "closed": "voicemail", "holiday": "voicemail"},
        },
        "menu": {
            "type": "menu",
            "sound": "demo_menu",
            "next": {"1": "sales", "2": "support", "timeout": "sales", "invalid": "sales"},
        },
        "voicemail": {"type": "voicemail", "mailbox": mailbox},
    }
    for name, order in (("sales", "all"), ("support", "longest_idle")):
        nodes[name] = {
            "type": "ring",
            "targets": [{"group": groups[name.capitalize()]}],
            "order": order,
            "seconds": 20,
            "next": {"else": "voicemail"},
        }
    return {"schema": 1, "name": FLOW, "start": "hours", "nodes": nodes}
