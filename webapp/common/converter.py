"""The program that turns audio into other audio, or into the peaks of its wave form:
`python -m webapp.common.converter wav|mp3|peaks FROM TO SECONDS`.

A process of its own, with bounds on memory and time: what it reads was uploaded by someone, and decoders are
not written for malice. Prints the length in seconds. Exit status 3: cannot be read as audio; 4: longer than
SECONDS.
"""

import json
import os
import resource
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each thread would count against the bound on memory

import av
import numpy as np

RATE = 16_000
MEMORY = 2 * 2**30  # bytes of address space
CPU_SECONDS = 300
# Containers that people have audio in. Never playlists, which would make us open other files.
FORMATS = "wav,mp3,mov,mp4,m4a,ogg,flac,aiff,matroska,webm,amr,au,asf,w64,aac,caf"
ONLY = {"format_whitelist": FORMATS, "protocol_whitelist": "none"}
TARGET, MOST, CEILING = -20.0, 9.0, 0.9  # dBFS of speech, dB of change, share of full scale
UNREADABLE, TOO_LONG = 3, 4
PEAKS = 800  # columns of a drawing
PEAK_BLOCK = 160  # samples that are looked at together


class TooLong(Exception):
    """Longer than was allowed."""


def bound() -> None:
    """No more memory, time, files or core dumps than this needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def decoded(source: Path, rate: int | None, layout: str | None, seconds: float) -> Iterator[av.AudioFrame]:
    """16-bit frames of the first audio of a file, at `rate` and `layout` or as they are. Raises TooLong."""
    with source.open("rb") as file, av.open(file, options=ONLY) as container:
        stream = container.streams.audio[0]
        stream.thread_count = 1
        # Spelt out: a file may say how many channels it has without saying where they stand.
        own = "mono" if stream.channels == 1 else "stereo"
        resampler = av.AudioResampler("s16", layout or own, rate or stream.rate)
        done = 0  # samples: a sum of seconds would creep above a limit that is met exactly
        for frame in container.decode(stream):
            frame.pts = None
            for out in resampler.resample(frame):
                done += out.samples
                if done > seconds * out.sample_rate:
                    raise TooLong
                yield out
        yield from resampler.resample(None)


def to_wav(source: Path, target: Path, seconds: float) -> float:
    """16 kHz, mono, 16 bit, at the usual loudness of speech. Gives the seconds. Raises TooLong, and what av
    raises."""
    pieces = [frame.to_ndarray().reshape(-1) for frame in decoded(source, RATE, "mono", seconds)]
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
    if not len(samples):
        raise ValueError("no audio")
    with wave.open(str(target), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(levelled(samples).tobytes())
    return len(samples) / RATE


def levelled(samples: np.ndarray) -> np.ndarray:
    """A little louder or softer, so that sounds from different hands are alike; never clipped."""
    block = RATE // 10
    whole = samples[: len(samples) // block * block].astype(np.float32) / 32768
    peak = float(np.max(np.abs(samples.astype(np.int32)))) / 32768
    if not len(whole) or peak == 0.0:
        return samples
    power = np.mean(whole.reshape(-1, block) ** 2, axis=1)
    loud = power[power > np.max(power) / 100]  # pauses say nothing of how loud it is
    decibels = TARGET - 10 * np.log10(np.mean(loud))
    gain = min(10 ** (float(np.clip(decibels, -MOST, MOST)) / 20), CEILING / peak)
    return (samples.astype(np.float32) * gain).astype(np.int16)


def to_mp3(source: Path, target: Path, seconds: float) -> float:
    """MP3 for speech: 32 kbit/s a channel. Gives the seconds."""
    total = 0.0
    with av.open(str(target), "w", format="mp3") as container:
        stream = None
        for frame in decoded(source, None, None, seconds):
            if stream is None:
                stream = container.add_stream("libmp3lame", rate=frame.sample_rate)
                stream.layout, stream.format = frame.layout, "s16p"
                stream.bit_rate = 32_000 * frame.layout.nb_channels
            total += frame.samples / frame.sample_rate
            container.mux(stream.encode(frame))
        if stream is None:
            raise ValueError("no audio")
        container.mux(stream.encode(None))
    return total


def to_peaks(source: Path, target: Path, seconds: float) -> float:
    """JSON: for each channel at most PEAKS numbers, the loudest sample of each part as a share of full scale.
    Gives the seconds."""
    blocks, total, rate = [], 0, 1
    for frame in decoded(source, None, None, seconds):
        channels = frame.layout.nb_channels
        samples = np.abs(frame.to_ndarray().reshape(-1, channels).astype(np.int32))
        total, rate = total + len(samples), frame.sample_rate
        # Small blocks first: a day of sound would not fit in memory.
        edges = np.arange(0, len(samples), PEAK_BLOCK)
        blocks.append(np.maximum.reduceat(samples, edges, axis=0))
    if not total:
        raise ValueError("no audio")
    whole = np.concatenate(blocks)
    edges = np.unique(np.linspace(0, len(whole), min(PEAKS, len(whole)), endpoint=False).astype(int))
    loudest = np.maximum.reduceat(whole, edges, axis=0) / 32768
    target.write_text(json.dumps(np.round(loudest.T, 3).tolist()))
    return total / rate


def main(kind: str, source: str, target: str, seconds: str) -> int:
    bound()
    work = {"wav": to_wav, "mp3": to_mp3, "peaks": to_peaks}[kind]
    try:
        done = work(Path(source), Path(target), float(seconds))
    except TooLong:
        return TOO_LONG
    except (av.FFmpegError, ValueError, IndexError, MemoryError, wave.Error) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return UNREADABLE
    sys.stdout.write(f"{done:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
