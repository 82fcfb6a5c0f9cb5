"""What would happen to a call to a number that no flow answers: star codes, slots, rooms, mailboxes, numbers
outside; each with its reason, in the language of who asks."""

from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from pbx.outside.numbering import _UNREADABLE, _WRONG
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore
from webapp.extensions.models import Extension
from webapp.flows import sentences
from webapp.link.snapshot import load
from webapp.organisations.models import Organisation

pytestmark = pytest.mark.django_db

MAIN = "+31201234500"


def post(world: World, what: str, **body: Any) -> str:
    answer = world.client("admin").post(reverse(f"{what}-list"), body, format="json")
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def told(core: RunningCore, *organisations: Organisation) -> None:
    """The core has these as they are now."""
    assert core.core is not None
    for organisation in organisations:
        snapshot = load(organisation.pk)
        assert snapshot is not None
        core.run(partial(core.core.apply_snapshot, snapshot))


@pytest.fixture
def office(world: World, core: RunningCore) -> World:
    """A number outside, two trunks, a room with a PIN, a shared mailbox, a status with a code."""
    extension = {"extension": str(world.extensions["201"].pk)}
    post(world, "caller-id", kind="company", shown=MAIN, everyone=True)
    post(world, "caller-id", kind="anonymous", everyone=True)
    one = post(world, "trunk", name="First", host="192.0.2.1", dial="national")
    two = post(world, "trunk", name="Second", host="192.0.2.2", caller_id="+31201234599")
    post(world, "route", name="Everywhere", prefixes=["+"], trunks=[one, two], seconds=7)
    post(world, "room", number="800", name="Board", pin="4711")
    post(world, "mailbox", number="390", name="Shop")
    post(world, "status", name="Lunch", colour="#112233", code="7")
    post(world, "public-number", number="+31201234501", **extension)
    told(core, world.alpha, world.bravo)
    return world


def simulate(world: World, number: str, caller: str = "201", who: str = "supervisor", **more: Any) -> Any:
    body = {"number": number, "caller": caller, **more}
    return world.client(who).post(reverse("simulate"), body, format="json")


def answer(world: World, number: str, caller: str = "201", **more: Any) -> dict[str, Any]:
    found = simulate(world, number, caller, **more)
    assert found.status_code == 200, found.content
    told: dict[str, Any] = found.json()
    return told


KINDS = [
    ("701", "parking slot 701", "takes the call that is parked there. If none is, they hear so."),
    ("800", "conference room 800", "is asked for the PIN of the conference room Board"),
    ("390", "mailbox 390", "the mailbox Shop takes a message"),
    ("1233", "star code 1233", "whoever dials has none of their own"),
    ("**202", "star code **", "takes the call that rings at extension 202"),
    ("*8", "star code *8", "longest in their pickup group"),
    ("*507", "star code *50", "in the status Lunch"),
    ("*508", "star code *50", "No status has the code 8"),
    ("*21", "star code *21", "forwarded to voicemail"),
    ("*21202", "star code *21", "forwarded to 202"),
    ("*21201", "star code *21", "cannot be forwarded to 201"),
    ("*31", "star code *31", "hide their number"),
    ("*99999", "star code *99", "Nothing of the organisation has the number 999"),
    ("999", "unknown number", "outside it is none: it is too short"),
    ("112", "emergency number 112", "sees the number +31201234501"),
    ("+31 6 1234 5678", "number outside +31612345678", "sees the number +31201234501"),
]


def test_each_kind_of_number_says_what_it_is(office: World) -> None:
    for number, meaning, ending in KINDS:
        found = answer(office, number)
        assert found["meaning"] == meaning, number
        assert ending in found["ending"], number
    found = answer(office, "*1202")
    assert [step["result"] for step in found["path"][:2]] == [
        "The call to 202 is recorded.",
        "Extension 202 Name 202: its phones ring; it has no mailbox.",
    ]
    assert found["path"][2]["step"] == "ring"
    assert answer(office, "202")["meaning"].startswith("Extension 202 Name 202")
    public = answer(office, "+31201234501", caller="+31612345678")
    assert public["meaning"].startswith("Public number +31201234501") and public["path"]
    # To a phone of the organisation its own public number is one outside.
    assert answer(office, "+31201234501", caller="202")["meaning"] == "number outside +31201234501"
    for number in ("701", "*21", "112"):
        assert answer(office, number, caller="+31612345678")["ending"] == str(sentences.NOBODY_OUTSIDE)


