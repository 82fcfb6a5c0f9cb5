"""The measuring functions themselves: known samples in, known levels out."""

from pathlib import Path

import numpy as np
import pytest

from tests.phones.audio import (
    FLOOR_DBOV,
    assert_hears,
    dominant,
    read_growing_wav,
    rms_dbov,
    sine,
    tone_level,
    write_wav,
)


def silence(seconds: float, rate: int) -> np.ndarray:
    return np.zeros(int(seconds * rate), np.int16)


@pytest.mark.parametrize("rate", [8000, 16000, 48000])
@pytest.mark.parametrize("hz", [300, 697.5, 1000, 1633, 3000])
def test_level_and_frequency_of_a_sine(rate: int, hz: float) -> None:
    samples = sine(hz, 2, rate, -20)
    assert tone_level(samples, rate, hz) == pytest.approx(-20, abs=0.05)
    assert rms_dbov(samples) == pytest.approx(-20, abs=0.05)
    assert dominant(samples, rate) == pytest.approx(hz, abs=1)


def test_full_scale_square_wave_is_zero_dbov() -> None:
    assert rms_dbov(np.full(8000, -32768, np.int16)) == pytest.approx(0, abs=0.01)


def test_nothing_and_silence_are_at_the_floor() -> None:
    for samples in (silence(0, 8000), silence(1, 8000)):
        assert tone_level(samples, 8000, 1000) == FLOOR_DBOV
        assert dominant(samples, 8000) == 0.0


def test_silence_before_and_a_lost_packet_do_not_matter() -> None:
    tone = sine(1000, 2, 8000, -20)
    broken = np.concatenate([silence(1.3, 8000), tone[:5000], tone[5160:]])
    assert_hears(broken, 8000, 1000, -20)


def test_wrong_level_frequency_length_and_stray_tones_are_told() -> None:
    tone = sine(1000, 1, 8000, -20)
    with pytest.raises(AssertionError, match="expected -18"):
        assert_hears(tone, 8000, 1000, -18)
    with pytest.raises(AssertionError, match="strongest tone is 1000 Hz"):
        assert_hears(tone, 8000, 700, -20)
    with pytest.raises(AssertionError, match="only"):
        assert_hears(tone[:1000], 8000, 1000, -20)
    with pytest.raises(AssertionError, match="also hears 440 Hz"):
        assert_hears(tone + sine(440, 1, 8000, -35), 8000, 1000, -20, not_hz=[440])


def test_a_recording_still_being_written_is_readable(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "tone.wav", sine(500, 1, 8000, -20), 8000)
    whole = path.read_bytes()
    path.write_bytes(whole[:5001])
    samples, rate = read_growing_wav(path)
    assert (len(samples), rate) == ((5001 - 44) // 2, 8000)
    path.write_bytes(bytes(44) + whole[44:5000])
    assert read_growing_wav(path)[1] == 0
    assert read_growing_wav(path, (8000, 1))[1] == 8000
