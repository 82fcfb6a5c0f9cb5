"""WAV files and messages as tests of the audio store need them."""

import array
import math
import struct
import wave
from collections.abc import AsyncIterator
from pathlib import Path

from pbx.control.messages import RecordingState, VoicemailMessage

RATE = 16_000


def tone(seconds: float, hertz: float = 440.0, rate: int = RATE) -> bytes:
    """16-bit samples of a tone."""
    count = round(seconds * rate)
    return array.array(
        "h", (round(12_000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(count))
    ).tobytes()


def write_wav(path: Path, seconds: float, channels: int = 1, rate: int = RATE) -> Path:
    """A whole WAV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(tone(seconds * channels, rate=rate))
    return path


def write_cut(path: Path, seconds: float, rate: int = RATE) -> Path:
    """What a writer leaves that was killed: a header that knows of no audio, and half a sample at the end."""
    data = tone(seconds, rate=rate) + b"\x01"
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36, b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16,
                       b"data", 0)  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head + data)
    return path


def length(path: Path) -> float:
    """Seconds, by an independent reader."""
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()


def message(
    name: str, tenant: str = "demo", mailbox: str = "box", at: float = 1000.0, caller: str = "102"
) -> VoicemailMessage:
    return VoicemailMessage(
        id=name,
        tenant=tenant,
        mailbox=mailbox,
        call=f"call-{name}",
        caller_number=caller,
        caller_name="Ann",
        left_at=at,
        seconds=0.0,
    )


def recording(name: str, tenant: str = "demo", **fields: object) -> RecordingState:
    values: dict[str, object] = {
        "call": f"call-{name}",
        "by": "101",
        "personal": True,
        "started_at": 1000.0,
        "channels": 2,
        **fields,
    }
    return RecordingState(id=name, tenant=tenant, **values)  # type: ignore[arg-type]


async def pieces(data: bytes, size: int = 65536) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]
