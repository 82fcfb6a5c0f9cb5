"""Recordings: what is on which channel, when, and what is left when things go wrong."""

import asyncio
import signal
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pbx.ports import (
    Bridge,
    ChangeRecording,
    JoinRoom,
    MuteMember,
    Play,
    RecordingEnded,
    StartMusic,
    StartRecording,
    StopRecording,
    Unbridge,
)
from tests.phones.audio import Samples, frame_levels, rms_dbov
from tests.running import ROOT, eventually
from tests.sip.edge import Edge
from tests.sip.test_playing import sound
from tests.sip.voices import LEVEL, Voice, Voices, counts


@pytest.fixture
def voices(edge: Edge) -> Iterator[Voices]:
    with Voices(edge) as made:
        yield made


def start(edge: Edge, path: Path, *sides: tuple[str, ...], **limits: Any) -> None:
    usual = {"max_seconds": 60.0, "call": "c", "recording": "r"}
    edge.stack.submit(StartRecording(path=str(path), sides=sides, **(usual | limits)))


def read(path: Path) -> tuple[list[Samples], int]:
    """The channels of a WAV file and its rate; its header must fit its length."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2
        frames = file.getnframes()
        samples = np.frombuffer(file.readframes(frames), np.int16)
        assert len(samples) == frames * file.getnchannels()
        return [
            samples[index :: file.getnchannels()] for index in range(file.getnchannels())
        ], file.getframerate()


def loud(samples: Samples, rate: int, hz: float) -> float:
    """Seconds in which a tone is heard at its level."""
    return float(np.sum(np.abs(frame_levels(samples, rate, hz) - LEVEL) < 2)) * 0.1


def onset(samples: Samples) -> int:
    return int(np.flatnonzero(np.abs(samples.astype(int)) > 500)[0])


async def running(path: Path, seconds: float, channels: int = 2, rate: int = 8000) -> None:
    """Wait until so much more is in the file."""
    size = path.stat().st_size if path.exists() else 0
    wanted = size + seconds * rate * 2 * channels
    await eventually(lambda: path.exists() and path.stat().st_size >= wanted, 30, "recording")


async def stop(edge: Edge) -> RecordingEnded:
    edge.stack.submit(StopRecording(recording="r"))
    return await edge.event(RecordingEnded)


async def two(edge: Edge, voices: Voices) -> tuple[Voice, Voice]:
    a, b = await voices.call("101"), await voices.call("102")
    edge.stack.submit(Bridge(a=a.leg, b=b.leg))
    return a, b


async def test_each_side_has_its_channel_in_step(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    path = tmp_path / "new" / "call.wav"
    start(edge, path, (a.leg,), (b.leg,))
    await running(path, 1)
    a.hz, b.hz = 600, 1100
    await b.hears(600)
    await running(path, 1.5)
    ended = await stop(edge)
    (left, right), rate = read(path)
    assert (rate, ended.reason, ended.call, ended.recording) == (8000, "stopped", "c", "r")
    assert ended.bytes == path.stat().st_size
    assert abs(ended.seconds - len(left) / rate) < 0.001
    assert abs(onset(left) - onset(right)) <= 0.04 * rate
    assert loud(left, rate, 600) > 1 and loud(left, rate, 1100) == 0
    assert loud(right, rate, 1100) > 1 and loud(right, rate, 600) == 0


async def test_both_sides_on_one_channel(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    a.hz, b.hz = 600, 1100
    path = tmp_path / "call.wav"
    start(edge, path, (a.leg, b.leg))
    await running(path, 1.5, channels=1)
    await stop(edge)
    (both,), rate = read(path)
    assert loud(both, rate, 600) > 0.8 and loud(both, rate, 1100) > 0.8


async def test_a_pause_is_silence_and_time_goes_on(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    a.hz, b.hz = 600, 1100
    sides = (a.leg,), (b.leg,)
    path = tmp_path / "call.wav"
    start(edge, path, *sides)
    await running(path, 1)
    edge.stack.submit(ChangeRecording(recording="r", paused=True, sides=sides))
    await running(path, 1.5)
    edge.stack.submit(ChangeRecording(recording="r", paused=False, sides=sides))
    await running(path, 1)
    await stop(edge)
    for samples, hz in zip(read(path)[0], (600, 1100), strict=True):
        levels = frame_levels(samples, 8000, hz)
        quiet = np.flatnonzero(levels < -60)
        pause = quiet[(quiet > 5) & (quiet < len(levels) - 5)]
        assert len(pause) >= 10 and np.all(np.diff(pause) == 1)
        assert loud(samples, 8000, hz) > 1.4


async def test_others_are_heard_after_a_transfer(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    a.hz, b.hz = 600, 1100
    path = tmp_path / "call.wav"
    start(edge, path, (a.leg,), (b.leg,))
    await running(path, 1)
    c = await voices.call("103", 1700)
    edge.stack.submit(Unbridge(a=a.leg, b=b.leg))
    edge.stack.submit(Bridge(a=a.leg, b=c.leg))
    edge.stack.submit(ChangeRecording(recording="r", paused=False, sides=((a.leg,), (c.leg,))))
    await b.dialog.ask("BYE")
    await running(path, 1.5)
    await stop(edge)
    (left, right), rate = read(path)
    assert loud(left, rate, 600) > 2
    assert loud(right, rate, 1100) > 0.5 and loud(right, rate, 1700) > 1


async def test_what_is_said_on_hold_or_muted_is_not_kept(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await voices.call("101", 600), await voices.call("102", 1100)
    for voice in (a, b):
        edge.stack.submit(JoinRoom(leg=voice.leg, room="r"))
    path = tmp_path / "room.wav"
    edge.stack.submit(StartMusic(leg=a.leg, path=sound(tmp_path / "music.wav", 300, 1).path))
    edge.stack.submit(MuteMember(leg=b.leg, on=True))
    await a.hears(300)
    start(edge, path, (a.leg,), (b.leg,))
    await running(path, 1)
    await stop(edge)
    assert all(rms_dbov(samples) < -70 for samples in read(path)[0])


async def test_what_is_played_is_not_recorded(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    a.hz = 600
    path = tmp_path / "call.wav"
    start(edge, path, (a.leg,), (b.leg,))
    edge.stack.submit(Play(leg=b.leg, sounds=(sound(tmp_path / "p.wav", 900, 9),)))
    await b.hears(900)
    await running(path, 1)
    await stop(edge)
    (left, right), rate = read(path)
    assert loud(left, rate, 600) > 0.7
    assert rms_dbov(right) < -70


@pytest.mark.parametrize(
    ("limits", "reason", "seconds"),
    [
        ({"max_seconds": 1.5}, "longest", 1.5),
        ({"max_bytes": 24_000}, "largest", 1.5),
        ({"silence_seconds": 1.0}, "silence", 1.0),
    ],
)
async def test_it_ends_at_its_limits(
    edge: Edge, voices: Voices, tmp_path: Path, limits: dict[str, Any], reason: str, seconds: float
) -> None:
    voice = await voices.call("101", 0 if reason == "silence" else 600)
    path = tmp_path / "message.wav"
    start(edge, path, (voice.leg,), **limits)
    ended = await edge.event(RecordingEnded)
    assert ended.reason == reason
    assert abs(ended.seconds - seconds) < 0.05
    assert ended.bytes == path.stat().st_size <= limits.get("max_bytes", 1e9)
    assert await counts(edge) == (1, 0, 0)


async def test_speech_keeps_silence_from_ending_it(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    voice = await voices.call("101", 600)
    path = tmp_path / "message.wav"
    start(edge, path, (voice.leg,), silence_seconds=1.0)
    await running(path, 2, channels=1)
    voice.hz = None
    ended = await edge.event(RecordingEnded)
    assert ended.reason == "silence" and ended.seconds > 3


async def test_it_ends_with_the_last_leg(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    a.hz = 600
    path = tmp_path / "call.wav"
    start(edge, path, (a.leg,), (b.leg,))
    await running(path, 0.5)
    await a.dialog.ask("BYE")
    await running(path, 0.5)
    assert not [event for event in edge.events if isinstance(event, RecordingEnded)]
    await b.dialog.ask("BYE")
    assert (await edge.event(RecordingEnded)).reason == "gone"
    assert await counts(edge) == (0, 0, 0)
    start(edge, path, (a.leg,), recording="late")
    late = await edge.event(RecordingEnded)
    assert (late.recording, late.reason, late.bytes) == ("late", "gone", 0)


async def test_without_anybody_on_purpose_it_goes_on(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    path = tmp_path / "call.wav"
    start(edge, path, (a.leg,), (b.leg,))
    edge.stack.submit(ChangeRecording(recording="r", paused=False, sides=((), ())))
    await running(path, 1)
    assert (await stop(edge)).reason == "stopped"


@pytest.mark.parametrize("where", ["/proc/none/x.wav", "/dev/full/x.wav"])
async def test_where_nothing_can_be_written_it_fails(edge: Edge, voices: Voices, where: str) -> None:
    voice = await voices.call("101", 600)
    start(edge, Path(where), (voice.leg,))
    ended = await edge.event(RecordingEnded)
    assert (ended.reason, ended.bytes, ended.seconds) == ("failed", 0, 0)


async def test_an_id_that_is_in_use_fails_and_spares_the_other(
    edge: Edge, voices: Voices, tmp_path: Path
) -> None:
    voice = await voices.call("101", 600)
    start(edge, tmp_path / "one.wav", (voice.leg,))
    start(edge, tmp_path / "two.wav", (voice.leg,), call="other")
    assert (await edge.event(RecordingEnded)).call == "other"
    await running(tmp_path / "one.wav", 0.5, channels=1)
    assert (await stop(edge)).call == "c"


async def test_a_hundred_at_once(edge: Edge, voices: Voices, tmp_path: Path) -> None:
    a, b = await two(edge, voices)
    a.hz = 600
    for index in range(100):
        start(edge, tmp_path / f"{index}.wav", (a.leg,), (b.leg,), recording=f"r{index}")
    await running(tmp_path / "99.wav", 2)
    for index in range(100):
        edge.stack.submit(StopRecording(recording=f"r{index}"))
    ends = [await edge.event(RecordingEnded) for _ in range(100)]
    assert {ended.reason for ended in ends} == {"stopped"}
    assert all(loud(read(tmp_path / f"{index}.wav")[0][0], 8000, 600) > 1.5 for index in range(100))
    assert await counts(edge) == (2, 0, 0)


def recorder(prepared: Path, file: Path, *most: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.sip.recorder", str(prepared), str(file), *map(str, most)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_a_kill_leaves_a_file_that_plays(prepared: Path, tmp_path: Path) -> None:
    file = tmp_path / "killed.wav"
    process = recorder(prepared, file)
    try:
        await running(file, 3)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    (left, right), rate = read(file)
    lost = (file.stat().st_size - 44) / (2 * 2 * rate) - len(left) / rate
    assert 0 <= lost < 2
    assert loud(left, rate, 700) > 1.5 and not np.any(right)


async def test_a_full_disk_keeps_what_was_written(prepared: Path, tmp_path: Path) -> None:
    file = tmp_path / "full.wav"
    process = recorder(prepared, file, 70_000)
    said, _ = await asyncio.to_thread(process.communicate, None, 60)
    reason, seconds, size = said.splitlines()[-1].split()
    assert reason == "failed"
    assert file.stat().st_size == int(size) <= 70_000
    (left, _), rate = read(file)
    assert abs(len(left) / rate - float(seconds)) < 0.001
    assert loud(left, rate, 700) > 0.8
