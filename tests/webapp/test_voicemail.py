"""Mailboxes and messages on the web: what comes from the core, what goes back, and whose it is."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from pbx.control import pins
from tests.webapp.conftest import World, until
from tests.webapp.running_core import RunningCore
from tests.webapp.sounding import content, leave, mailbox, recorded, strongest, wav_file, wav_samples
from tests.webapp.test_courier import RunningCourier
from webapp.link.snapshot import load
from webapp.organisations.owned_actions import save_owned
from webapp.sounds.models import Sound
from webapp.statuses.models import Status
from webapp.voicemail import actions
from webapp.voicemail.models import Greeting, Mailbox, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    return settings.HOME


@pytest.fixture
def boxes(world: World) -> dict[str, Mailbox]:
    """The member's own, the agent's, one that both share, and one of the other organisation."""
    shared = save_owned(
        Mailbox(organisation=world.alpha, number="300", name="Sales"),
        members=[world.extensions["201"], world.extensions["202"]],
    )
    return {
        "member": mailbox(world.extensions["201"]),
        "agent": mailbox(world.extensions["202"]),
        "shared": shared,
        "bravo": mailbox(world.extensions["bravo"]),
    }


@pytest.fixture
def courier(core: RunningCore, boxes: Any) -> Iterator[RunningCourier]:
    running = RunningCourier(core)
    until(lambda: len(core.tenants) == 2)
    yield running
    running.stop()


def texts(answer: Any) -> list[str]:
    return [each["caller_number"] for each in answer.json()["results"]]


def arrived(count: int) -> None:
    until(lambda: Message.objects.count() == count)


def test_messages_are_seen_by_who_listens_to_them(
    world: World, core: RunningCore, boxes: dict[str, Mailbox], courier: RunningCourier
) -> None:
    for number, (owner, box) in enumerate(boxes.items()):
        leave(core, box, f"m-{owner}", caller=f"0{number}", at=1000.0 + number)
    arrived(4)
    url = reverse("voicemail-list")
    seen = {who: texts(world.client(who).get(url)) for who in ("member", "agent", "admin", "outsider")}
    assert seen == {"member": ["02", "00"], "agent": ["02", "01"], "admin": [], "outsider": ["03"]}
    member = world.client("member")
    assert texts(member.get(url, {"mailbox": str(boxes["shared"].pk)})) == ["02"]
    assert texts(member.get(url, {"number": "00"})) == ["00"]
    assert texts(member.get(url, {"read": "true"})) == []
    pk = Message.objects.get(message_id="m-member").pk
    for who, status in (("member", 200), ("agent", 404), ("admin", 404), ("outsider", 404)):
        for view in ("voicemail-detail", "voicemail-audio"):
            assert world.client(who).get(reverse(view, args=[pk])).status_code == status, (who, view)


def test_listening_reading_deleting(
    world: World, core: RunningCore, boxes: dict[str, Mailbox], courier: RunningCourier
) -> None:
    leave(core, boxes["member"], "m1", 3.0)
    arrived(1)
    row, client = Message.objects.get(), world.client("member")
    answer = client.get(reverse("voicemail-audio", args=[row.pk]))
    samples, rate = wav_samples(content(answer))
    assert len(samples) / rate == pytest.approx(3.0) and strongest(samples, rate) == pytest.approx(440, abs=5)
    part = client.get(reverse("voicemail-audio", args=[row.pk]), HTTP_RANGE="bytes=44-143")
    assert part.status_code == 206 and len(content(part)) == 100
    assert core.core is not None and core.core.files is not None
    boxes_of_core, tenant = core.core.files.mailboxes, str(world.alpha.pk)
    lamp: list[Any] = []
    boxes_of_core.listen(lambda t, b: lamp.append(boxes_of_core.counts(t, b)))
    url = reverse("voicemail-detail", args=[row.pk])
    assert client.patch(url, {"read": True}, format="json").json()["read_at"]
    assert lamp == [(0, 1)]
    deleted = client.patch(url, {"deleted": True}, format="json").json()
    assert deleted["deleted_at"] and deleted["purge_at"] and lamp[-1] == (0, 0)
    back = client.patch(url, {"deleted": False, "read": False}, format="json").json()
    assert back["deleted_at"] is back["read_at"] is None and lamp[-1] == (1, 0)
    assert client.patch(url, {"read": "perhaps"}, format="json").status_code == 400
    assert client.delete(url).status_code == 204
    assert boxes_of_core.everything(tenant) == [] and not Message.objects.exists()
    assert client.get(url).status_code == 404


def test_what_happens_at_the_core_shows_here(
    world: World, core: RunningCore, boxes: dict[str, Mailbox], courier: RunningCourier
) -> None:
    leave(core, boxes["member"], "m1")
    arrived(1)
    assert core.core is not None and core.core.files is not None
    files, tenant = core.core.files, str(world.alpha.pk)
    core.run(lambda: files.mailboxes.change(tenant, "m1", read=True))
    until(lambda: Message.objects.get().read_at is not None)
    core.run(lambda: files.mailboxes.remove(tenant, "m1"))
    arrived(0)
    # A PIN and a greeting chosen by phone.
    core.run(lambda: files.personal.set_pin(tenant, str(boxes["member"].pk), pins.hashed("8520")))
    until(lambda: Mailbox.objects.get(pk=boxes["member"].pk).pin_hash)
    assert pins.right("8520", Mailbox.objects.get(pk=boxes["member"].pk).pin_hash)


def test_what_was_missed_is_caught_up(world: World, core: RunningCore, boxes: dict[str, Mailbox]) -> None:
    """A database that lost its cursor, or a core whose journal is gone: the core's own list counts."""
    leave(core, boxes["member"], "m1")
    values = {"message_id": "gone", "left_at": "2026-01-01T00:00Z", "seconds": 1}
    Message.objects.create(organisation=world.alpha, mailbox=boxes["member"], **values)
    assert core.core is not None and core.core.files is not None
    files, tenant = core.core.files, str(world.alpha.pk)
    actions.reconcile(tenant, files.mailboxes.everything(tenant), files.personal.states(tenant))
    assert [row.message_id for row in Message.objects.all()] == ["m1"]
    actions.reconcile("no-uuid", [], [])
    assert Message.objects.count() == 1


