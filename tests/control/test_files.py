"""Audio over the control API: in and out, in ranges, and what is refused."""

import hashlib
from pathlib import Path

import pytest

from pbx.control.client import ControlClient, ControlError
from pbx.control.commands import SetMessage
from pbx.control.file_client import FileClient
from tests.control.target import Core
from tests.store.audio import message, recording, write_wav


@pytest.fixture
def audio(client: ControlClient) -> FileClient:
    return FileClient(client)


async def leave(core: Core, name: str, tenant: str = "demo", seconds: float = 2.0) -> bytes:
    assert core.files is not None
    path = core.files.mailboxes.begin(message(name, tenant))
    assert path is not None
    data = write_wav(Path(path), seconds).read_bytes()
    assert await core.files.mailboxes.finish(tenant, name)
    return data


async def refused(status: int, asking: object) -> ControlError:
    with pytest.raises(ControlError) as caught:
        await asking  # type: ignore[misc]
    assert caught.value.status == status, caught.value
    return caught.value


async def test_voicemail(core: Core, audio: FileClient) -> None:
    data = await leave(core, "m1")
    await leave(core, "m2")
    assert [each.id for each in await audio.messages("demo")] == ["m1", "m2"]
    assert await audio.messages("other") == []
    whole = await audio.message_audio("demo", "m1")
    assert (whole.data, whole.total) == (data, len(data))
    part = await audio.message_audio("demo", "m1", 100, 50)
    assert (part.data, part.total) == (data[100:150], len(data))
    assert (await audio.message_audio("demo", "m1", len(data) - 5, 50)).data == data[-5:]
    await refused(416, audio.message_audio("demo", "m1", len(data) + 1))
    await refused(404, audio.message_audio("other", "m1"))
    read = await audio.change_message("demo", "m1", SetMessage(read=True))
    assert read.read_at is not None
    gone = await audio.change_message("demo", "m1", SetMessage(deleted=True))
    assert gone.deleted_at is not None and gone.read_at == read.read_at
    await refused(404, audio.change_message("other", "m1", SetMessage(read=True)))
    assert not await audio.remove_message("other", "m1")
    assert await audio.remove_message("demo", "m1")
    await refused(404, audio.change_message("demo", "m1", SetMessage(deleted=False)))
    assert [each.id for each in await audio.messages("demo")] == ["m2"]


async def test_greetings(core: Core, audio: FileClient) -> None:
    assert core.files is not None
    await refused(404, audio.greeting_audio("demo", "box"))
    path = core.files.personal.begin_greeting("demo", "box")
    assert path is not None
    data = write_wav(Path(path), 1.0).read_bytes()
    assert await core.files.personal.finish_greeting("demo", "box")
    assert [each.mailbox for each in await audio.mailboxes("demo")] == ["box"]
    assert await audio.mailboxes("other") == []
    assert (await audio.greeting_audio("demo", "box")).data == data
    assert not await audio.remove_greeting("other", "box")
    assert await audio.remove_greeting("demo", "box")
    await refused(404, audio.greeting_audio("demo", "box"))


async def test_recordings(core: Core, audio: FileClient) -> None:
    assert core.files is not None
    path = core.files.recordings.begin(recording("r1"))
    assert path is not None
    data = write_wav(Path(path), 20.0, channels=2).read_bytes()
    await refused(404, audio.recording_audio("demo", "r1"))  # it still runs
    assert await core.files.recordings.finish("demo", "r1", "stopped")
    (state,) = await audio.recordings("demo")
    assert state.bytes == len(data) and await audio.recordings("other") == []
    first = await audio.recording_audio("demo", "r1")
    assert first.total == len(data) > len(first.data)
    await refused(404, audio.recording_audio("other", "r1"))
    assert not await audio.recording_taken("other", "r1")
    assert await audio.recording_taken("demo", "r1")
    assert not await audio.recording_taken("demo", "r1")


async def test_sounds(core: Core, audio: FileClient, tmp_path: Path) -> None:
    file = write_wav(tmp_path / "music.wav", 30.0)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    state = await audio.put_sound("demo", "s1", digest, file)
    assert state.sha256 == digest
    assert await audio.sounds("demo") == [state] and await audio.sounds("other") == []
    problem = await refused(422, audio.put_sound("demo", "s2", "0" * 64, file))
    assert "SHA-256" in str(problem)
    await refused(422, audio.put_sound("demo", ".s", digest, file))
    await refused(422, audio.put_sound("../x", "s1", digest, file))
    assert [each.id for each in await audio.sounds("demo")] == ["s1"]
