"""Audio that the core keeps, fetched and looked at."""

import io
import wave

import numpy as np

from pbx.control.file_client import FileClient
from tests.phones.audio import Samples, tone_level
from tests.telephony.office import Office

LONGEST = 16 * 2**20  # bytes


def channels(wav: bytes) -> tuple[list[Samples], int]:
    """The channels of a WAV and its rate."""
    with wave.open(io.BytesIO(wav)) as opened:
        samples = np.frombuffer(opened.readframes(opened.getnframes()), dtype="<i2")
        count, rate = opened.getnchannels(), opened.getframerate()
    return [samples[index::count] for index in range(count)], rate


async def message_audio(office: Office, message: str) -> tuple[Samples, int]:
    """A voicemail message."""
    async with office.client() as client:
        piece = await FileClient(client).message_audio(office.tenant, message, size=LONGEST)
    (mono,), rate = channels(piece.data)
    return mono, rate


async def recording_audio(office: Office, recording: str) -> tuple[list[Samples], int]:
    """The channels of a recording."""
    async with office.client() as client:
        piece = await FileClient(client).recording_audio(office.tenant, recording, size=LONGEST)
    return channels(piece.data)


def sounds(samples: Samples, rate: int, hz: float) -> bool:
    """Whether a tone is in there, as loud as phones send it."""
    return tone_level(samples, rate, hz) > -40