def test_an_old_event_does_not_undo_a_newer_answer(
    world: World, core: RunningCore, boxes: dict[str, Mailbox]
) -> None:
    told = leave(core, boxes["member"], "m1")
    actions.reconcile(told.tenant, [told], [])
    assert core.core is not None and core.core.files is not None
    files = core.core.files
    newer = core.run(lambda: files.mailboxes.change(told.tenant, "m1", read=True))
    assert newer is not None
    actions.reconcile(told.tenant, [newer], [])
    actions.reconcile(told.tenant, [told], [])
    assert Message.objects.get().read_at is not None


# --- mailboxes ---


def test_users_set_what_is_theirs(world: World, core: RunningCore, boxes: dict[str, Mailbox]) -> None:
    member, url = world.client("member"), reverse("mailbox-detail", args=[boxes["member"].pk])
    asked = {"enabled": False, "operator": "201", "mail": True, "name": "Mine", "max_messages": 1}
    changed = member.patch(url, asked, format="json")
    assert changed.status_code == 200, changed.content
    box = Mailbox.objects.get(pk=boxes["member"].pk)
    assert (box.enabled, box.operator, box.mail) == (False, "201", True)
    assert (box.name, box.max_messages) == ("Mailbox 201", 100)  # the administrator's
    another = {"name": "x", "number": "399"}
    assert member.post(reverse("mailbox-list"), another, format="json").status_code == 403
    assert member.delete(url).status_code == 403
    names = {each["name"] for each in member.get(reverse("mailbox-list")).json()["results"]}
    assert names == {"Mailbox 201", "Sales"}
    assert world.client("agent").patch(url, {"enabled": True}, format="json").status_code == 404
    assert world.client("outsider").patch(url, {"enabled": True}, format="json").status_code == 404


@pytest.mark.parametrize("pin", ["", "12", "1234", "4321", "7777", "abcd", "12345678901", "201"])
def test_easy_pins_are_refused(world: World, boxes: dict[str, Mailbox], pin: str) -> None:
    url = reverse("mailbox-pin", args=[boxes["member"].pk])
    assert world.client("member").put(url, {"pin": pin}, format="json").status_code == 400
    assert not Mailbox.objects.get(pk=boxes["member"].pk).pin_hash


def test_a_pin_is_kept_as_a_hash_and_never_shown(world: World, boxes: dict[str, Mailbox]) -> None:
    url = reverse("mailbox-pin", args=[boxes["member"].pk])
    assert world.client("member").put(url, {"pin": "2580"}, format="json").status_code == 204
    for who in ("agent", "outsider"):
        assert world.client(who).put(url, {"pin": "2580"}, format="json").status_code == 404
    box = Mailbox.objects.get(pk=boxes["member"].pk)
    assert pins.right("2580", box.pin_hash) and "2580" not in box.pin_hash
    shown = world.client("member").get(reverse("mailbox-detail", args=[box.pk]))
    assert shown.json()["has_pin"] and box.pin_hash not in shown.content.decode()


