"""Which words did a phone hear, and in which order? Each prompt is looked for in what the phone heard, by a
cross-correlation that is normalised where the prompt would lie."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.phones.audio import Samples
from tests.phones.base import BasePhone, PhoneError
from tests.telephony.office import Office
from tests.telephony.prompts import RATE, at_8k, prompt_file

ALIKE = 0.55
PIECE_S = 0.4
PIECES = 7  # of the beginning of a prompt: enough to know it by
MOST = 0.6
SHIFT_S = 0.4
WAIT_S = 25.0

Values = npt.NDArray[np.float64]


class Heard:
    """What a phone heard, ready to be searched for prompts."""

    def __init__(self, samples: Samples, rate: int) -> None:
        self._values = at_8k(samples, rate)
        self._energy = np.concatenate([[0.0], np.cumsum(self._values**2)])
        self._size = 2 ** int(np.ceil(np.log2(len(self._values) + PIECE_S * 2 * RATE)))
        self._spectrum = np.fft.rfft(self._values, self._size)

    def begins(self, prompt: Samples, rate: int) -> list[float]:
        """The seconds at which a prompt begins, in order. It is compared in pieces, of which MOST must be
        there: a packet that is lost or comes twice moves what comes after it."""
        words = _trimmed(at_8k(prompt, rate))
        count = max(1, round(len(words) / RATE / PIECE_S))
        pieces = np.array_split(words, count)[:PIECES]
        starts = np.cumsum([0, *(len(piece) for piece in pieces)]) / RATE
        found = [
            [at - float(start) for at in self._places(piece)]
            for piece, start in zip(pieces, starts, strict=False)
        ]
        begins: list[float] = []
        for at in sorted(at for each in found for at in each):
            near = sum(any(abs(other - at) < SHIFT_S for other in each) for each in found)
            if near >= MOST * len(pieces) and (not begins or at - begins[-1] > SHIFT_S):
                begins.append(max(at, 0.0))
        return begins

    def _places(self, piece: Values) -> list[float]:
        """The seconds at which a piece lies."""
        count = len(self._values) - len(piece) + 1
        if count < 1 or not len(piece):
            return []
        product = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(piece, self._size)), self._size)[:count]
        window = self._energy[len(piece) :] - self._energy[: -len(piece)]
        power = np.sum(piece**2)
        alike = np.abs(product) / np.sqrt(np.maximum(window, power * 0.05) * power)
        found: list[float] = []
        while float(alike.max()) > ALIKE:
            at = int(alike.argmax())
            found.append(at / RATE)
            alike[max(0, at - len(piece) // 2) : at + len(piece) // 2 + 1] = 0.0
        return found


def _trimmed(values: Values) -> Values:
    """Without the silence around the words."""
    loud = np.flatnonzero(np.abs(values) > 300)
    return values[loud[0] : loud[-1] + 1] if len(loud) else values[:0]


def said(office: Office, phone: BasePhone, *names: str, language: str = "en", after: float = 0.0) -> bool:
    """Whether the phone heard these prompts after that many seconds of its call, in this order."""
    samples, rate = phone.heard()
    samples = samples[int(after * rate) :]
    if not len(samples):
        return False
    heard, at = Heard(samples, rate), 0.0
    for name in names:
        found = [each for each in heard.begins(*prompt_file(office.core, name, language)) if each >= at]
        if not found:
            return False
        at = found[0]
    return True


async def hears(
    office: Office, phone: BasePhone, *names: str, language: str = "en", after: float = 0.0
) -> None:
    """Wait until the phone has heard these prompts, in this order."""
    try:
        await phone.until(
            lambda: said(office, phone, *names, language=language, after=after),
            f"{'+'.join(names)} in {language}",
            WAIT_S,
            poll=0.25,
        )
    except PhoneError as error:
        instead = ", ".join(all_said(office, phone, language, after))
        raise PhoneError(f"heard after {after:.1f} s: {instead}\n{error}") from None


def all_said(office: Office, phone: BasePhone, language: str, after: float) -> list[str]:
    """Every prompt that the phone heard after that many seconds, with its place in them."""
    samples, rate = phone.heard()
    heard = Heard(samples[int(after * rate) :], rate)
    names = [file.stem for file in (Path(office.core.home) / "prompts" / language).glob("*.wav")]
    found = [(at, name) for name in names for at in heard.begins(*prompt_file(office.core, name, language))]
    return [f"{name} at {at:.1f}" for at, name in sorted(found)]


def so_far(phone: BasePhone) -> float:
    """Seconds of its call that the phone has recorded: for `after`."""
    heard, rate = phone.heard()
    return len(heard) / rate if rate else 0.0
