"""Music on hold that a test can tell from everything else: the organisation's own, one steady tone."""

import hashlib
from pathlib import Path
from typing import Any

from pbx.control.configuration import SoundConfig
from pbx.control.file_client import FileClient
from tests.phones.audio import sine, tone_level, write_wav
from tests.phones.base import BasePhone
from tests.telephony.office import Office

MUSIC_HZ = 2000.0
MUSIC_DBOV = -20.0
RATE = 16000


async def own_music(office: Office, folder: Path) -> dict[str, Any]:
    """Give the organisation music of MUSIC_HZ; returns what `Office.open` needs to use it."""
    file = write_wav(folder / "music.wav", sine(MUSIC_HZ, 2.0, RATE, MUSIC_DBOV), RATE)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    async with office.client() as client:
        await FileClient(client).put_sound(office.tenant, "music", digest, file)
    return {"sounds": [SoundConfig(id="music", sha256=digest, seconds=2.0)], "music": "music"}


async def hears_music(phone: BasePhone, *not_hz: float) -> None:
    """Wait until the phone hears the music and none of those tones."""
    await phone.wait_hears(MUSIC_HZ, MUSIC_DBOV, within_db=2.0)
    await hears_none(phone, *not_hz)


async def hears_none(phone: BasePhone, *hz: float) -> None:
    """Wait until none of these tones was heard for half a second."""

    def clean() -> bool:
        samples, rate = phone.heard(last_s=0.5)
        return bool(rate) and all(tone_level(samples, rate, each) < -50 for each in hz)

    await phone.until(clean, f"an end of {hz} Hz", poll=0.1)
