"""Cases of test_outsiders for sounds, voicemail and recordings, and the things of Alpha that they ask for."""

import datetime
import uuid
from pathlib import Path
from typing import Any

from tests.store.audio import write_wav
from tests.webapp.cases import Case
from tests.webapp.conftest import World
from tests.webapp.control_cases import NAME, crud, rows
from tests.webapp.running_core import RunningCore
from tests.webapp.sounding import leave, mailbox
from webapp.organisations.owned_actions import save_owned
from webapp.recordings import actions as recordings
from webapp.recordings.models import Access, Recording, Retention, Rule
from webapp.sounds.models import Sound
from webapp.voicemail import actions as voicemail
from webapp.voicemail.models import Greeting, Mailbox, Message

SOUND, MAILBOX, GREETING = {"pk": "$sound"}, {"pk": "$mailbox"}, {"pk": "$greeting"}
MESSAGE, RECORDING, ORGANISATION = {"pk": "$message"}, {"pk": "$recording"}, {"pk": "$organisation"}

CASES: dict[str, list[Case]] = {
    "sound-list": [
        Case("get", 403, 200, 200),
        Case("post", 403, 400, 400, body={"name": "No file", "organisation": "$organisation"}),
    ],
    "sound-detail": crud("sound", NAME, 403),
    "sound-audio": [Case("get", 403, 200, 404, SOUND), Case("put", 403, 400, 404, SOUND, {})],
    "mailbox-list": rows(200, {"name": "New", "number": "399"}),
    "mailbox-detail": [
        Case("get", 404, 200, 404, MAILBOX),
        Case("patch", 404, 200, 404, MAILBOX, {"enabled": False}),
        Case("delete", 403, 204, 404, MAILBOX),
    ],
    "mailbox-pin": [Case("put", 404, 204, 404, MAILBOX, {"pin": "2580"})],
    "mailbox-greetings": [Case("get", 404, 200, 404, MAILBOX), Case("post", 404, 400, 404, MAILBOX, {})],
    "mailbox-phone-greeting": [Case("get", 404, 200, 404, MAILBOX), Case("delete", 404, 204, 404, MAILBOX)],
    "greeting-detail": [Case("delete", 404, 204, 404, GREETING)],
    "greeting-audio": [Case("get", 404, 200, 404, GREETING)],
    # Messages are those people's who listen to them: the administrator is an outsider too.
    "voicemail-list": [Case("get", 200, 200, 200)],
    "voicemail-detail": [
        Case("get", 404, 404, 404, MESSAGE),
        Case("patch", 404, 404, 404, MESSAGE, {"read": True}),
        Case("delete", 404, 404, 404, MESSAGE),
    ],
    "voicemail-peaks": [Case("get", 404, 404, 404, MESSAGE)],
    "voicemail-audio": [Case("get", 404, 404, 404, MESSAGE)],
    "voicemail-call-back": [Case("post", 404, 404, 404, MESSAGE, {})],
    "recording-list": [Case("get", 200, 200, 200)],
    "recording-detail": [Case("get", 404, 200, 404, RECORDING), Case("delete", 404, 204, 404, RECORDING)],
    "recording-peaks": [Case("get", 404, 200, 404, RECORDING)],
    "recording-audio": [Case("get", 404, 200, 404, RECORDING)],
    "recording-rule-list": rows(403, {"name": "New"}),
    "recording-rule-detail": crud("recording_rule", NAME, 403),
    "recording-access-list": [Case("get", 403, 200, 200)],
    "recording-retention-detail": [
        Case("get", 403, 200, 404, ORGANISATION),
        Case("patch", 403, 200, 404, ORGANISATION, {"days": 30}),
    ],
}


def things(world: World, core: RunningCore) -> dict[str, str]:
    """Rows of Alpha, none of them the member's, with their audio."""
    alpha = world.alpha
    box = mailbox(world.extensions["202"])
    greeting = save_owned(
        Greeting(organisation=alpha, mailbox=box, sound=a_sound(alpha, Sound.Kind.GREETING))
    )
    voicemail.take_in_messages([leave(core, box, "message-1", 0.5, caller="Alpha's caller")])
    core.run(lambda: by_phone(core, box))
    recording = Recording.objects.create(
        organisation=alpha,
        recording_id="recording-1",
        call="past-1",
        personal=True,
        extension=world.extensions["202"],
        started_at=datetime.datetime(2026, 9, 1, tzinfo=datetime.UTC),
        seconds=1.0,
        state=Recording.State.DONE,
        form="wav",
    )
    write_wav(recording.path, 1.0)
    recordings.note(recording, Access.Deed.EXPIRED)
    Retention.objects.create(organisation=alpha, days=60)
    made: dict[str, Any] = {
        "sound": a_sound(alpha, Sound.Kind.MUSIC),
        "mailbox": box,
        "greeting": greeting,
        "message": Message.objects.get(),
        "recording": recording,
        "recording_rule": save_owned(Rule(organisation=alpha, name="Alpha's rule")),
        "recording_access": Access.objects.get(),
    }
    return {f"${name}": str(row.pk) for name, row in made.items()}


def a_sound(organisation: Any, kind: str) -> Sound:
    values = {"revision": uuid.uuid4(), "sha256": "0" * 64, "seconds": 1.0, "size": 32_044}
    sound = save_owned(Sound(organisation=organisation, name="Alpha's sound", kind=kind, **values))
    write_wav(sound.path, 1.0)
    return sound


async def by_phone(core: RunningCore, box: Mailbox) -> None:
    """A greeting recorded by phone."""
    assert core.core is not None and core.core.files is not None
    personal, tenant, key = core.core.files.personal, str(box.organisation_id), str(box.pk)
    path = personal.begin_greeting(tenant, key)
    assert path is not None
    write_wav(Path(path), 1.0)
    assert await personal.finish_greeting(tenant, key)


def admin_rows(alpha: dict[str, str]) -> dict[str, str]:
    """The row of each model in the admin."""
    return {
        "sounds.sound": alpha["$sound"],
        "voicemail.mailbox": alpha["$mailbox"],
        "recordings.recording": alpha["$recording"],
        "recordings.rule": alpha["$recording_rule"],
        "recordings.access": alpha["$recording_access"],
        "recordings.retention": alpha["$organisation"],
    }
