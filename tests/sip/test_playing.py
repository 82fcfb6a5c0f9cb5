"""Prompts and music to legs: what is heard, when it ends, and what is heard besides."""

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pbx.ports import (
    Bridge,
    Play,
    Prompt,
    PromptEnded,
    Spoken,
    StartMusic,
    StopMusic,
    StopPlaying,
    Stored,
    Unbridge,
)
from tests.phones.audio import NOTHING, Samples, dominant, frame_levels, rms_dbov, sine
from tests.running import eventually
from tests.sip.edge import Edge
from tests.sip.voices import LEVEL, RATE, Voice, Voices, counts


@pytest.fixture
def voices(edge: Edge) -> Iterator[Voices]:
    with Voices(edge) as made:
        yield made


def sound(path: Path, hz: float, seconds: float, rate: int = 16000, channels: int = 1) -> Stored:
    """A WAV file with a tone at the level of all tones."""
    samples = np.repeat(sine(hz, seconds, rate, LEVEL), channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return Stored(str(path))


def heard_sound(voice: Voice) -> Samples:
    """What was heard from the first sound to the last."""
    samples = voice.heard()
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
    return samples[loud[0] : loud[-1] + 1] if len(loud) else NOTHING


async def nothing_more(edge: Edge, voice: Voice, packets: int = 40) -> None:
    """As many packets on, no prompt has ended."""
    begun = len(voice.received)
    await eventually(lambda: len(voice.received) >= begun + packets, 10, "packets")
    assert not [event for event in edge.events if isinstance(event, PromptEnded)]


async def test_a_row_of_sounds_has_no_gap_and_ends_once(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    voice = await voices.call("101")
    row = (
        sound(tmp_path / "a.wav", 500, 0.6),
        sound(tmp_path / "b.wav", 900, 0.6, rate=8000),
        sound(tmp_path / "c.wav", 1300, 0.6, rate=44100, channels=2),
        sound(tmp_path / "d.wav", 1700, 0.6, rate=48000),
    )
    edge.stack.submit(Play(leg=voice.leg, sounds=row))
    assert (await edge.event(PromptEnded)).leg == voice.leg
    heard = heard_sound(voice)
    assert abs(len(heard) / RATE - 2.4) < 0.05
    quiet = [rms_dbov(heard[at : at + 80]) for at in range(0, len(heard) - 80, 80)]
    assert min(quiet) > -26
    for index, hz in enumerate((500, 900, 1300, 1700)):
        middle = heard[int((index * 0.6 + 0.2) * RATE) : int((index * 0.6 + 0.4) * RATE)]
        assert abs(dominant(middle, RATE) - hz) < 10
    await nothing_more(edge, voice)


async def test_built_in_prompts_by_name(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    voice = await voices.call("101")
    edge.prompts["busy", "nl"] = Prompt(sound(tmp_path / "busy.wav", 700, 1).path, 1)
    edge.stack.submit(Play(leg=voice.leg, sounds=(Spoken("gone", "nl"), Spoken("busy", "nl"))))
    await edge.event(PromptEnded)
    assert abs(dominant(heard_sound(voice), RATE) - 700) < 10


async def test_stopping_is_at_once_and_says_nothing(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    voice = await voices.call("101")
    edge.stack.submit(Play(leg=voice.leg, sounds=(sound(tmp_path / "a.wav", 500, 20),)))
    await voice.hears(500)
    edge.stack.submit(StopPlaying(leg=voice.leg))
    await counts(edge)
    begun = len(voice.received)
    await eventually(lambda: len(voice.received) > begun + 10, 5, "packets")
    assert rms_dbov(voice.heard()[(begun + 3) * 160 :]) < -60
    await nothing_more(edge, voice)


async def test_a_new_row_takes_the_place_of_the_old(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    voice = await voices.call("101")
    edge.stack.submit(Play(leg=voice.leg, sounds=(sound(tmp_path / "a.wav", 500, 20),)))
    await voice.hears(500)
    edge.stack.submit(Play(leg=voice.leg, sounds=(sound(tmp_path / "b.wav", 900, 0.8),)))
    await voice.hears(900, not_hz=(500,))
    await edge.event(PromptEnded)
    await nothing_more(edge, voice)


async def test_a_loop_goes_on_until_it_is_stopped(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    voice = await voices.call("101")
    edge.stack.submit(Play(leg=voice.leg, sounds=(sound(tmp_path / "a.wav", 500, 0.2),), loop=True))
    await eventually(lambda: len(heard_sound(voice)) > 1.5 * RATE, 10, "many rounds")
    assert np.min(frame_levels(heard_sound(voice), RATE, 500)) > LEVEL - 3
    edge.stack.submit(StopPlaying(leg=voice.leg))
    await nothing_more(edge, voice)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no wave at all" * 100, None])
async def test_what_cannot_be_read_is_left_out(
    edge: Edge, voices: Voices, tmp_path: Path, content: bytes | None
) -> None:
    voice = await voices.call("101")
    broken = tmp_path / "broken.wav"
    if content is not None:
        broken.write_bytes(content)
    row = (Stored(str(broken)), sound(tmp_path / "b.wav", 900, 0.6), Stored(str(broken)))
    edge.stack.submit(Play(leg=voice.leg, sounds=row))
    await edge.event(PromptEnded)
    assert abs(len(heard_sound(voice)) / RATE - 0.6) < 0.05
    edge.stack.submit(Play(leg=voice.leg, sounds=(Stored(str(broken)),)))
    await edge.event(PromptEnded)
    edge.stack.submit(Play(leg=voice.leg, sounds=(Spoken("unknown", "en"),), loop=True))
    await edge.event(PromptEnded)


async def test_a_prompt_silences_the_other_side_only_for_who_hears_it(
    edge: Edge, voices: Voices, tmp_path: Path
) -> None:
    a, b = await voices.call("101", 600), await voices.call("102", 1100)
    edge.stack.submit(Bridge(a=a.leg, b=b.leg))
    await a.hears(1100, not_hz=(600,))
    await b.hears(600, not_hz=(1100,))
    edge.stack.submit(Play(leg=a.leg, sounds=(sound(tmp_path / "a.wav", 800, 2),)))
    await a.hears(800, not_hz=(1100,))
    await b.hears(600, not_hz=(800,))
    await edge.event(PromptEnded)
    await a.hears(1100, not_hz=(800,))
    edge.stack.submit(Unbridge(a=a.leg, b=b.leg))
    await a.hears(not_hz=(600, 800, 1100))
    await b.hears(not_hz=(600, 800, 1100))


async def test_three_hear_each_other(edge: Edge, voices: Voices) -> None:
    a, b, c = await voices.call("101", 600), await voices.call("102", 1100), await voices.call("103", 1700)
    for one, other in ((a, b), (b, c), (a, c)):
        edge.stack.submit(Bridge(a=one.leg, b=other.leg))
    await a.hears(1100, 1700, not_hz=(600,))
    await b.hears(600, 1700, not_hz=(1100,))
    await c.hears(600, 1100, not_hz=(1700,))
    edge.stack.submit(Unbridge(a=a.leg, b=c.leg))
    await a.hears(1100, not_hz=(600, 1700))
    await b.hears(600, 1700)


async def test_all_hear_music_at_the_same_place_and_without_a_seam(
    edge: Edge, voices: Voices, tmp_path: Path
) -> None:
    """A second that rises from 400 to 1400 Hz tells the place; the tone below it has no seam at its end."""
    moments = np.arange(16000) / 16000
    rising = np.sin(2 * np.pi * (400 * moments + 500 * moments**2))
    file = sound(tmp_path / "music.wav", 250, 1)
    steady = sine(250, 1, 16000, LEVEL)
    with wave.open(file.path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes((steady // 2 + (rising * 4000).astype(np.int16)).tobytes())
    first = await voices.call("101")
    edge.stack.submit(StartMusic(leg=first.leg, path=file.path))
    await eventually(lambda: len(heard_sound(first)) > 1.3 * RATE, 10, "music")
    late = await voices.call("102")
    edge.stack.submit(StartMusic(leg=late.leg, path=file.path))
    late.forget()
    await eventually(lambda: len(heard_sound(late)) > 2.5 * RATE, 10, "music")
    mine = first.heard()[-2 * RATE :].astype(float)
    theirs = late.heard()[-2 * RATE :].astype(float)
    same = np.fft.irfft(np.fft.rfft(mine) * np.conj(np.fft.rfft(theirs)))
    lag = int(np.argmax(same))
    assert min(lag, 2 * RATE - lag) <= 2 * 160, lag  # packets under way
    assert np.std(frame_levels(theirs.astype(np.int16), RATE, 250)[2:-2]) < 1


async def test_music_gives_way_to_prompts_and_to_the_other_side(
    edge: Edge, voices: Voices, tmp_path: Path
) -> None:
    a, b = await voices.call("101", 600), await voices.call("102", 1100)
    edge.prompts["default", "music"] = Prompt(sound(tmp_path / "own.wav", 1400, 1).path, 1)
    edge.stack.submit(Bridge(a=a.leg, b=b.leg))
    edge.stack.submit(StartMusic(leg=a.leg, path=sound(tmp_path / "music.wav", 300, 2).path))
    await a.hears(300, not_hz=(1100,))
    await b.hears(600, not_hz=(300,))
    edge.stack.submit(Play(leg=a.leg, sounds=(sound(tmp_path / "prompt.wav", 800, 1.5),)))
    await a.hears(800, not_hz=(300, 1100))
    await edge.event(PromptEnded)
    await a.hears(300, not_hz=(800, 1100))
    edge.stack.submit(StartMusic(leg=a.leg, path=None))
    await a.hears(1400, not_hz=(300,))
    edge.stack.submit(StartMusic(leg=a.leg, path=str(tmp_path / "none.wav")))
    await a.hears(not_hz=(300, 600, 1100, 1400))
    edge.stack.submit(StopMusic(leg=a.leg))
    await a.hears(1100)


async def test_nothing_is_left_when_legs_have_gone(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await voices.call("101", 600), await voices.call("102", 1100)
    edge.stack.submit(Bridge(a=a.leg, b=b.leg))
    edge.stack.submit(Play(leg=a.leg, sounds=(sound(tmp_path / "a.wav", 800, 9),)))
    edge.stack.submit(StartMusic(leg=b.leg, path=sound(tmp_path / "b.wav", 900, 9).path))
    await a.hears(800)
    assert (await counts(edge))[0] == 2
    await edge.close()
    assert await counts(edge) == (0, 0, 0)
