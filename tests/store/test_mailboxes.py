"""Voicemail on the core's disk: leaving, reading, deleting, purging, and every moment the core may die at."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pbx.control.configuration import MailboxConfig, Snapshot
from pbx.control.messages import VoicemailMessage
from pbx.files import Files
from pbx.store import Store
from pbx.store.mailboxes import KEPT_DELETED, MAX_DELETED, Mailboxes
from tests.store.audio import length, message, write_cut, write_wav
from tests.store.samples import read


class Clock:
    """Time that a test sets."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


class Office:
    """A store with its files; `again` is a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()

    async def open(self) -> "Office":
        self.store = await Store.open(self.folder, reserve=2**16, clock=self.clock)
        self.store.recover()
        self.files = await Files.open(self.store, self.folder, self.clock)
        return self

    async def again(self) -> "Office":
        assert await self.store.close()
        return await self.open()

    @property
    def boxes(self) -> Mailboxes:
        return self.files.mailboxes

    async def leave(self, name: str, seconds: float = 2.0, **fields: object) -> VoicemailMessage:
        left = message(name, **fields)  # type: ignore[arg-type]
        path = self.boxes.begin(left)
        assert path is not None
        write_wav(Path(path), seconds)
        done = await self.boxes.finish(left.tenant, name)
        assert done is not None
        return done

    async def events(self) -> list[str]:
        last = self.store.journal.last
        assert await self.store.journal.settled(last, 10)
        return [entry.event().kind for entry in await read(self.store.journal, 0, last)] if last else []


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = await Office(tmp_path / "core").open()
    yield office
    await office.store.close()


async def test_a_message_is_safe_before_anyone_hears_of_it(office: Office) -> None:
    changes: list[tuple[str, str]] = []
    office.boxes.listen(lambda tenant, mailbox: changes.append((tenant, mailbox)))
    path = office.boxes.begin(message("m1"))
    assert path is not None and path.endswith(".part")
    write_wav(Path(path), 3.0)
    assert office.boxes.counts("demo", "box") == (0, 0)
    assert office.boxes.audio("demo", "m1") is None
    done = await office.boxes.finish("demo", "m1")
    assert done is not None and done.seconds == pytest.approx(3.0)
    assert changes == [("demo", "box")]
    assert office.boxes.counts("demo", "box") == (1, 0)
    audio = office.boxes.audio("demo", "m1")
    assert audio is not None and length(Path(audio)) == pytest.approx(3.0)
    assert not Path(path).exists()
    assert await office.events() == ["voicemail.changed"]
    assert await office.boxes.finish("demo", "m1") is None


async def test_there_is_room_before_the_first_message(office: Office) -> None:
    """A new node has no folder for messages yet."""
    assert not (office.folder / "voicemail").exists()
    assert office.boxes.room(2**20)
    assert office.files.recordings.room(2**20)


async def test_nothing_recorded_is_no_message(office: Office) -> None:
    assert office.boxes.begin(message("none"))
    assert await office.boxes.finish("demo", "none") is None  # the phone was gone before the file was made
    path = office.boxes.begin(message("short"))
    assert path is not None
    write_wav(Path(path), 0.2)
    await office.boxes.discard("demo", "short")
    assert not Path(path).exists()
    await office.again()
    assert office.boxes.everything("demo") == []
    assert await office.events() == []


async def test_reading_deleting_taking_back(office: Office) -> None:
    await office.leave("m2", at=2000.0)
    await office.leave("m1", at=1000.0)
    assert [each.id for each in office.boxes.messages("demo", "box")] == ["m1", "m2"]
    read_one = await office.boxes.change("demo", "m1", read=True)
    assert read_one is not None and read_one.read_at == read_one.changed_at == office.clock.now
    assert office.boxes.counts("demo", "box") == (1, 1)
    gone = await office.boxes.change("demo", "m2", deleted=True)
    assert gone is not None and gone.purge_at == office.clock.now + KEPT_DELETED
    assert office.boxes.counts("demo", "box") == (0, 1)
    assert office.boxes.audio("demo", "m2")  # can still be listened to and taken back
    back = await office.boxes.change("demo", "m2", deleted=False)
    assert back is not None and back.deleted_at is back.purge_at is None
    assert office.boxes.counts("demo", "box") == (1, 1)
    events = len(await office.events())
    assert await office.boxes.change("demo", "m2", deleted=False) == back
    assert len(await office.events()) == events  # nothing changed, nothing is told
    await office.again()
    assert office.boxes.counts("demo", "box") == (1, 1)


async def test_another_organisation_has_nothing_of_it(office: Office) -> None:
    await office.leave("m1")
    assert office.boxes.find("other", "m1") is None
    assert office.boxes.audio("other", "m1") is None
    assert office.boxes.everything("other") == office.boxes.messages("other", "box") == []
    assert await office.boxes.change("other", "m1", deleted=True) is None
    assert not await office.boxes.remove("other", "m1")
    # The same id there is a message of its own.
    await office.leave("m1", tenant="other")
    await office.boxes.change("other", "m1", read=True)
    assert office.boxes.counts("demo", "box") == (1, 0)
    await office.files.removed("other")
    assert office.boxes.counts("demo", "box") == (1, 0)
    assert not (office.folder / "voicemail" / "other").exists()


@pytest.mark.parametrize("name", ["..", "../../x", "a/b", ".hidden", "x" * 70])
async def test_names_never_lead_out_of_the_folder(office: Office, name: str) -> None:
    assert office.boxes.begin(message(name)) is None
    assert office.boxes.begin(message("m", mailbox=name)) is None
    assert office.boxes.begin(message("m", tenant=name)) is None


async def test_deleted_messages_are_purged_after_a_week(office: Office) -> None:
    await office.leave("m1")
    await office.leave("m2")
    await office.boxes.change("demo", "m1", deleted=True)
    audio = office.boxes.audio("demo", "m1")
    office.clock.now += KEPT_DELETED - 1
    await office.files.tick()
    assert office.boxes.find("demo", "m1")
    office.clock.now += 2
    await office.files.tick()
    assert office.boxes.find("demo", "m1") is None
    assert audio is not None and not Path(audio).exists()
    assert (await office.events())[-1] == "voicemail.purged"
    await office.again()
    assert [each.id for each in office.boxes.everything("demo")] == ["m2"]


async def test_only_so_many_deleted_ones_are_kept(office: Office) -> None:
    for number in range(MAX_DELETED + 3):
        office.clock.now += 1
        await office.leave(f"m{number}", 0.1)
        await office.boxes.change("demo", f"m{number}", deleted=True)
    await office.files.tick()
    left = {each.id for each in office.boxes.everything("demo")}
    assert len(left) == MAX_DELETED and not left & {"m0", "m1", "m2"}


async def test_messages_of_a_mailbox_that_is_gone_go_too(office: Office) -> None:
    await office.leave("m1")
    await office.leave("m2", mailbox="other")
    box = MailboxConfig(id="box", number="101", name="Ann")
    snapshot = Snapshot(tenant="demo", version=1, name="Demo", domain="demo.example", mailboxes=[box])
    await office.files.applied(snapshot)
    assert [each.deleted_at is None for each in office.boxes.everything("demo")] == [True, False]
    office.clock.now += KEPT_DELETED
    await office.files.tick()
    assert [each.id for each in office.boxes.everything("demo")] == ["m1"]


# --- the core dies ---


async def test_dying_while_a_message_is_left(office: Office) -> None:
    left = message("m1", caller="0612345678")
    path = office.boxes.begin(left)
    assert path is not None
    write_cut(Path(path), 4.0)
    await office.again()
    (found,) = office.boxes.messages("demo", "box")
    assert (found.caller_number, found.left_at, found.call) == ("0612345678", 1000.0, "call-m1")
    assert found.seconds == pytest.approx(4.0)
    audio = office.boxes.audio("demo", "m1")
    assert audio is not None and length(Path(audio)) == pytest.approx(4.0)
    assert await office.events() == ["voicemail.changed"]
    await office.again()
    assert len(office.boxes.messages("demo", "box")) == 1
    assert await office.events() == ["voicemail.changed"]


async def test_dying_before_the_row_but_after_the_file(office: Office) -> None:
    path = office.boxes.begin(message("m1"))
    assert path is not None
    write_wav(Path(path), 2.0).rename(Path(path).with_suffix(".wav"))
    await office.again()
    (found,) = office.boxes.messages("demo", "box")
    assert found.caller_number == "102" and found.seconds == pytest.approx(2.0)


async def test_dying_in_the_first_second_leaves_nothing(office: Office) -> None:
    path = office.boxes.begin(message("m1"))
    assert path is not None
    write_cut(Path(path), 0.5)
    office.boxes.begin(message("m2"))  # no file at all
    await office.again()
    assert office.boxes.everything("demo") == [] and await office.events() == []
    assert list((office.folder / "voicemail").rglob("*.*")) == []
    assert office.store.begun.load() != []
    await office.again()
    assert office.store.begun.load() == []


async def test_dying_while_purging(office: Office) -> None:
    await office.leave("m1")
    audio = office.boxes.audio("demo", "m1")
    assert audio is not None
    Path(audio).unlink()
    await office.again()
    assert office.boxes.everything("demo") == []
    assert await office.events() == ["voicemail.changed", "voicemail.purged"]


async def test_a_database_that_is_lost_takes_no_message_along(office: Office) -> None:
    await office.leave("m1", 3.0)
    assert await office.store.close()
    (office.folder / "core.db").write_bytes(b"this is no database" * 1000)
    for suffix in ("-wal", "-shm"):
        (office.folder / f"core.db{suffix}").unlink(missing_ok=True)
    await office.open()
    (found,) = office.boxes.messages("demo", "box")
    assert (found.id, found.caller_number, round(found.seconds)) == ("m1", "", 3)
    assert "voicemail.changed" in await office.events()


async def test_files_of_others_in_the_folder_are_left_alone(office: Office) -> None:
    folder = office.folder / "voicemail" / "demo" / "box"
    folder.mkdir(parents=True)
    for name in (".hidden.wav", "notes.txt", "not audio.wav"):
        (folder / name).write_text("x")
    await office.again()
    assert office.boxes.everything("demo") == []
    assert len(list(folder.iterdir())) == 3


async def test_a_disk_that_refuses_is_tried_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path = office.boxes.begin(message("m1"))
    assert path is not None
    write_wav(Path(path), 2.0)
    # A folder in the place of the file: the rename fails as it does on a disk that refuses.
    obstacle = Path(path).with_suffix(".wav")
    obstacle.mkdir()
    (obstacle / "x").write_text("")
    assert await office.boxes.finish("demo", "m1") is None
    assert [alarm.name for alarm in office.store.alarms.current()] == ["voicemail.failing"]
    (obstacle / "x").unlink()
    obstacle.rmdir()
    await office.files.tick()
    assert office.boxes.counts("demo", "box") == (1, 0)
    assert office.store.alarms.current() == []


async def test_many_at_once(office: Office) -> None:
    await asyncio.gather(*[office.leave(f"m{n}", 0.2, mailbox=f"box{n % 3}") for n in range(60)])
    assert sum(office.boxes.counts("demo", f"box{n}").new for n in range(3)) == 60
    assert (await office.events()).count("voicemail.changed") == 60