def test_greetings_per_status(world: World, core: RunningCore, boxes: dict[str, Mailbox], home: Path) -> None:
    status = save_owned(Status(organisation=world.alpha, name="Away"))
    foreign = save_owned(Status(organisation=world.bravo, name="Away"))
    member, url = world.client("member"), reverse("mailbox-greetings", args=[boxes["member"].pk])
    made = [
        member.post(url, {"file": wav_file(), **fields}, format="multipart")
        for fields in ({}, {"status": str(status.pk)}, {})
    ]
    assert [each.status_code for each in made] == [201, 201, 201], made[0].content
    assert made[0].json()["id"] == made[2].json()["id"]
    theirs = {"file": wav_file(), "status": str(foreign.pk)}
    assert member.post(url, theirs, format="multipart").status_code == 400
    assert world.client("agent").get(url).status_code == 404
    assert {each["status"] for each in member.get(url).json()} == {None, str(status.pk)}
    listen = reverse("greeting-audio", args=[made[1].json()["id"]])
    audio = member.get(listen)
    assert audio.status_code == 200 and content(audio)[:4] == b"RIFF"
    for who in ("agent", "outsider"):
        assert world.client(who).get(listen).status_code == 404
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    (box,) = [each for each in snapshot.mailboxes if each.id == str(boxes["member"].pk)]
    sounds = {str(each.status_id or ""): str(each.sound_id) for each in Greeting.objects.all()}
    assert box.greetings == sounds and box.greeting_at > 0
    assert {each.id for each in snapshot.sounds} == set(sounds.values())
    # Greetings are their owner's: the list of the organisation's sounds does not have them.
    assert world.client("admin").get(reverse("sound-list")).json()["count"] == 0
    assert member.delete(reverse("greeting-detail", args=[made[1].json()["id"]])).status_code == 204
    world.client("admin").delete(reverse("mailbox-detail", args=[boxes["member"].pk]))
    assert not Sound.objects.exists() and list((home / "sounds").glob("*/*")) == []


@pytest.mark.parametrize("container", ["webm", "mp4"])
def test_a_greeting_as_browsers_record_it(world: World, boxes: dict[str, Mailbox], container: str) -> None:
    """Known by what it holds, whatever it is called."""
    member, url = world.client("member"), reverse("mailbox-greetings", args=[boxes["member"].pk])
    answer = member.post(url, {"file": recorded(container, 3.0, 700.0)}, format="multipart")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["seconds"] == pytest.approx(3.0, abs=0.15)
    samples, rate = wav_samples(content(member.get(reverse("greeting-audio", args=[made["id"]]))))
    assert rate == 16_000 and strongest(samples, rate) == pytest.approx(700, abs=5)


def test_a_greeting_has_a_limit(world: World, boxes: dict[str, Mailbox]) -> None:
    """The longest one is taken; a little longer, or no sound, is not, and the old one stays."""
    member, key = world.client("member"), boxes["member"].pk
    url = reverse("mailbox-greetings", args=[key])
    limit = member.get(reverse("mailbox-detail", args=[key])).json()["greeting_max_seconds"]
    assert limit == actions.GREETING_SECONDS
    kept = member.post(url, {"file": wav_file(limit, rate=16_000)}, format="multipart")
    assert kept.status_code == 201 and kept.json()["seconds"] == limit
    broken = io.BytesIO(b"\x1a\x45\xdf\xa3" + bytes(range(256)) * 40)
    broken.name = "greeting.webm"
    for file, words in ((wav_file(limit + 0.1, rate=16_000), "too long"), (broken, "not audio")):
        answer = member.post(url, {"file": file}, format="multipart")
        assert answer.status_code == 400 and words in answer.json()["file"][0]
    assert [each["seconds"] for each in member.get(url).json()] == [limit]


def test_the_greeting_recorded_by_phone(
    world: World, core: RunningCore, boxes: dict[str, Mailbox], courier: RunningCourier
) -> None:
    assert core.core is not None and core.core.files is not None
    personal, tenant, key = core.core.files.personal, str(world.alpha.pk), str(boxes["member"].pk)

    async def by_phone() -> bool:
        path = personal.begin_greeting(tenant, key)
        assert path is not None
        Path(path).write_bytes(wav_file(2.0, rate=8000).read())
        return await personal.finish_greeting(tenant, key)

    member, url = world.client("member"), reverse("mailbox-phone-greeting", args=[key])
    assert member.get(url).status_code == 404
    assert core.run(by_phone)
    detail = reverse("mailbox-detail", args=[key])
    until(lambda: member.get(detail).json()["recorded_by_phone"])
    assert content(member.get(url))[:4] == b"RIFF"
    assert world.client("agent").get(url).status_code == 404
    assert member.delete(url).status_code == 204
    assert not member.get(detail).json()["recorded_by_phone"]
    assert member.delete(url).status_code == 404


