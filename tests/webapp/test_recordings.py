"""Recordings: taken over from the core, compressed, found, heard by those who may, and deleted in time."""

import datetime
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.webapp.conftest import World, until
from tests.webapp.running_core import RunningCore, call
from tests.webapp.sounding import content, record, strongest
from tests.webapp.test_courier import RunningCourier
from webapp.calls.actions import ingest
from webapp.common import audio
from webapp.lines.models import PublicNumber
from webapp.link.snapshot import load
from webapp.organisations.owned_actions import save_owned
from webapp.recordings import actions, fetching
from webapp.recordings.models import Access, Recording, Retention, Rule

pytestmark = pytest.mark.django_db(transaction=True)

State = Recording.State


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture
def courier(core: RunningCore, world: World) -> Iterator[RunningCourier]:
    running = RunningCourier(core)
    until(lambda: len(core.tenants) == 2)
    yield running
    running.stop()


def rule(world: World) -> Rule:
    return save_owned(Rule(organisation=world.alpha, name="All"))


def made(core: RunningCore, world: World, name: str, fetched: bool = True, **fields: Any) -> Recording:
    """A recording that ended at the core, came to the database and (unless told otherwise) was fetched."""
    tenant = str((fields.pop("organisation", None) or world.alpha).pk)
    actions.take(record(core, tenant, name, **fields))
    if fetched:
        assert fetching.fetch_due() == 1
    return Recording.objects.get(recording_id=name)


def at_core(core: RunningCore, tenant: Any) -> list[str]:
    assert core.core is not None and core.core.files is not None
    return [each.id for each in core.core.files.recordings.waiting(str(tenant))]


