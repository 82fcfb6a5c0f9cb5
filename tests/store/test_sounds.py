"""Uploaded sounds, and what the users of mailboxes choose by phone."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pbx.control import pins
from pbx.control.configuration import MailboxConfig, Snapshot, SoundConfig
from pbx.ports import Stored
from pbx.store.sounds import SoundError
from tests.store.audio import length, pieces, write_cut, write_wav
from tests.store.test_mailboxes import Office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = await Office(tmp_path / "core").open()
    yield office
    await office.store.close()


def made(folder: Path, seconds: float = 1.0, **form: int) -> tuple[str, bytes]:
    data = write_wav(folder / "made.wav", seconds, **form).read_bytes()
    return hashlib.sha256(data).hexdigest(), data


def snapshot(*sounds: str, tenant: str = "demo", **fields: object) -> Snapshot:
    named = [SoundConfig(id=each, sha256="0" * 64, seconds=1.0) for each in sounds]
    return Snapshot(tenant=tenant, version=1, name="Demo", domain=f"{tenant}.example", sounds=named, **fields)  # type: ignore[arg-type]


async def test_a_sound_is_there_until_no_snapshot_names_it(office: Office, tmp_path: Path) -> None:
    sounds = office.files.sounds
    digest, data = made(tmp_path)
    state = await sounds.put("demo", "s1", digest, pieces(data))
    assert (state.sha256, state.bytes) == (digest, len(data))
    found = sounds.find("demo", "s1")
    assert isinstance(found, Stored) and Path(found.path).read_bytes() == data
    assert sounds.find("other", "s1") is None and await sounds.states("other") == []
    await office.files.applied(snapshot())  # one that was made before the sound was put
    assert sounds.find("demo", "s1")
    await office.files.applied(snapshot("s1"))
    await office.again()
    sounds = office.files.sounds
    assert [each.sha256 for each in await sounds.states("demo")] == [digest]
    await office.files.applied(snapshot(tenant="other"))
    assert sounds.find("demo", "s1")
    await office.files.applied(snapshot())
    assert sounds.find("demo", "s1") is None
    assert not Path(found.path).exists()


async def test_who_plays_a_sound_hears_it_to_its_end(office: Office, tmp_path: Path) -> None:
    sounds = office.files.sounds
    digest, data = made(tmp_path)
    await sounds.put("demo", "s1", digest, pieces(data))
    found = sounds.find("demo", "s1")
    assert found is not None
    with Path(found.path).open("rb") as playing:
        other, newer = made(tmp_path, 2.0)
        await sounds.put("demo", "s1", other, pieces(newer))
        assert playing.read() == data
    assert Path(found.path).read_bytes() == newer


@pytest.mark.parametrize("form", [{"channels": 2}, {"rate": 8000}, {"rate": 48000}])
async def test_only_one_form_is_taken(office: Office, tmp_path: Path, form: dict[str, int]) -> None:
    digest, data = made(tmp_path, **form)
    with pytest.raises(SoundError, match="16 kHz"):
        await office.files.sounds.put("demo", "s1", digest, pieces(data))


async def test_what_is_not_as_announced_is_refused(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, data = made(tmp_path)
    put = office.files.sounds.put
    with pytest.raises(SoundError, match="SHA-256"):
        await put("demo", "s1", digest, pieces(data[:-2]))
    junk = b"\x00" * 1000
    with pytest.raises(SoundError, match="not a WAV"):
        await put("demo", "s1", hashlib.sha256(junk).hexdigest(), pieces(junk))
    for name in ("..", "a/b"):
        with pytest.raises(ValueError, match="cannot be"):
            await put("demo", name, digest, pieces(data))
        with pytest.raises(ValueError, match="cannot be"):
            await put(name, "s1", digest, pieces(data))
    monkeypatch.setattr("pbx.store.sounds.LARGEST", 1000)
    with pytest.raises(SoundError, match="at most"):
        await put("demo", "s1", digest, pieces(data, 500))
    assert office.files.sounds.find("demo", "s1") is None
    assert [path for path in (office.folder / "sounds").rglob("*") if path.is_file()] == []


async def test_what_a_dead_core_was_taking_in_is_cleared(office: Office) -> None:
    part = write_wav(office.folder / "sounds" / "demo" / "tmpabc.part", 1.0)
    await office.again()
    assert not part.exists() and await office.files.sounds.states("demo") == []


# --- what is chosen by phone ---


BOX = MailboxConfig(id="box", number="101", name="Ann")


def box(**fields: object) -> MailboxConfig:
    return MailboxConfig(id="box", number="101", name="Ann", **fields)  # type: ignore[arg-type]


async def test_the_newer_pin_holds(office: Office) -> None:
    personal, now = office.files.personal, office.clock.now
    assert personal.pin("demo", BOX) is None
    assert personal.pin("demo", box(pin="web", pin_at=now - 5)) == "web"
    await personal.set_pin("demo", "box", pins.hashed("2468"))
    kept = personal.pin("demo", box(pin="web", pin_at=now - 5))
    assert kept is not None and pins.right("2468", kept) and not pins.right("2469", kept)
    assert personal.pin("demo", box(pin="web", pin_at=now + 5)) == "web"
    assert personal.pin("other", BOX) is None
    await office.again()
    assert office.files.personal.pin("demo", BOX) == kept
    assert await office.events() == ["mailbox.changed"]


async def test_a_greeting_recorded_by_phone(office: Office, tmp_path: Path) -> None:
    personal, now = office.files.personal, office.clock.now
    path = personal.begin_greeting("demo", "box")
    assert path is not None
    write_wav(Path(path), 3.0, rate=8000)
    assert personal.greeting("demo", BOX, None) is None
    assert await personal.finish_greeting("demo", "box")
    found = personal.greeting("demo", BOX, "away")
    assert found is not None and length(Path(found.path)) == pytest.approx(3.0)
    assert [(each.greeting_at, round(each.greeting_seconds)) for each in personal.states("demo")] == [
        (now, 3)
    ]

    digest, data = made(tmp_path)
    for name in ("general", "special"):
        await office.files.sounds.put("demo", name, digest, pieces(data))
    configured = box(greetings={"": "general", "away": "special"}, greeting_at=now - 1)
    assert personal.greeting("demo", configured, "away") == office.files.sounds.find("demo", "special")
    assert personal.greeting("demo", configured, "busy") == found
    newer = box(greetings={"": "general"}, greeting_at=now + 1)
    assert personal.greeting("demo", newer, "busy") == office.files.sounds.find("demo", "general")
    # One that has not come to this core yet is no reason to say nothing.
    assert personal.greeting("demo", box(greetings={"away": "missing"}), "away") == found
    assert personal.greeting("other", BOX, None) is None

    await office.again()
    assert office.files.personal.greeting("demo", BOX, None) == found
    assert await office.files.personal.remove_greeting("demo", "box")
    assert not await office.files.personal.remove_greeting("demo", "box")
    assert office.files.personal.greeting("demo", BOX, None) is None
    assert not Path(found.path).exists()


async def test_too_short_a_greeting_changes_nothing(office: Office) -> None:
    personal = office.files.personal
    path = personal.begin_greeting("demo", "box")
    assert path is not None
    write_wav(Path(path), 0.2)
    assert not await personal.finish_greeting("demo", "box")
    assert not await personal.finish_greeting("demo", "box")
    assert personal.greeting("demo", BOX, None) is None and not Path(path).exists()


async def test_dying_around_a_greeting(office: Office) -> None:
    path = office.files.personal.begin_greeting("demo", "box")
    assert path is not None
    write_cut(Path(path), 3.0)
    await office.again()  # while it was recorded: the user had not kept it
    assert not Path(path).exists() and office.files.personal.greeting("demo", BOX, None) is None
    write_wav(Path(path).with_suffix(".wav"), 2.0)
    await office.again()  # after the file, before the row
    assert office.files.personal.greeting("demo", BOX, None)
    (state,) = office.files.personal.states("demo")
    assert state.greeting_seconds == pytest.approx(2.0)


async def test_mailboxes_that_are_gone_leave_nothing(office: Office) -> None:
    for name in ("box", "gone"):
        path = office.files.personal.begin_greeting("demo", name)
        assert path is not None
        write_wav(Path(path), 1.0)
        assert await office.files.personal.finish_greeting("demo", name)
    await office.files.applied(snapshot(mailboxes=[BOX]))
    assert [each.mailbox for each in office.files.personal.states("demo")] == ["box"]
    await office.files.removed("demo")
    await office.again()
    assert office.files.personal.states("demo") == []
    assert not (office.folder / "greetings" / "demo").exists()
