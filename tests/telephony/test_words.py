"""The recogniser of prompts: sure which one it is, also when a busy machine spoilt what the phone heard."""

from pathlib import Path

import numpy as np
import pytest

from tests.phones.audio import Samples, read_growing_wav
from tests.telephony.prompts import ENDS
from tests.telephony.words import ALIKE, Heard

DIGITS = tuple(f"digit_{digit}" for digit in range(10))
STEP = 0.02  # seconds of a packet


@pytest.fixture(scope="module")
def folder(prepared: Path) -> Path:
    return prepared / "prompts"


def read(folder: Path, language: str, names: tuple[str, ...]) -> dict[str, tuple[Samples, int]]:
    return {f"{language}/{name}": read_growing_wav(folder / language / f"{name}.wav") for name in names}


def spoilt(samples: Samples, rate: int, seed: int, every_s: float) -> Samples:
    """Packets lost, packets twice and gaps, one to three packets each time, about every so many seconds."""
    random, step = np.random.default_rng(seed), int(rate * STEP)
    parts: list[Samples] = []
    at = 0
    while at < len(samples):
        end = at + int(random.exponential(every_s) * rate) + step
        size = step * int(random.integers(1, 4))
        parts.append(samples[at:end])
        what = random.integers(3)
        if what == 1:
            parts.append(samples[max(end - size, 0) : end])
        elif what == 2:
            parts.append(np.zeros(size, np.int16))
        at = end + (size if what == 0 else 0)
    return np.concatenate(parts)


@pytest.mark.parametrize("languages", [("en", "nl"), ("nl", "en")])
def test_tells_the_ends_of_calls_apart(folder: Path, languages: tuple[str, str]) -> None:
    known = {key: file for language in languages for key, file in read(folder, language, ENDS).items()}
    for said in read(folder, languages[0], ENDS):
        heard = Heard(*known[said])
        alike = {name for name, file in known.items() if heard.likeness(*file) > ALIKE}
        assert alike == {said}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_tells_digits_apart(folder: Path, language: str) -> None:
    """Short words: one lost packet is much of one, so each is compared with all the others."""
    known = read(folder, language, DIGITS)
    for said, (samples, rate) in known.items():
        for lost in (0, 1, 2):
            middle = len(samples) // 2
            heard = Heard(np.delete(samples, slice(middle, middle + int(lost * STEP * rate))), rate)
            found = [name for name in known if begins_alone(heard, known, name)]
            assert found == [said], f"{said} with {lost} packets lost"


def begins_alone(heard: Heard, known: dict[str, tuple[Samples, int]], name: str) -> list[float]:
    return heard.begins(*known[name], 2.8, [file for other, file in known.items() if other != name])


@pytest.mark.parametrize("language", ["en", "nl"])
def test_knows_what_was_spoilt(folder: Path, language: str) -> None:
    for said, (samples, rate) in read(folder, language, ENDS).items():
        for seed in range(5):
            alike = Heard(spoilt(samples, rate, seed, every_s=0.7), rate).likeness(samples, rate)
            assert alike > ALIKE, f"{said} spoilt by {seed}: {alike:.2f}"


def test_half_a_prompt_is_not_the_prompt(folder: Path) -> None:
    for said, (samples, rate) in read(folder, "en", ENDS).items():
        assert Heard(samples[: len(samples) // 2], rate).likeness(samples, rate) < ALIKE, said


def test_says_where_each_begins(folder: Path) -> None:
    """Also when one of them comes twice."""
    known = read(folder, "en", ("digit_1", "digit_0", "vm_from"))
    (_, rate), *_ = known.values()
    order = ["en/vm_from", "en/digit_1", "en/digit_0", "en/digit_1"]
    starts = np.cumsum([0, *(len(known[name][0]) for name in order)]) / rate
    heard = Heard(np.concatenate([known[name][0] for name in order]), rate)
    assert heard.begins(*known["en/digit_1"], 2.8) == pytest.approx([starts[1], starts[3]], abs=0.3)
    assert heard.begins(*known["en/digit_0"], 2.8) == pytest.approx([starts[2]], abs=0.3)
    assert heard.begins(*known["en/vm_from"], 2.8) == pytest.approx([starts[0]], abs=0.3)


def test_silence_and_nothing_are_like_no_prompt(folder: Path) -> None:
    file = read(folder, "en", ("busy",))["en/busy"]
    for heard in (np.zeros(0, np.int16), np.zeros(160, np.int16), np.zeros(80_000, np.int16)):
        assert Heard(heard, 16_000).likeness(*file) < 0.1
        assert not Heard(heard, 16_000).begins(*file, 2.8)
