"""Are these words in what a phone heard, and where? A cross-correlation in short pieces, each normalised
where it lies. Between two pieces the words may slip: a packet that is lost, late or comes twice moves what
follows, and a busy machine makes gaps."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from tests.phones.audio import Samples

RATE = 8000
FRAME = 160  # samples, 20 ms
QUIET_DBOV = -50.0
PIECE = 800
SLIP = 2400  # at most, and at most a quarter of the words
SLIP_COSTS = 0.06  # and less for long words, where more of them are to be expected
#: On a machine with far too much to do, words that were heard mostly come to 0.7, others to 0.6 at most.
ALIKE = 0.65
# For the best of several words, such as all digits: at least, by how much, and around where in samples.
ALIKE_OF_ALL, BETTER, NEAR = 0.5, 0.05, 2400
APART_S = 0.4

Values = npt.NDArray[np.float64]


def at_8k(samples: Samples | Values, rate: int) -> Values:
    """Samples at 8,000 Hz, by averaging and then picking: good enough to compare speech with itself."""
    values = samples.astype(np.float64)
    step = rate // RATE
    usable = len(values) - len(values) % step
    return values[:usable].reshape(-1, step).mean(axis=1)


def sounding_s(samples: Samples, rate: int) -> float:
    """Seconds of sound, without the silence around and between."""
    values = at_8k(samples, rate) / 32768.0
    frames = values[: len(values) - len(values) % FRAME].reshape(-1, FRAME)
    return float(np.sum(np.mean(frames**2, axis=1) > 10 ** (QUIET_DBOV / 10))) * FRAME / RATE


class Heard:
    """What a phone heard, ready to be searched for words."""

    def __init__(self, samples: Samples | Values, rate: int) -> None:
        self._values = at_8k(samples, rate)
        self._energy = np.concatenate([[0.0], np.cumsum(self._values**2)])
        self._size = 2 ** int(np.ceil(np.log2(len(self._values) + 2 * PIECE)))
        self._spectrum = np.fft.rfft(self._values, self._size)

    def likeness(self, prompt: Samples | Values, rate: int) -> float:
        """Near 1 when all of `prompt` was heard, near 0 when none of it was."""
        found, _ = self._places(_trimmed(at_8k(prompt, rate)))
        return float(found.max()) if len(found) else 0.0

    def begins(
        self, prompt: Samples, rate: int, longest_s: float, others: Sequence[tuple[Samples, int]] = ()
    ) -> list[float]:
        """The seconds at which a prompt begins, in order. Its first `longest_s` seconds are looked for. With
        `others`, such as all other digits, less is enough, but it must be more alike than each of those."""
        words = _trimmed(at_8k(prompt, rate))[: int(longest_s * RATE)]
        found, before = self._places(words)
        apart = int(max(APART_S * RATE, len(words) / 2))
        begins: list[float] = []
        while len(found) and float(found.max()) > (ALIKE_OF_ALL if others else ALIKE):
            at = int(found.argmax())
            best = self._best_at(at - before, float(found[at]), others)
            if best:
                begins.append(max(at - before, 0) / RATE)
            around = apart if best else PIECE
            found[max(0, at - around) : at + around + 1] = 0.0
        return sorted(begins)

    def _best_at(self, begin: int, alike: float, others: Sequence[tuple[Samples, int]]) -> bool:
        """Whether none of the others that might begin there is as much like what was heard."""
        for samples, rate in others:
            words = _trimmed(at_8k(samples, rate))
            there = Heard(self._values[max(begin - NEAR, 0) : begin + len(words) + NEAR], RATE)
            if there.likeness(words, RATE) + BETTER > alike:
                return False
        return True

    def _places(self, words: Values) -> tuple[Values, int]:
        """How alike the words are that end with their last piece at each sample, and how many of their
        samples lie before that piece."""
        pieces = np.array_split(words, max(1, round(len(words) / PIECE)))
        powers = [float(np.sum(piece**2)) for piece in pieces]
        weights = np.sqrt(powers) / max(float(np.sum(np.sqrt(powers))), 1.0)
        slip = min(SLIP, len(words) // 4)
        cost = min(SLIP_COSTS, 0.75 / len(pieces))
        found, before, last = np.zeros(0), 0, 0
        for piece, power, weight in zip(pieces, powers, weights, strict=True):
            here = weight * self._alike(piece, power, max(powers) * 0.01)
            if not last:
                found = here
            else:
                best = np.maximum(found, _highest_near(found, slip) - cost)[: max(len(here) - last, 0)]
                here[:last] = 0.0
                here[last : last + len(best)] += best
                found = here[: last + len(best)]
            before, last = before + last, len(piece)
        return found, before

    def _alike(self, piece: Values, power: float, least: float) -> Values:
        """The correlation with a piece at each sample; a much quieter place does not count as like it."""
        count = max(len(self._values) - len(piece) + 1, 0)
        product = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(piece, self._size)), self._size)[:count]
        window = (self._energy[len(piece) :] - self._energy[: -len(piece)])[:count]
        there = np.maximum(window, max(power * 0.05, least, 1.0))
        return np.asarray(product / np.sqrt(there * max(power, 1.0)))


def _trimmed(values: Values) -> Values:
    """Without the silence around the words."""
    loud = np.flatnonzero(np.abs(values) > 300)
    return values[loud[0] : loud[-1] + 1] if len(loud) else values[:0]


def _highest_near(values: Values, near: int) -> Values:
    """The highest value among those at most `near` away, for each."""
    wanted, have = 2 * near + 1, 1
    found = np.pad(values, near, constant_values=-1.0)
    while have < wanted:
        step = min(have, wanted - have)
        found = np.maximum(found[:-step], found[step:])
        have += step
    return found