def test_the_snapshot_has_mailboxes(world: World, boxes: dict[str, Mailbox]) -> None:
    snapshot = load(world.alpha.pk)
    assert snapshot is not None
    found = {box.name: (box.number, box.extensions, box.language) for box in snapshot.mailboxes}
    assert found == {
        "Mailbox 201": ("201", ["201"], "en"),
        "Mailbox 202": ("202", ["202"], "en"),
        "Sales": ("300", ["201", "202"], "en"),
    }
    assert {x.number: x.mailbox for x in snapshot.extensions} == {
        "201": str(boxes["member"].pk),
        "202": str(boxes["agent"].pk),
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "No number"},
        {"name": "x", "number": "201"},
        {"name": "x", "number": "300"},
        {"name": "x", "number": "31", "extension": "$member"},
        {"name": "x", "extension": "$bravo"},
        {"name": "x", "number": "301", "members": ["$bravo"]},
        {"name": "x", "number": "301", "max_seconds": 5},
        {"name": "x", "number": "301", "mail_to": "nobody"},
    ],
)
def test_mailboxes_that_do_not_fit_are_refused(
    world: World, boxes: dict[str, Mailbox], fields: dict[str, Any]
) -> None:
    ids = {"$member": str(world.extensions["201"].pk), "$bravo": str(world.extensions["bravo"].pk)}
    real = {
        key: [ids.get(v, v) for v in value] if isinstance(value, list) else ids.get(value, value)
        for key, value in fields.items()
    }
    before = Mailbox.objects.count()
    assert world.client("admin").post(reverse("mailbox-list"), real, format="json").status_code == 400
    assert Mailbox.objects.count() == before


def test_calling_back(
    world: World, core: RunningCore, boxes: dict[str, Mailbox], courier: RunningCourier
) -> None:
    leave(core, boxes["shared"], "m1", caller="0612345678")
    leave(core, boxes["shared"], "m2", caller="")
    arrived(2)
    url = reverse("voicemail-call-back", args=[Message.objects.get(message_id="m1").pk])
    assert world.client("member").post(url, {}, format="json").status_code == 201
    assert core.core is not None
    (asked,) = core.core.originated
    assert (asked.extension, asked.number) == ("201", "0612345678")
    foreign = {"extension": str(world.extensions["202"].pk)}
    assert world.client("member").post(url, foreign, format="json").status_code == 400
    assert world.client("outsider").post(url, {}, format="json").status_code == 404
    hidden = reverse("voicemail-call-back", args=[Message.objects.get(message_id="m2").pk])
    assert world.client("member").post(hidden, {}, format="json").status_code == 400


def test_without_the_core_it_says_so(
    world: World, core: RunningCore, boxes: dict[str, Mailbox], courier: RunningCourier
) -> None:
    leave(core, boxes["member"], "m1")
    arrived(1)
    pk = Message.objects.get().pk
    core.stop()
    member = world.client("member")
    assert member.get(reverse("voicemail-list")).status_code == 200
    assert member.get(reverse("voicemail-audio", args=[pk])).status_code == 503
    answer = member.patch(reverse("voicemail-detail", args=[pk]), {"read": True}, format="json")
    assert answer.status_code == 503
    core.start()


def test_admin_page(world: World, boxes: dict[str, Mailbox]) -> None:
    page = reverse("admin:voicemail_mailbox_change", args=[boxes["member"].pk])
    client = world.client("admin")
    form = {"extension": str(world.extensions["201"].pk), "name": "By admin", "max_seconds": "60"}
    form |= {"max_messages": "50", "enabled": "on", "pin": "1111"}
    form |= {"membership-TOTAL_FORMS": "0", "membership-INITIAL_FORMS": "0"}
    assert "too easy" in client.post(page, form).content.decode()
    answer = client.post(page, {**form, "pin": "2580"})
    assert answer.status_code == 302, answer.content.decode()
    box = Mailbox.objects.get(pk=boxes["member"].pk)
    assert box.name == "By admin" and pins.right("2580", box.pin_hash)
