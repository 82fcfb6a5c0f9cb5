"""`manage.py demo`: the promised form, the same each time, mended when something is missing."""

import datetime
import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from pbx.control.configuration import Snapshot
from pbx.control.messages import decode, encode
from pbx.control.pins import right
from webapp.extensions.credentials import digests
from webapp.extensions.models import Device, Extension
from webapp.flows.actions import check
from webapp.flows.models import Flow
from webapp.flows.simulating import Question, simulate
from webapp.link.snapshot import load
from webapp.organisations.models import Organisation
from webapp.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def demo() -> dict[str, Any]:
    out = io.StringIO()
    call_command("demo", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_form_that_was_promised(home: Path) -> None:
    made = demo()
    assert set(made) == {
        "organisation",
        "sip",
        "extensions",
        "users",
        "room",
        "api_token",
        "http",
    }
    assert set(made["sip"]) == {"domain", "host", "port", "tls_port"}
    assert made["sip"]["domain"] == "demo.centrale.localhost"
    assert [e["number"] for e in made["extensions"]] == [str(n) for n in range(101, 111)]
    for extension in made["extensions"]:
        assert (
            set(extension) == {"number", "name", "username", "password"} and len(extension["password"]) >= 20
        )
        device = Device.objects.get(username=extension["username"])
        kept = digests(device.username, "demo.centrale.localhost", extension["password"])
        assert (device.ha1_md5, device.ha1_sha256) == (kept.md5, kept.sha256)
    assert {user["role"] for user in made["users"]} == {"admin", "supervisor", "agent", "user"}
    for user in made["users"]:
        assert User.objects.get(email=user["email"], role=user["role"]).check_password(user["password"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['api_token']}")
    assert client.get("/api/v1/me/").json()["role"] == "admin"
    assert client.get("/api/v1/extensions/").json()["count"] == 10
    mode = stat.S_IMODE((home / "demo.json").stat().st_mode)
    assert mode == 0o600


def test_the_same_each_time_and_no_new_version(home: Path) -> None:
    first = demo()
    version = Organisation.objects.get().config_version
    assert demo() == first
    assert Organisation.objects.get().config_version == version


def test_what_went_missing_is_put_back(home: Path) -> None:
    first = demo()
    Extension.objects.filter(number="103").delete()
    User.objects.filter(role="agent").delete()
    Device.objects.filter(username="101").update(ha1_md5="0" * 32, ha1_sha256="0" * 64)
    assert demo() == first
    Organisation.objects.all().delete()
    assert demo() == first
    (home / "demo.json").unlink()
    again = demo()
    assert again["api_token"] != first["api_token"]
    secret = again["extensions"][0]["password"]
    assert Device.objects.get(username="101").ha1_md5 == digests("101", "demo.centrale.localhost", secret).md5


def test_a_file_that_is_none_of_ours(home: Path) -> None:
    (home / "demo.json").write_text('{"extensions": 7}')
    assert len(demo()["extensions"]) == 10


def test_the_card_for_people(home: Path) -> None:
    made = demo()
    out = io.StringIO()
    call_command("demo", stdout=out)
    for text in ("Reception", made["extensions"][0]["password"], made["users"][0]["password"], made["http"]):
        assert text in out.getvalue()


def test_the_office_is_furnished(home: Path) -> None:
    made = demo()
    snapshot = load(Organisation.objects.get().pk)
    assert snapshot is not None and decode(encode(snapshot), Snapshot) == snapshot
    assert {s.name: (s.code, s.rings) for s in snapshot.statuses} == {
        "Available": ("1", True),
        "Busy": ("2", True),
        "Away": ("3", True),
        "Not present": ("4", False),
    }
    assert [s.name for s in snapshot.statuses if s.default] == ["Available"]
    (room,) = snapshot.rooms
    assert room.number == made["room"]["number"] and room.pin and right(made["room"]["pin"], room.pin)
    assert snapshot.lines.keys() == {"300"} and snapshot.lines["300"] in snapshot.flows
    pickup = {extension.number for extension in snapshot.extensions if extension.pickup_group}
    assert pickup == {"102", "103", "104", "105", "106"}
    monday = datetime.datetime(2026, 11, 23, 10, tzinfo=datetime.UTC)
    day = simulate(Organisation.objects.get(), Question(number="300", at=monday, outcomes=["2"]))
    assert [step.node for step in day.path if step.node] == ["hours", "menu", "support", "voicemail"]
    night = simulate(Organisation.objects.get(), Question(number="300", at=monday.replace(hour=22)))
    assert [step.node for step in night.path if step.node] == ["hours", "voicemail"]
    assert not [finding for finding in check(Flow.objects.get()) if finding.level == "error"]
