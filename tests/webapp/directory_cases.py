"""Cases of test_outsiders for contacts, profiles, the history, notes and calendars, and the things of Alpha
that they ask for."""

import datetime
from typing import Any

from tests.webapp.cases import Case
from tests.webapp.conftest import World
from webapp.calls.actions import write_note
from webapp.contacts import actions as contacts
from webapp.contacts.models import Contact
from webapp.profile.actions import save_profile
from webapp.profile.models import Photo
from webapp.statuses.actions import save_series
from webapp.statuses.models import Plan, Series

FAR = datetime.datetime(2199, 1, 1, tzinfo=datetime.UTC)
CONTACT, PERSONAL, NUMBER = {"pk": "$contact"}, {"pk": "$personal"}, {"pk": "$blocked"}
COLLEAGUE, PERSON, SERIES = {"pk": "$extension"}, {"pk": "$user"}, {"pk": "$series"}
PAST = {"call_id": "past-1"}
NOTE = {**PAST, "pk": "$note"}
STARTS = "2199-01-01T12:00:00Z"

CASES: dict[str, list[Case]] = {
    "contact-list": [
        Case("get", 200, 200, 200),
        Case("post", 201, 201, 201, body={"first_name": "Own"}),
        Case("post", 403, 201, 201, body={"kind": "external", "company": "New"}),
    ],
    "contact-detail": [
        Case("get", 200, 200, 404, CONTACT),
        Case("get", 200, 200, 404, COLLEAGUE),
        Case("get", 404, 404, 404, PERSONAL),
        Case("patch", 403, 200, 404, CONTACT, {"note": "Changed"}),
        Case("patch", 404, 404, 404, PERSONAL, {"note": "Changed"}),
        Case("delete", 403, 204, 404, CONTACT),
        Case("delete", 404, 404, 404, PERSONAL),
    ],
    "contact-marks": [
        Case("put", 200, 200, 404, CONTACT, {"vip": True}),
        Case("put", 200, 200, 404, COLLEAGUE, {"favourite": True}),
        Case("put", 404, 404, 404, PERSONAL, {"blocked": True}),
    ],
    "contact-lookup": [Case("get", 200, 200, 200)],
    "contact-import": [Case("post", 403, 415, 415, body={})],
    "contact-export": [Case("get", 403, 200, 200)],
    "blocked-number-list": [
        Case("get", 200, 200, 200),
        Case("post", 201, 201, 201, body={"number": "09001234567"}),
    ],
    "blocked-number-detail": [Case("delete", 404, 404, 404, NUMBER)],
    "own-profile": [Case("get", 200, 200, 200), Case("patch", 200, 200, 200, body={"note": "Hello"})],
    "own-photo": [Case("put", 400, 400, 400, body={}), Case("delete", 204, 204, 204)],
    "own-preferences": [Case("get", 200, 200, 200), Case("patch", 200, 200, 200, body={"theme": "dark"})],
    "photo": [Case("get", 200, 200, 404, PERSON)],
    "history": [Case("get", 200, 200, 200)],
    "history-missed": [Case("get", 200, 200, 200), Case("put", 200, 200, 200)],
    "call-notes": [
        Case("get", 404, 200, 404, PAST),
        Case("post", 404, 201, 404, PAST, {"text": "Ask again"}),
        Case("post", 404, 201, 404, {"call_id": "live-1"}, {"text": "While it goes on"}),
    ],
    "call-note": [
        Case("patch", 404, 403, 404, NOTE, {"text": "Changed"}),
        Case("delete", 404, 204, 404, NOTE),
    ],
    "status-plan-list": [
        Case("get", 200, 200, 200),
        Case("post", 400, 201, 400, body={"extension": "$extension", "starts": STARTS}),
    ],
    "status-plan-detail": [
        Case("get", 404, 200, 404, SERIES),
        Case("patch", 404, 200, 404, SERIES, {"note": "Changed"}),
        Case("delete", 404, 204, 404, SERIES),
    ],
    "status-plan-expand": [Case("get", 400, 400, 400)],
    "status-plan-occurrences": [
        Case("put", 404, 200, 404, SERIES, {"occurrence": STARTS.replace("12:", "00:"), "cancelled": False})
    ],
    "status-plan-following": [
        Case("put", 404, 400, 404, SERIES, {"occurrence": STARTS.replace("12:", "00:"), "plan": None})
    ],
}


def things(world: World) -> dict[str, str]:
    """Rows of Alpha, the agent's where they are somebody's."""
    alpha, agent = world.alpha, world.people["agent"]
    shared = Contact(organisation=alpha, book=contacts.book_of(alpha), company="Alpha's customer")
    own = Contact(organisation=alpha, book=contacts.book_of(alpha, agent), first_name="Alpha's friend")
    for contact in (shared, own):
        contacts.save_contact(contact, [{"number": "+31201112233", "type": "work"}])
    contacts.set_marks(agent, shared, vip=True)
    profile = save_profile(agent, note="Alpha's agent")
    profile.photo = profile.pk
    profile.save()
    Photo.objects.create(profile=profile, size=256, image=b"RIFF")
    series = save_series(
        Series(organisation=alpha, extension=world.extensions["202"], starts=FAR, title="Alpha's party")
    )
    plan = Plan.objects.create(
        organisation=alpha, extension=world.extensions["202"], at=FAR, next_try=FAR, note="Alpha's plan"
    )
    rows: dict[str, Any] = {
        "contact": shared,
        "personal": own,
        "blocked": contacts.block_number(agent, "+31201234567"),
        "profile": profile,
        "note": write_note(agent, alpha.pk, "past-1", "Alpha's note"),
        "series": series,
        "plan": plan,
    }
    return {f"${name}": str(row.pk) for name, row in rows.items()}


def admin_rows(alpha: dict[str, str]) -> dict[str, str]:
    """The row of each model in the admin."""
    return {
        "contacts.contact": alpha["$contact"],
        "profile.profile": alpha["$profile"],
        "statuses.series": alpha["$series"],
        "statuses.plan": alpha["$plan"],
    }