def heard(path: Path) -> list[float]:
    """The loudest frequency of each channel."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    return [strongest(channel, rate) for channel in np.concatenate(frames, axis=1)]


def test_it_is_compressed_and_only_then_let_go(
    world: World, core: RunningCore, courier: RunningCourier, home: Path
) -> None:
    record(core, str(world.alpha.pk), "r1", 5.0, by="201")
    until(Recording.objects.exists)
    recording = Recording.objects.get()
    assert (recording.state, recording.personal) == (State.WAITING, True)
    assert recording.extension == world.extensions["201"]
    assert at_core(core, world.alpha.pk) == ["r1"]
    assert fetching.fetch_due() == 1
    recording.refresh_from_db()
    assert (recording.state, recording.form, recording.channels) == (State.DONE, "mp3", 2)
    assert at_core(core, world.alpha.pk) == []
    assert recording.path.stat().st_size == recording.size < 5 * 64_000 / 8 * 1.2
    assert recording.path.stat().st_mode & 0o077 == 0 and recording.path.parent.stat().st_mode & 0o077 == 0
    # The two channels were one tone cut in turns: an octave up in each.
    assert heard(recording.path) == pytest.approx([880, 880], abs=20)
    assert [p for p in (home / "recordings").rglob("*") if p.is_file()] == [recording.path]
    assert fetching.fetch_due() == 0


def test_what_was_missed_is_caught_up(world: World, core: RunningCore) -> None:
    record(core, str(world.alpha.pk), "r1")
    record(core, str(world.alpha.pk), "r2", keep=False)
    running = RunningCourier(core)  # no cursor: it starts from the core's own list and journal
    until(Recording.objects.exists)
    running.stop()
    assert [each.recording_id for each in Recording.objects.all()] == ["r1"]


def test_a_core_that_is_away_is_waited_for(world: World, core: RunningCore) -> None:
    recording = made(core, world, "r1", fetched=False)
    core.stop()
    assert fetching.fetch_due() == 0
    core.start()
    assert fetching.fetch_due() == 0  # not before its time
    Recording.objects.update(due=timezone.now())
    assert fetching.fetch_due() == 1
    recording.refresh_from_db()
    assert recording.state == State.DONE


def test_a_worker_that_dies_anywhere(
    world: World, core: RunningCore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    recording = made(core, world, "r1", fetched=False)
    for place in ("download", "let_go"):
        with monkeypatch.context() as patch:
            patch.setattr(fetching, place, die)
            with pytest.raises(Killed):
                fetching.fetch_due()
        assert at_core(core, world.alpha.pk) == ["r1"], place  # the core keeps it until it is told
        Recording.objects.filter(state=State.WAITING).update(due=timezone.now())
    recording.refresh_from_db()
    assert recording.state == State.STORED
    fetching.fetch_due()
    recording.refresh_from_db()
    assert recording.state == State.DONE and at_core(core, world.alpha.pk) == []
    assert len([p for p in (home / "recordings").rglob("*") if p.is_file()]) == 1


def test_audio_that_cannot_be_compressed_is_kept_as_it_is(
    world: World, core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> float:
        raise audio.AudioError("broken")

    monkeypatch.setattr(audio, "to_mp3", fail)
    recording = made(core, world, "r1", fetched=False, personal=False)
    for _ in range(fetching.TRIES):
        assert fetching.fetch_due() == 0
        Recording.objects.update(due=timezone.now())
    assert fetching.fetch_due() == 1
    recording.refresh_from_db()
    assert recording.form == "wav" and recording.path.read_bytes()[:4] == b"RIFF"
    answer = world.client("admin").get(reverse("recording-audio", args=[recording.pk]))
    assert answer["Content-Type"] == "audio/wav"


def test_one_that_the_core_has_not_any_more(world: World, core: RunningCore) -> None:
    recording = made(core, world, "r1", fetched=False)
    assert core.core is not None and core.core.files is not None
    files = core.core.files
    core.run(lambda: files.recordings.taken(str(world.alpha.pk), "r1"))
    assert fetching.fetch_due() == 0
    recording.refresh_from_db()
    assert recording.state == State.LOST
    assert world.client("admin").get(reverse("recording-audio", args=[recording.pk])).status_code == 404


def test_who_may_hear_what(world: World, core: RunningCore) -> None:
    by = str(rule(world).pk)
    mine = made(core, world, "mine", by="201")
    theirs = made(core, world, "theirs", by="202")
    ruled = made(core, world, "ruled", by=by, personal=False)
    assert ruled.rule is not None and ruled.extension is None
    url = reverse("recording-list")
    seen = {
        who: {each["id"] for each in world.client(who).get(url).json()["results"]}
        for who in ("member", "agent", "supervisor", "admin", "outsider")
    }
    everything = {str(each.pk) for each in (mine, theirs, ruled)}
    assert seen == {
        "member": {str(mine.pk)},
        "agent": {str(theirs.pk)},
        "supervisor": {str(ruled.pk)},
        "admin": everything,
        "outsider": set(),
    }
    for who, ids in seen.items():
        for pk in everything:
            listen, detail = (reverse(f"recording-{name}", args=[pk]) for name in ("audio", "detail"))
            assert world.client(who).get(listen).status_code == (200 if pk in ids else 404), who
            if pk not in ids:
                assert world.client(who).delete(detail).status_code == 404
    # A supervisor hears those by rule, and deletes none.
    assert world.client("supervisor").delete(reverse("recording-detail", args=[ruled.pk])).status_code == 403
    assert world.client("member").delete(reverse("recording-detail", args=[mine.pk])).status_code == 204
    assert not mine.path.exists() and theirs.path.exists()


def test_deleting_one_that_still_waits_at_the_core(world: World, core: RunningCore) -> None:
    recording = made(core, world, "r1", fetched=False, by="201")
    url = reverse("recording-detail", args=[recording.pk])
    core.stop()
    assert world.client("member").delete(url).status_code == 503
    assert Recording.objects.exists()
    core.start()
    assert world.client("member").delete(url).status_code == 204
    assert at_core(core, world.alpha.pk) == [] and not Recording.objects.exists()


def test_ranges_and_downloads(world: World, core: RunningCore) -> None:
    recording = made(core, world, "r1", by="201")
    client, url = world.client("member"), reverse("recording-audio", args=[recording.pk])
    whole = client.get(url)
    assert whole["Content-Type"] == "audio/mpeg" and whole["Content-Disposition"].startswith("inline")
    data = recording.path.read_bytes()
    assert content(whole) == data
    part = client.get(url, HTTP_RANGE="bytes=100-199")
    assert part.status_code == 206 and content(part) == data[100:200]
    saved = client.get(url, {"download": "true"})
    assert saved["Content-Disposition"].startswith("attachment") and ".mp3" in saved["Content-Disposition"]


def test_the_audit(world: World, core: RunningCore) -> None:
    recording = made(core, world, "r1", by="201")
    client, url = world.client("member"), reverse("recording-audio", args=[recording.pk])
    for _ in range(3):
        client.get(url, HTTP_RANGE="bytes=0-10")  # one listening, in pieces
    client.get(url, {"download": "1"})
    world.client("admin").get(url)
    world.client("admin").delete(reverse("recording-detail", args=[recording.pk]))
    listed = world.client("admin").get(reverse("recording-access-list")).json()["results"]
    assert [(each["person_name"], each["deed"]) for each in reversed(listed)] == [
        ("member@alpha.test", "listened"),
        ("member@alpha.test", "downloaded"),
        ("admin@alpha.test", "listened"),
        ("admin@alpha.test", "deleted"),
    ]
    assert {each["recording"] for each in listed} == {None} and {each["call"] for each in listed} == {
        "call-r1"
    }
    for who, status in (("member", 403), ("supervisor", 403), ("outsider", 200)):
        answer = world.client(who).get(reverse("recording-access-list"))
        assert answer.status_code == status and b"alpha.test" not in answer.content


def test_search(world: World, core: RunningCore) -> None:
    tenant = str(world.alpha.pk)
    ingest([call("call-r1", tenant, "0612345678", "201"), call("call-r2", tenant, "202", "201")])
    ingest([call("other", str(world.bravo.pk), "0699999999", "201")])
    made(core, world, "r1", started_at=1_790_000_000.0)
    made(core, world, "r2", started_at=1_790_090_000.0)
    made(core, world, "r3", started_at=1_790_180_000.0, call="other")  # a call id of another organisation
    url, client = reverse("recording-list"), world.client("admin")

    def found(**query: str) -> list[str]:
        ids = [each["id"] for each in client.get(url, query).json()["results"]]
        return [Recording.objects.get(pk=pk).recording_id for pk in ids]

    assert found() == ["r3", "r2", "r1"]
    assert found(number="06123") == ["r1"] and found(number="0699") == []
    assert found(name="name of 202") == ["r2"]
    assert found(call="call-r2") == ["r2"]
    assert found(started_after="2026-09-22T12:00:00Z", started_before="2026-09-23T12:00:00Z") == ["r2"]
    assert found(personal="false") == []


# --- rules and retention ---


def test_rules_reach_the_core(world: World) -> None:
    number = save_owned(PublicNumber(organisation=world.alpha, number="+31201234567"))
    asked = {
        "name": "Sales",
        "extensions": [str(world.extensions["202"].pk), str(world.extensions["201"].pk)],
        "numbers": [str(number.pk)],
        "internal": False,
        "outbound": False,
        "announce": True,
        "keep": "ask",
    }
    answer = world.client("admin").post(reverse("recording-rule-list"), asked, format="json")
    assert answer.status_code == 201, answer.content
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    (compiled,) = snapshot.recording_rules
    assert (compiled.extensions, compiled.numbers) == (["201", "202"], ["+31201234567"])
    assert (compiled.directions, compiled.announce, compiled.keep) == (["inbound"], True, "ask")
    url = reverse("recording-rule-detail", args=[answer.json()["id"]])
    off = {"enabled": False}
    assert world.client("admin").patch(url, off, format="json").status_code == 200
    after = load(world.alpha.pk)
    assert after is not None and after.recording_rules == [] and after.version > snapshot.version
    assert world.client("supervisor").get(url).status_code == 200
    assert world.client("supervisor").patch(url, off, format="json").status_code == 403
    assert world.client("outsider").patch(url, off, format="json").status_code == 404


def test_the_core_sees_rules_by_name(world: World) -> None:
    """The first that fits counts, so their order must not be that of their random ids."""
    for name in "CADBE":
        save_owned(Rule(organisation=world.alpha, name=name))
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    names = {str(rule.pk): rule.name for rule in Rule.objects.all()}
    assert "".join(names[rule.id] for rule in snapshot.recording_rules) == "ABCDE"


@pytest.mark.parametrize(
    "fields",
    [{"inbound": False, "outbound": False}, {"name": ""}, {"keep": "never"}, {"extensions": ["$bravo"]}],
)
def test_rules_that_do_not_fit_are_refused(world: World, fields: dict[str, Any]) -> None:
    foreign = str(world.extensions["bravo"].pk)
    real = {k: [foreign] if v == ["$bravo"] else v for k, v in fields.items()}
    answer = world.client("admin").post(reverse("recording-rule-list"), {"name": "x", **real}, format="json")
    assert answer.status_code == 400 and not Rule.objects.exists()


def test_retention(world: World, core: RunningCore, home: Path) -> None:
    url = reverse("recording-retention-detail", args=[world.alpha.pk])
    admin = world.client("admin")
    assert admin.get(url).json() == {"days": 90, "personal_days": 90}
    assert admin.patch(url, {"days": 10}, format="json").json() == {"days": 10, "personal_days": 90}
    assert admin.patch(url, {"days": 0}, format="json").status_code == 400
    for who, status in (("member", 403), ("supervisor", 403), ("outsider", 404)):
        assert world.client(who).patch(url, {"days": 5}, format="json").status_code == status
    assert Retention.objects.get().days == 10

    now = timezone.now()
    ages = {"old": 11, "new": 9, "personal-old": 91, "personal-new": 89}
    for name, days in ages.items():
        moment = (now - datetime.timedelta(days=days)).timestamp()
        made(core, world, name, started_at=moment, personal=name.startswith("personal"))
    foreign = made(core, world, "foreign", organisation=world.bravo, personal=False,
                   started_at=(now - datetime.timedelta(days=11)).timestamp())  # fmt: skip
    assert actions.expire(now) == 2
    left = set(Recording.objects.values_list("recording_id", flat=True))
    assert left == {"new", "personal-new", "foreign"} and foreign.path.exists()
    assert len([p for p in (home / "recordings").rglob("*") if p.is_file()]) == 3
    assert {each.deed for each in Access.objects.all()} == {"expired"} and Access.objects.count() == 2


def test_files_without_a_row_are_tidied_away(world: World, core: RunningCore, home: Path) -> None:
    kept = made(core, world, "r1")
    stray = kept.path.with_name("stray.mp3")
    gone = kept.path.with_name("11111111-1111-1111-1111-111111111111.mp3")
    for path in (stray, gone):
        path.write_bytes(b"x")
    assert fetching.tidy() == 0  # they may be on their way
    old = timezone.now().timestamp() - fetching.GRACE - 10
    for path in (stray, gone, kept.path):
        os.utime(path, (old, old))
    assert fetching.tidy() == 2 and kept.path.exists()


def test_admin_pages(world: World, core: RunningCore) -> None:
    recording = made(core, world, "r1", personal=False)
    client = world.client("admin")
    page = client.get(reverse("admin:recordings_recording_changelist")).content.decode()
    assert reverse("recording-audio", args=[recording.pk]) in page
    delete = reverse("admin:recordings_recording_delete", args=[recording.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert not recording.path.exists()
    audit = client.get(reverse("admin:recordings_access_changelist")).content.decode()
    assert "admin@alpha.test" in audit
    form = {"name": "All", "inbound": "on", "keep": "always"}
    for part in ("of_extensions", "of_numbers"):
        form |= {f"{part}-TOTAL_FORMS": "0", f"{part}-INITIAL_FORMS": "0"}
    assert client.post(reverse("admin:recordings_rule_add"), form).status_code == 302
    assert Rule.objects.get().organisation == world.alpha
    days = {"days": "7", "personal_days": "8"}
    assert client.post(reverse("admin:recordings_retention_add"), days).status_code == 302
    assert Retention.objects.get().organisation == world.alpha
