"""What a phone heard, measured by content: levels in dBov and frequencies in Hz.

Samples are one-dimensional int16 arrays; a level of 0 dBov is the RMS of a full-scale square wave, so a sine
of full scale has -3.01 dBov (RFC 6465 section 3 uses the same reference). Tones are measured in short
Hann-windowed frames and the median over frames counts: a jitter buffer that drops or repeats a packet breaks
the phase of a long window but spoils only one or two short ones.
"""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]

NOTHING: Samples = np.zeros(0, np.int16)
FULL_SCALE = 32768.0
FLOOR_DBOV = -120.0
FRAME_S = 0.1
SILENCE_DBOV = -50.0
MIN_HEARD_S = 0.5
STRAY_BELOW_DB = 25.0
HEADER_BYTES = 44


def _db(power: float) -> float:
    """Power (1.0 = 0 dBov) in dBov, never below FLOOR_DBOV."""
    return max(FLOOR_DBOV, 10.0 * float(np.log10(power))) if power > 0 else FLOOR_DBOV


def _frames(samples: Samples, rate: int) -> npt.NDArray[np.float64]:
    """Whole frames of FRAME_S seconds as rows, values in -1..1; empty when there is less than one frame."""
    size = max(1, int(rate * FRAME_S))
    count = len(samples) // size
    return samples[: count * size].astype(np.float64).reshape(count, size) / FULL_SCALE


def rms_dbov(samples: Samples) -> float:
    """Level in dBov of everything in `samples`; FLOOR_DBOV for silence or nothing."""
    if len(samples) == 0:
        return FLOOR_DBOV
    return _db(float(np.mean((samples.astype(np.float64) / FULL_SCALE) ** 2)))


def skip_lead_in(samples: Samples, rate: int, threshold_dbov: float = SILENCE_DBOV) -> Samples:
    """Cut silence before the first sound and one frame after it (the start of a jitter buffer is ragged)."""
    frames = _frames(samples, rate)
    if len(frames) == 0:
        return samples[:0]
    loud = np.flatnonzero(np.mean(frames**2, axis=1) > 10.0 ** (threshold_dbov / 10.0))
    if len(loud) == 0:
        return samples[:0]
    return samples[(int(loud[0]) + 1) * frames.shape[1] :]


def frame_levels(samples: Samples, rate: int, hz: float) -> npt.NDArray[np.float64]:
    """Level in dBov of the tone `hz` in each frame of FRAME_S seconds."""
    frames = _frames(samples, rate)
    size = frames.shape[1] if frames.ndim == 2 else 0
    if len(frames) == 0 or size == 0:
        return np.zeros(0)
    window = np.hanning(size)
    turn = np.exp(-2j * np.pi * hz / rate * np.arange(size))
    amplitude = 2.0 * np.abs(frames @ (window * turn)) / window.sum()
    return np.asarray([_db(float(a * a / 2.0)) for a in amplitude])


def tone_level(samples: Samples, rate: int, hz: float) -> float:
    """Median level in dBov of a sine of `hz`; FLOOR_DBOV when nothing was heard. Skips leading silence."""
    levels = frame_levels(skip_lead_in(samples, rate), rate, hz)
    return float(np.median(levels)) if len(levels) else FLOOR_DBOV


def dominant(samples: Samples, rate: int) -> float:
    """Frequency in Hz of the strongest tone, by FFT with parabolic interpolation; 0.0 for silence."""
    sound = skip_lead_in(samples, rate)
    frames = _frames(sound, rate)
    if len(frames) == 0:
        return 0.0
    size = frames.shape[1]
    spectrum = np.median(np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)), axis=0)
    spectrum[:3] = 0.0  # DC offset is not a tone
    peak = int(np.argmax(spectrum))
    if spectrum[peak] <= 0.0 or peak + 1 >= len(spectrum):
        return 0.0
    left, mid, right = np.log(np.maximum(spectrum[peak - 1 : peak + 2], 1e-12))
    shift = 0.5 * (left - right) / (left - 2 * mid + right)
    return float((peak + shift) * rate / size)


