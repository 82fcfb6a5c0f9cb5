"""Recordings on the core's disk, until the control plane has taken them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pbx.control.messages import RecordingState
from tests.store.audio import length, recording, write_cut, write_wav
from tests.store.samples import read
from tests.store.test_mailboxes import Office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = await Office(tmp_path / "core").open()
    yield office
    await office.store.close()


async def states(office: Office) -> list[tuple[str, RecordingState]]:
    last = office.store.journal.last
    assert await office.store.journal.settled(last, 10)
    events = [entry.event() for entry in await read(office.store.journal, 0, last)] if last else []
    return [(event.kind, event.recording) for event in events if event.recording is not None]


async def test_a_recording_waits_until_it_is_taken(office: Office) -> None:
    recordings = office.files.recordings
    path = recordings.begin(recording("r1"))
    assert path is not None
    write_wav(Path(path), 5.0, channels=2)
    assert recordings.waiting("demo") == [] and recordings.audio("demo", "r1") is None
    paused = await recordings.change("demo", "r1", paused=True)
    assert paused is not None and paused.paused
    done = await recordings.finish("demo", "r1", "stopped")
    assert done is not None
    assert (done.seconds, done.channels, done.paused, done.reason) == (
        pytest.approx(5.0),
        2,
        False,
        "stopped",
    )
    audio = Path(recordings.audio("demo", "r1") or "")
    assert audio.stat().st_size == done.bytes and length(audio) == pytest.approx(5.0)
    told = await states(office)
    assert [kind for kind, _ in told] == ["recording.changed", "recording.changed", "recording.ended"]
    assert told[-1][1] == done
    await office.again()
    assert office.files.recordings.waiting("demo") == [done]
    assert office.files.recordings.waiting("other") == []
    assert not await office.files.recordings.taken("other", "r1")
    assert await office.files.recordings.taken("demo", "r1")
    assert not await office.files.recordings.taken("demo", "r1")
    assert not audio.exists()
    await office.again()
    assert office.files.recordings.waiting("demo") == []


async def test_what_nobody_keeps_is_thrown_away(office: Office) -> None:
    recordings = office.files.recordings
    for name, keep in (("asked", True), ("forgotten", False)):
        path = recordings.begin(recording(name, keep=False))
        assert path is not None
        write_wav(Path(path), 1.0)
        await recordings.change("demo", name, keep=keep)
        done = await recordings.finish("demo", name, "gone")
        assert done is not None and done.discarded is not keep
    assert [each.id for each in recordings.waiting("demo")] == ["asked"]
    assert [path.name for path in (office.folder / "recordings" / "demo").iterdir()] == ["asked.wav"]
    path = recordings.begin(recording("empty"))
    done = await recordings.finish("demo", "empty", "failed")
    assert done is not None and done.discarded and done.reason == "failed"


async def test_dying_while_recording(office: Office) -> None:
    for name, keep in (("r1", True), ("r2", False)):
        path = office.files.recordings.begin(recording(name, keep=keep))
        assert path is not None
        write_cut(Path(path), 7.0)
    await office.again()
    (found,) = office.files.recordings.waiting("demo")
    assert (found.id, found.reason, found.call) == ("r1", "interrupted", "call-r1")
    assert found.seconds == pytest.approx(7.0)
    ended = {state.id: state for kind, state in await states(office) if kind == "recording.ended"}
    assert ended["r2"].discarded and not ended["r1"].discarded


async def test_dying_between_file_and_row(office: Office) -> None:
    path = office.files.recordings.begin(recording("r1"))
    assert path is not None
    write_wav(Path(path), 2.0).rename(Path(path).with_suffix(".wav"))
    await office.again()
    assert [each.id for each in office.files.recordings.waiting("demo")] == ["r1"]
    # And while it is taken: the file goes first.
    Path(office.files.recordings.audio("demo", "r1") or "").unlink()
    await office.again()
    assert office.files.recordings.waiting("demo") == []


async def test_a_lost_database_takes_no_recording_along(office: Office) -> None:
    path = office.files.recordings.begin(recording("r1", personal=False))
    assert path is not None
    write_wav(Path(path), 2.0)
    await office.files.recordings.finish("demo", "r1", "stopped")
    assert await office.store.close()
    (office.folder / "core.db").write_bytes(b"this is no database" * 1000)
    for suffix in ("-wal", "-shm"):
        (office.folder / f"core.db{suffix}").unlink(missing_ok=True)
    await office.open()
    (found,) = office.files.recordings.waiting("demo")
    assert (found.id, found.call, found.personal, found.by) == ("r1", "", True, "")  # for administrators


async def test_an_organisation_that_goes_takes_its_recordings_along(office: Office) -> None:
    for tenant in ("demo", "other"):
        path = office.files.recordings.begin(recording("r1", tenant))
        assert path is not None
        write_wav(Path(path), 1.0)
        await office.files.recordings.finish(tenant, "r1", "stopped")
    await office.files.removed("demo")
    await office.again()
    assert office.files.recordings.waiting("demo") == []
    assert len(office.files.recordings.waiting("other")) == 1


async def test_names_never_lead_out_of_the_folder(office: Office) -> None:
    assert office.files.recordings.begin(recording("..")) is None
    assert office.files.recordings.begin(recording("r1", "../x")) is None
