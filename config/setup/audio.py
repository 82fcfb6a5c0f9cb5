"""Sound as the core plays it: 16 kHz mono 16-bit WAV at a set level."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.float64]


def read(path: Path) -> tuple[Samples, int]:
    """Samples (-1 to 1) and rate in Hz of a mono 16-bit WAV file."""
    with wave.open(str(path), "rb") as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise ValueError(f"{path} is not mono 16-bit")
        data = file.readframes(file.getnframes())
        return np.frombuffer(data, dtype="<i2").astype(np.float64) / 32768, file.getframerate()


def write(path: Path, samples: Samples) -> None:
    """Writes the file under a temporary name first: a core that plays it meanwhile never reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1 - 1 / 32768) * 32768).astype("<i2").tobytes())
    temporary.replace(path)


def resample(samples: Samples, rate: int) -> Samples:
    """From `rate` Hz to 16 kHz by way of the spectrum: exact for a clip that begins and ends in silence."""
    if rate == RATE:
        return samples
    # A length that is whole in both rates keeps the pitch exact.
    block = rate // np.gcd(rate, RATE)
    padded = np.pad(samples, (0, -len(samples) % block))
    length = len(padded) * RATE // rate
    spectrum = np.fft.rfft(padded)
    wanted = length // 2 + 1
    kept = np.zeros(wanted, dtype=complex)
    common = min(wanted, len(spectrum))
    kept[:common] = spectrum[:common]
    return np.asarray(np.fft.irfft(kept, length) * (length / len(padded)), dtype=np.float64)


def level(samples: Samples) -> float:
    """Level in dBov (0 is a full-scale square wave) of the frames of 20 ms in which there is sound."""
    frame = RATE // 50
    count = max(1, len(samples) // frame)
    power = np.mean(np.resize(samples, count * frame).reshape(count, frame) ** 2, axis=1)
    active = power[power > power.max() * 10**-2.5]
    return float(10 * np.log10(max(float(np.mean(active)) if len(active) else 0.0, 1e-12)))


def normalise(samples: Samples, target: float = -20.0) -> Samples:
    """To `target` dBov, less when the peaks would not fit."""
    gain = 10 ** ((target - level(samples)) / 20)
    peak = float(np.max(np.abs(samples), initial=0.0))
    return samples * min(gain, 0.95 / peak if peak else 1.0)


def trim(samples: Samples, before: float = 0.2, after: float = 0.3) -> Samples:
    """Cuts silence at both ends down to `before` and `after` seconds."""
    loud = np.flatnonzero(np.abs(samples) > 0.005)
    if not len(loud):
        return samples
    sound = samples[loud[0] : loud[-1] + 1]
    return np.pad(sound, (int(before * RATE), int(after * RATE)))


def tone(hertz: list[float], cadence: list[float], target: float = -20.0) -> Samples:
    """One round of a tone: frequencies in Hz that sound together, seconds on, off, on …; level in dBov."""
    pieces = []
    for index, seconds in enumerate(cadence):
        moments = np.arange(round(seconds * RATE)) / RATE
        if index % 2:
            pieces.append(np.zeros(len(moments)))
            continue
        sound = np.sum([np.sin(2 * np.pi * pitch * moments) for pitch in hertz], axis=0)
        # Edges of 5 ms: a tone that starts at once clicks.
        edge = np.minimum(1, np.minimum(moments, moments[::-1]) / 0.005)
        pieces.append(normalise(sound * edge, target))
    return np.concatenate(pieces)