def hears_problem(
    samples: Samples,
    rate: int,
    hz: float,
    level_dbov: float,
    within_db: float = 1.0,
    not_hz: Sequence[float] = (),
    min_s: float = MIN_HEARD_S,
) -> str | None:
    """Why `samples` are not the tone expected, or None when they are. See assert_hears."""
    sound = skip_lead_in(samples, rate)
    seconds = len(sound) / rate if rate else 0.0
    if seconds < min_s:
        total = len(samples) / rate if rate else 0.0
        return f"only {seconds:.2f} s of sound in {total:.2f} s heard (at least {min_s} s needed)"
    level = tone_level(sound, rate, hz)
    loudest = dominant(sound, rate)
    if abs(loudest - hz) > max(6.0, 0.01 * hz):
        return f"strongest tone is {loudest:.0f} Hz, expected {hz:.0f} Hz (which has {level:.1f} dBov)"
    if abs(level - level_dbov) > within_db:
        return f"{hz:.0f} Hz at {level:.2f} dBov, expected {level_dbov:.2f} within {within_db} dB"
    for stray in not_hz:
        stray_level = tone_level(sound, rate, stray)
        if stray_level > level - STRAY_BELOW_DB:
            return (
                f"also hears {stray:.0f} Hz at {stray_level:.1f} dBov beside {hz:.0f} Hz at {level:.1f} dBov"
            )
    return None


def assert_hears(
    samples: Samples,
    rate: int,
    hz: float,
    level_dbov: float,
    within_db: float = 1.0,
    not_hz: Sequence[float] = (),
    min_s: float = MIN_HEARD_S,
) -> None:
    """Fail unless the strongest tone is `hz` (1 %), its level is `level_dbov` within `within_db`, there are
    at least `min_s` seconds of it, and each tone of `not_hz` lies STRAY_BELOW_DB or more below it.
    Raises AssertionError."""
    problem = hears_problem(samples, rate, hz, level_dbov, within_db, not_hz, min_s)
    if problem:
        raise AssertionError(problem)


def sine(hz: float, seconds: float, rate: int, level_dbov: float) -> Samples:
    """A sine of `hz` with RMS `level_dbov` (at most -3.01), int16."""
    amplitude = FULL_SCALE * 10.0 ** (level_dbov / 20.0) * np.sqrt(2.0)
    phase = 2.0 * np.pi * hz / rate * np.arange(int(seconds * rate))
    return np.asarray(np.round(np.clip(amplitude * np.sin(phase), -32768, 32767)), np.int16)


def silence(seconds: float, rate: int) -> Samples:
    """Digital silence."""
    return np.zeros(int(seconds * rate), np.int16)


def write_wav(path: Path, samples: Samples, rate: int) -> Path:
    """Write mono 16-bit PCM and return `path`."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    return path


def read_growing_wav(path: Path, unwritten: tuple[int, int] = (0, 0)) -> tuple[Samples, int]:
    """Samples (first channel) and rate of a 16-bit WAV that may still be being written.

    The sizes in the header of such a file are wrong, so everything after the start of the data chunk counts.
    Some programs write the header last: `unwritten` gives rate and channels for as long as it is zero.
    Returns an empty array and rate 0 when there is no header yet.
    """
    data = path.read_bytes() if path.exists() else b""
    if len(data) < HEADER_BYTES:
        return NOTHING, 0
    start = data.find(b"data", 12, 4096) if data.startswith(b"RIFF") else -1
    if start >= 0:
        channels, rate = int.from_bytes(data[22:24], "little") or 1, int.from_bytes(data[24:28], "little")
        body = data[start + 8 :]
    elif unwritten[0]:
        rate, channels = unwritten
        body = data[HEADER_BYTES:]
    else:
        return NOTHING, 0
    usable = len(body) - len(body) % (2 * channels)
    samples = np.frombuffer(body[:usable], dtype="<i2")[::channels]
    return samples.astype(np.int16), rate
