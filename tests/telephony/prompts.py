"""Was it this prompt that a phone heard? By cross-correlation with the file, and by its length."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.phones.audio import Samples, read_growing_wav
from tests.phones.base import BasePhone
from tests.running import RunningCore

RATE = 8000
FRAME = 160  # samples, 20 ms
QUIET_DBOV = -50.0
ALIKE = 0.5


def at_8k(samples: Samples, rate: int) -> npt.NDArray[np.float64]:
    """Samples at 8,000 Hz, by averaging and then picking: good enough to compare speech with itself."""
    values = samples.astype(np.float64)
    step = rate // RATE
    usable = len(values) - len(values) % step
    return values[:usable].reshape(-1, step).mean(axis=1)


def likeness(heard: Samples, heard_rate: int, prompt: Samples, prompt_rate: int) -> float:
    """Peak of the normalised cross-correlation: near 1 when `prompt` is in `heard`, near 0 when it is not."""
    a, b = at_8k(heard, heard_rate), at_8k(prompt, prompt_rate)
    if len(a) < FRAME or len(b) < FRAME:
        return 0.0
    size = len(a) + len(b)
    product = np.fft.irfft(np.fft.rfft(a, size) * np.conj(np.fft.rfft(b, size)), size)
    power = float(np.sqrt(np.sum(a**2) * np.sum(b**2)))
    return float(np.max(np.abs(product))) / power if power else 0.0


def sounding_s(samples: Samples, rate: int) -> float:
    """Seconds from the first to the last sound."""
    values = at_8k(samples, rate) / 32768.0
    frames = values[: len(values) - len(values) % FRAME].reshape(-1, FRAME)
    loud = np.flatnonzero(np.mean(frames**2, axis=1) > 10 ** (QUIET_DBOV / 10))
    return float(loud[-1] - loud[0] + 1) * FRAME / RATE if len(loud) else 0.0


def prompt_file(core: RunningCore, name: str, language: str) -> tuple[Samples, int]:
    """Samples and rate of one prompt."""
    return read_growing_wav(Path(core.home) / "prompts" / language / f"{name}.wav")


def assert_heard_prompt(phone: BasePhone, core: RunningCore, name: str, language: str = "en") -> None:
    """Fail unless what the phone heard is this prompt, whole, and no other."""
    heard, rate = phone.heard()
    assert rate, f"{phone} heard nothing"
    prompt, prompt_rate = prompt_file(core, name, language)
    alike = likeness(heard, rate, prompt, prompt_rate)
    assert alike > ALIKE, f"{phone}: likeness of what it heard to {language}/{name} is {alike:.2f}"
    missing = sounding_s(prompt, prompt_rate) - sounding_s(heard, rate)
    assert abs(missing) < 0.3, f"{phone}: {missing:.2f} s of {language}/{name} are missing"