def test_every_code_and_objection_has_its_words() -> None:
    facts = dict.fromkeys(("number", "extension", "target", "name", "detail", "why"), "X")
    for words in (*sentences.FEATURES.values(), *sentences.OBJECTIONS.values()):
        assert "%" not in str(words) % facts
    assert {*_WRONG.values(), *_UNREADABLE.values()} <= set(sentences.WHY_NO_NUMBER)


def test_a_number_outside_tells_route_trunks_and_what_is_shown(office: World, core: RunningCore) -> None:
    found = answer(office, "0612345678")
    assert [step["result"] for step in found["path"]] == [
        "This is a number outside, and nothing forbids calling it.",
        "Route Everywhere: First is called with 0612345678 and told the number 0201234501.",
        "Route Everywhere: Second is called with +31612345678 and told the number +31201234599.",
    ]
    assert any("says nothing for 7 seconds" in remark for remark in found["remarks"])
    hidden = answer(office, "*310612345678")
    assert hidden["meaning"] == "star code *31"
    assert hidden["path"][0]["result"] == "For this call only, the number is hidden outside."
    assert hidden["ending"] == "Outside one sees no number; only the trunk is told it."
    anybody = answer(office, "0612345678", caller="", internal=True)
    assert str(sentences.WHO_CALLS) in anybody["remarks"]


def test_what_is_forbidden_says_why(office: World, core: RunningCore) -> None:
    admin = office.client("admin")
    post(office, "outside", blocked=["+31900"], calls=5)
    page = reverse("extension-detail", args=[office.extensions["202"].pk])
    assert admin.patch(page, {"may_call_out": False, "may_record": False}, format="json").status_code == 200
    office.alpha.refresh_from_db()
    told(core, office.alpha)
    assert "that begin with +31900" in answer(office, "0900-1234")["ending"]
    assert str(sentences.LIMITED) in answer(office, "0612345678")["remarks"]
    assert "202 may not call outside" in answer(office, "0612345678", "202")["ending"]
    assert "202 may not record" in answer(office, "*1201", "202")["ending"]
    assert "sees the number" in answer(office, "112", "202")["ending"]


def test_a_blocked_caller_and_an_extension_with_the_number_of_an_emergency(
    office: World, core: RunningCore
) -> None:
    member = office.client("member")
    made = member.post(reverse("blocked-number-list"), {"number": "+31612345678"}, format="json")
    assert made.status_code == 201, made.content
    found = answer(office, "+31201234501", caller="06 12345678")
    assert found["path"] == [] and "201 has blocked 0612345678" in found["ending"]
    assert answer(office, "+31201234501", caller="+31612345679")["path"]
    Extension.objects.create(organisation=office.alpha, number="112", name="Odd")  # of older versions
    told(core, office.alpha)
    assert answer(office, "112")["meaning"] == "emergency number 112"
    post(office, "outside")
    told(core, office.alpha)
    assert answer(office, "112")["meaning"] == "emergency number 112"


def test_codes_that_the_organisation_changed(office: World, core: RunningCore) -> None:
    office.alpha.star_codes = {"status": "*55", "pickup": ""}
    office.alpha.save()
    told(core, office.alpha)
    assert answer(office, "*557")["meaning"] == "star code *55"
    assert answer(office, "**202")["meaning"] == "unknown number"


def test_outsiders_read_their_own_organisation_only(office: World) -> None:
    """In Dutch, which is their language."""
    alpha = str(office.alpha.pk)
    assert simulate(office, "390", who="outsider", organisation=alpha).status_code == 400
    found = simulate(office, "390", who="outsider").json()
    assert found["meaning"] == "onbekend nummer" and "het is te kort" in found["ending"]
    found = simulate(office, "0612345678", who="outsider").json()
    assert found["path"] == [] and "Geen route leidt naar +31612345678" in found["ending"]
    assert simulate(office, "701", who="member").status_code == 403


def test_the_page_tells_it_too(office: World, core: RunningCore) -> None:
    page, admin = reverse("admin:try"), office.client("admin")
    shown = admin.get(page, {"number": "0612345678", "caller": "201"}).content.decode()
    assert "Number outside +31612345678" in shown and "Route Everywhere: First" in shown
    assert "None" not in shown
    core.stop()
    gone = admin.get(page, {"number": "701", "caller": "201"}).content.decode()
    assert "core cannot be reached" in gone
    assert simulate(office, "701").status_code == 503
    core.start()
    assert "does not have this configuration" in simulate(office, "701").content.decode()
