"""Voicemail, recordings and sounds for tests of the control plane."""

import io
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np

from pbx.control.messages import RecordingState, VoicemailMessage
from tests.store.audio import message, recording, tone, write_wav
from tests.webapp.running_core import RunningCore
from webapp.extensions.models import Extension
from webapp.organisations.owned_actions import save_owned
from webapp.voicemail.models import Mailbox


def wav_file(seconds: float = 2.0, hertz: float = 440.0, rate: int = 44_100) -> io.BytesIO:
    """An upload, as a browser would send it."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(tone(seconds, hertz, rate))
    made.seek(0)
    made.name = "a.wav"
    return made


def recorded(container: str, seconds: float = 2.0, hertz: float = 440.0) -> io.BytesIO:
    """An upload as browsers make it: Opus in "webm", AAC in an "mp4" of fragments. Its name tells nothing."""
    made, rate = io.BytesIO(), 48_000
    options = {"movflags": "frag_keyframe+empty_moov"} if container == "mp4" else {}
    with av.open(made, "w", format=container, options=options) as file:
        stream = file.add_stream({"webm": "libopus", "mp4": "aac"}[container], rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(tone(seconds, hertz, rate), np.int16).reshape(1, -1), "s16", "mono"
        )
        frame.sample_rate = rate
        for part in av.AudioResampler(stream.format, "mono", rate, stream.codec_context.frame_size).resample(
            frame
        ):
            file.mux(stream.encode(part))
        file.mux(stream.encode(None))
    made.seek(0)
    made.name = "recorded"
    return made


def mailbox(extension: Extension, **fields: Any) -> Mailbox:
    """The personal mailbox of an extension."""
    values = {"name": f"Mailbox {extension.number}", **fields}
    return save_owned(Mailbox(organisation=extension.organisation, extension=extension, **values))


def leave(
    core: RunningCore, box: Mailbox, name: str, seconds: float = 2.0, **fields: Any
) -> VoicemailMessage:
    """A message in the running core."""

    async def work() -> VoicemailMessage:
        assert core.core is not None and core.core.files is not None
        boxes = core.core.files.mailboxes
        left = message(name, str(box.organisation_id), str(box.pk), **fields)
        path = boxes.begin(left)
        assert path is not None
        write_wav(Path(path), seconds)
        done = await boxes.finish(left.tenant, name)
        assert done is not None
        return done

    return core.run(work)


def record(core: RunningCore, tenant: str, name: str, seconds: float = 3.0, **fields: Any) -> RecordingState:
    """A recording of two channels that waits in the running core."""

    async def work() -> RecordingState:
        assert core.core is not None and core.core.files is not None
        recordings = core.core.files.recordings
        path = recordings.begin(recording(name, tenant, **fields))
        assert path is not None
        write_wav(Path(path), seconds, channels=2)
        done = await recordings.finish(tenant, name, "stopped")
        assert done is not None
        return done

    return core.run(work)


def content(answer: Any) -> bytes:
    """The bytes of an answer that is streamed."""
    return b"".join(answer.streaming_content)


def strongest(samples: np.ndarray, rate: int) -> float:
    """The loudest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(samples.astype(np.float64)))
    return float(np.argmax(spectrum[1:]) + 1) * rate / len(samples)


def wav_samples(data: bytes) -> tuple[np.ndarray, int]:
    """Samples and rate of a mono WAV."""
    with wave.open(io.BytesIO(data)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16), file.getframerate()
