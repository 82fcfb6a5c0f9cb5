"""Recordings from the core into the data folder: fetched, compressed, synced, and only then let go there.

Each step may be done again: whoever dies on the way leaves the audio with the core and a row that says how
far it came.
"""

import datetime
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import structlog
from django.utils import timezone

from pbx.control.client import ControlError, ControlUnreachable
from pbx.control.file_client import CHUNK, FileClient
from webapp.common import audio
from webapp.common.models import as_uuid
from webapp.link import core
from webapp.recordings.models import Recording

log = structlog.get_logger(__name__)

LEASE = datetime.timedelta(minutes=15)  # longer than the longest recording takes
PAUSE = datetime.timedelta(minutes=1)
TRIES = 3  # then the WAV itself is kept
AT_ONCE = 20
GRACE = 3_600.0  # seconds that a file without a row is left alone

State = Recording.State


def fetch_due() -> int:
    """Takes over what waits at the core; gives how many."""
    due = Recording.objects.filter(state=State.WAITING, due__lte=timezone.now()).order_by("due")
    done = sum(fetch(pk) for pk in due.values_list("pk", flat=True)[:AT_ONCE])
    for recording in Recording.objects.filter(state=State.STORED)[:AT_ONCE]:
        let_go(recording)
    return done


def fetch(pk: uuid.UUID) -> bool:
    """One recording, if it is due and nobody else is at it. True when it is stored."""
    now = timezone.now()
    waiting = Recording.objects.filter(pk=pk, state=State.WAITING)
    if waiting.filter(due__lte=now).update(due=now + LEASE) != 1:
        return False
    recording = Recording.objects.get(pk=pk)
    try:
        form, size = _store(recording)
    except ControlError as error:
        if error.status != 404:
            return _again(recording, str(error))
        log.error("recording.lost", tenant=str(recording.organisation_id), recording=str(pk))
        waiting.update(state=State.LOST, due=None)
        return False
    except (ControlUnreachable, audio.AudioError, OSError) as error:
        return _again(recording, f"{type(error).__name__}: {error}")
    if waiting.update(state=State.STORED, form=form, size=size, due=None) != 1:
        # Deleted, with its organisation or by someone, while we were at it.
        recording.form = form
        recording.path.unlink(missing_ok=True)
        return False
    recording.refresh_from_db()
    let_go(recording)
    return True


def _again(recording: Recording, error: str) -> bool:
    log.warning("recording.waits", recording=str(recording.pk), error=error)
    Recording.objects.filter(pk=recording.pk).update(due=timezone.now() + PAUSE, tries=recording.tries + 1)
    return False


def _store(recording: Recording) -> tuple[str, int]:
    """The audio in its place: its form and bytes. Raises ControlError, ControlUnreachable, AudioError,
    OSError."""
    audio.folder("recordings", str(recording.organisation_id))
    with tempfile.TemporaryDirectory(dir=audio.folder("recordings"), prefix=".") as scratch:
        wav, mp3 = Path(scratch) / "as-it-came.wav", Path(scratch) / "made.mp3"
        core.ask(lambda client: download(client, recording, wav))
        try:
            audio.to_mp3(wav, mp3)
        except audio.AudioError:
            if recording.tries < TRIES:
                raise
            log.error("recording.not_compressed", recording=str(recording.pk))
        made = mp3 if mp3.exists() and mp3.stat().st_size else wav
        recording.form = made.suffix.removeprefix(".")
        audio.place(made, recording.path)
    return recording.form, recording.path.stat().st_size


async def download(client: Any, recording: Recording, target: Path) -> None:
    """The WAV of a recording from the core."""
    tenant, files, done = str(recording.organisation_id), FileClient(client), 0
    with target.open("wb") as file:
        while True:
            piece = await files.recording_audio(tenant, recording.recording_id, done, 4 * CHUNK)
            file.write(piece.data)
            done += len(piece.data)
            if done >= piece.total:
                return
            if not piece.data:
                raise OSError("the core gave less than it has")


def let_go(recording: Recording) -> None:
    """Tells the core that it need not keep a stored recording; tried again later when it is away."""
    tenant = str(recording.organisation_id)
    try:
        core.ask(lambda client: FileClient(client).recording_taken(tenant, recording.recording_id))
    except (ControlError, ControlUnreachable) as error:
        log.warning("recording.not_let_go", recording=str(recording.pk), error=str(error))
        return
    Recording.objects.filter(pk=recording.pk, state=State.STORED).update(state=State.DONE)


def tidy() -> int:
    """Removes files without a row (a kill in between, an organisation that is gone); gives how many."""
    gone = 0
    for path in audio.folder("recordings").glob("*/*.*"):
        old = time.time() - path.stat().st_mtime > GRACE
        if old and not Recording.objects.filter(pk=as_uuid(path.stem)).exists():
            path.unlink(missing_ok=True)
            gone += 1
    return gone
