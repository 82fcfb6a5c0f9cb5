"""Audio of a real core process, over its control API and over kill -9."""

import hashlib
from pathlib import Path

from pbx.control.file_client import FileClient
from tests.running import RunningCore, eventually
from tests.store.audio import write_cut, write_wav


async def test_sounds_and_messages_outlive_the_core(core: RunningCore, tmp_path: Path) -> None:
    file = write_wav(tmp_path / "music.wav", 2.0)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    async with core.client() as client:
        await FileClient(client).put_sound("office", "s1", digest, file)
    core.kill()
    # What a caller was saying when the core died, without a row: as after a damaged database.
    write_cut(core.home / "core" / "voicemail" / "office" / "box" / "m1.part", 4.0)
    await core.start()
    async with core.client() as client:
        files = FileClient(client)
        assert [state.sha256 for state in await files.sounds("office")] == [digest]
        (message,) = await files.messages("office")
        assert (message.id, message.mailbox, round(message.seconds)) == ("m1", "box", 4)
        assert (await files.message_audio("office", "m1", 0, 4)).data == b"RIFF"
        assert await files.messages("other") == []

        async def told() -> bool:
            async for event in client.events(since=0):
                if getattr(event, "kind", None) == "voicemail.changed":
                    return True
            return False

        assert await eventually(told)
        assert await files.remove_message("office", "m1")
