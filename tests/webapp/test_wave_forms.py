"""Wave forms of messages and recordings, worked out once; names in both lists."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from tests.store.audio import write_wav
from tests.webapp.conftest import World
from tests.webapp.running_core import RunningCore, call
from tests.webapp.sounding import leave, mailbox
from webapp.calls.actions import ingest
from webapp.common import audio
from webapp.contacts.actions import book_of, save_contact
from webapp.contacts.models import Contact
from webapp.recordings.models import Recording
from webapp.voicemail import actions as voicemail

pytestmark = pytest.mark.django_db
ANNA = "+31201112233"


@pytest.fixture
def anna(world: World, core: RunningCore, settings: Any) -> World:
    settings.HOME = core.folder / "home"
    contact = Contact(organisation=world.alpha, book=book_of(world.alpha), first_name="Anna")
    save_contact(contact, [{"number": ANNA, "type": "work"}])

    async def known() -> None:
        assert core.core is not None
        core.core.view.tenants[str(world.alpha.pk)] = 1

    core.run(known)
    return world


def test_of_a_message(anna: World, core: RunningCore) -> None:
    box = mailbox(anna.extensions["201"])
    voicemail.take_in_messages([leave(core, box, "message-1", 2.0, caller=ANNA)])
    member = anna.client("member")
    (message,) = member.get(reverse("voicemail-list"), {"q": "anna"}).json()["results"]
    assert message["contact"]["name"] == "Anna"
    assert member.get(reverse("voicemail-list"), {"q": "bert"}).json()["results"] == []
    url = reverse("voicemail-peaks", args=[message["id"]])
    found = member.get(url).json()
    assert len(found["peaks"]) == 1 and 100 <= len(found["peaks"][0]) <= 800
    assert all(0 <= each <= 1 for each in found["peaks"][0]) and max(found["peaks"][0]) > 0
    core.stop()
    assert member.get(url).json() == found


def test_of_a_recording(anna: World) -> None:
    ingest([call("c1", str(anna.alpha.pk), ANNA, "201", direction="inbound")])
    recording = Recording.objects.create(
        organisation=anna.alpha,
        recording_id="r1",
        call="c1",
        personal=True,
        extension=anna.extensions["201"],
        started_at=datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC),
        seconds=1.0,
        state=Recording.State.DONE,
        form="wav",
    )
    recording.path.parent.mkdir(parents=True)
    write_wav(recording.path, 1.0)
    member, listing = anna.client("member"), reverse("recording-list")
    (row,) = member.get(listing, {"q": "anna"}).json()["results"]
    assert row["caller"]["name"] == "Anna" and row["caller"]["contact"]["kind"] == "external"
    assert row["called"]["contact"]["name"] == "Member"
    assert row["direction"] == "inbound" and row["may_delete"] is True
    assert len(member.get(listing, {"q": "0201"}).json()["results"]) == 1
    assert member.get(listing, {"q": "030"}).json()["results"] == []
    url = reverse("recording-peaks", args=[recording.pk])
    found = member.get(url).json()
    recording.path.unlink()
    assert member.get(url).json() == found and found["peaks"]


def test_of_what_is_no_audio(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    path.write_bytes(b"nothing")
    assert audio.peaks(path) == []
