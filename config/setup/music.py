"""The built-in music on hold: slow chords and a plucked line over them. Made here, so it is free of rights.

It lasts 64 seconds and runs into its own beginning: what still sounds at the end is added to the start.
"""

import numpy as np

from config.setup.audio import RATE, Samples, normalise

BAR = 4.0  # seconds
LEVEL = -24.0  # dBov: under speech, and far from clipping in narrow codecs
RECIPE = 1  # raise it when what is made changes

# Chords as semitones from A3 (220 Hz), which telephones still carry; each lasts a bar.
_CHORDS = (
    (3, 7, 10, 14),  # C major 7
    (0, 7, 12, 15),  # A minor
    (-4, 8, 12, 15),  # F major 7
    (-2, 5, 10, 17),  # G with the sixth
    (3, 10, 14, 19),  # C, open
    (-5, 7, 10, 14),  # E minor 7
    (-4, 5, 8, 12),  # F
    (-2, 5, 10, 12),  # G, suspended
)
# Which notes of the chord are plucked, a beat each; None rests.
_LINES = ((3, None, 2, None), (1, 2, None, 3), (3, None, 1, 2), (2, None, None, 3))


def default() -> Samples:
    """The whole piece, at 16 kHz."""
    bars = 2 * len(_CHORDS)
    piece = np.zeros(int(bars * BAR * RATE))
    for bar in range(bars):
        chord = _CHORDS[bar % len(_CHORDS)]
        begin = bar * BAR
        for semitones in chord:
            _add(piece, begin, 0.5 * _pad(_hertz(semitones), BAR + 1.5))
        for beat, choice in enumerate(_LINES[bar % len(_LINES)]):
            if choice is not None:
                _add(piece, begin + beat * BAR / 4, _pluck(_hertz(chord[choice] + 12), 3.0))
    return normalise(piece, LEVEL)


def _hertz(semitones: int) -> float:
    return float(220.0 * 2 ** (semitones / 12))


def _pad(hertz: float, seconds: float) -> Samples:
    """A soft tone that swells and fades."""
    moments = np.arange(int(seconds * RATE)) / RATE
    swell = np.minimum(1, np.minimum(moments / 1.2, (seconds - moments) / 1.5))
    # Two voices a hair apart move gently against each other.
    voices = sum(np.sin(2 * np.pi * hertz * detuned * moments) for detuned in (0.999, 1.001))
    octave = 0.25 * np.sin(4 * np.pi * hertz * moments)
    return np.asarray((voices / 2 + octave) * np.sin(np.pi / 2 * swell) ** 2, dtype=np.float64)


def _pluck(hertz: float, seconds: float) -> Samples:
    """A string: higher partials die sooner."""
    moments = np.arange(int(seconds * RATE)) / RATE
    partials = (
        np.sin(2 * np.pi * number * hertz * moments) * np.exp(-moments * (1.2 + number)) / number**1.5
        for number in range(1, 4)
    )
    edge = np.minimum(1, np.minimum(moments / 0.01, (seconds - moments) / 0.05))
    return np.asarray(sum(partials) * edge, dtype=np.float64)


def _add(piece: Samples, begin: float, sound: Samples) -> None:
    """Adds a sound; what goes past the end comes in at the beginning."""
    places = (int(begin * RATE) + np.arange(len(sound))) % len(piece)
    np.add.at(piece, places, sound)
