"""WAV files of 16-bit samples: what is in one, and a header that is right again after its writer died."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

HEAD = 4096  # bytes in which the audio must begin
PCM, EXTENSIBLE = 1, 0xFFFE
LARGEST = 2**32 - 1


class WavError(ValueError):
    """Not a WAV file that we can use; one sentence."""


@dataclass(frozen=True, slots=True)
class Wav:
    """`rate` in Hz, `channels`, and where the audio lies: `start` and `bytes`."""

    rate: int
    channels: int
    start: int
    bytes: int

    @property
    def seconds(self) -> float:
        return self.bytes / (2 * self.channels * self.rate)


def inspect(path: Path) -> Wav:
    """What the file holds, whatever the sizes in its header say. Raises WavError and OSError."""
    with path.open("rb") as file:
        return _read(file)


def mend(path: Path) -> Wav:
    """The same, and the header's sizes are made those of the file, which is cut to whole samples."""
    with path.open("r+b") as file:
        wav = _read(file)
        size = wav.start + wav.bytes
        file.truncate(size)
        file.seek(4)
        file.write(struct.pack("<I", min(size - 8, LARGEST)))
        file.seek(wav.start - 4)
        file.write(struct.pack("<I", min(wav.bytes, LARGEST)))
    return wav


def _read(file: BinaryIO) -> Wav:
    head = file.read(HEAD)
    size = file.seek(0, 2)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        raise WavError("This is not a WAV file.")
    form: tuple[int, int] | None = None
    place = 12
    while place + 8 <= len(head):
        name, length = head[place : place + 4], struct.unpack_from("<I", head, place + 4)[0]
        place += 8
        if name == b"fmt " and place + 16 <= len(head):
            form = _form(head[place : place + 16])
        if name == b"data":
            if form is None:
                break
            rate, channels = form
            frame = 2 * channels
            return Wav(rate, channels, place, (size - place) // frame * frame)
        place += length + length % 2
    raise WavError("The WAV file has no audio.")


def _form(chunk: bytes) -> tuple[int, int]:
    code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk)
    if code not in (PCM, EXTENSIBLE) or bits != 16 or not 1 <= channels <= 2 or not 8000 <= rate <= 48000:
        raise WavError("The WAV file must hold 16-bit samples, one or two channels, 8 to 48 kHz.")
    return rate, channels
