"""Everything that writes sounds and their files."""

import hashlib
import tempfile
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from webapp.common import audio
from webapp.organisations.models import Organisation
from webapp.sounds.models import Sound

log = structlog.get_logger(__name__)

MAX_UPLOAD = 50 * 2**20  # bytes of the file as it comes
MAX_SECONDS = 1_800  # of what it becomes: 58 MB
MAX_SOUNDS = 1_000  # of one organisation
MAX_TOTAL = 2 * 2**30  # bytes of one organisation
GRACE = 3_600.0  # seconds that a file without a row is left alone: its row may be on its way


class Upload(Protocol):
    """An uploaded file, as Django gives it."""

    size: int | None

    def chunks(self) -> Iterable[bytes]: ...


@transaction.atomic
def save_sound(sound: Sound, upload: Upload | None = None, seconds: float = MAX_SECONDS) -> Sound:
    """Check and write a sound; `upload` is its (new) audio of at most `seconds`. Raises ValidationError."""
    Organisation.objects.select_for_update().get(pk=sound.organisation_id)
    if sound.on_hold:
        Sound.objects.filter(organisation=sound.organisation_id, on_hold=True).exclude(pk=sound.pk).update(
            on_hold=False
        )
    if upload is not None:
        load(sound, upload, seconds)
    if sound.revision is None:
        raise ValidationError({"file": _("Give the audio.")})
    before = Sound.objects.filter(pk=sound.pk).first()
    if before is not None and before.revision != sound.revision:
        transaction.on_commit(lambda: before.path.unlink(missing_ok=True))
    sound.full_clean()
    sound.save()
    log.info("sound.saved", tenant=str(sound.organisation_id), sound=str(sound.pk), seconds=sound.seconds)
    return sound


@transaction.atomic
def delete_sound(sound: Sound) -> None:
    """Remove a sound and its file. Raises RestrictedError when something still uses it."""
    log.info("sound.deleted", tenant=str(sound.organisation_id), sound=str(sound.pk))
    path = sound.path
    sound.delete()
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _check_room(sound: Sound) -> None:
    others = Sound.objects.filter(organisation=sound.organisation_id).exclude(pk=sound.pk)
    total = others.aggregate(total=Sum("size"))["total"] or 0
    if others.count() >= MAX_SOUNDS or total >= MAX_TOTAL:
        raise ValidationError({"file": _("The organisation has no room for more sounds; remove some first.")})


def load(sound: Sound, upload: Upload, seconds: float = MAX_SECONDS) -> None:
    """Puts the upload on disk as WAV and notes in the row what it is; does not save it. Raises
    ValidationError."""
    _check_room(sound)
    too_large = _("The file is too large; give one of at most %(limit)s MB.") % {"limit": MAX_UPLOAD // 2**20}
    if (upload.size or 0) > MAX_UPLOAD:
        raise ValidationError({"file": too_large})
    target = audio.folder("sounds", str(sound.organisation_id))
    with tempfile.TemporaryDirectory(dir=audio.folder("sounds"), prefix=".") as scratch:
        source, made = Path(scratch) / "upload", Path(scratch) / "made.wav"
        with source.open("wb") as file:
            for piece in upload.chunks():
                file.write(piece)
        try:
            sound.seconds = audio.to_wav(source, made, seconds)
        except audio.TooLong:
            text = _("This is too long; give at most %(limit)s seconds.") % {"limit": int(seconds)}
            raise ValidationError({"file": text}) from None
        except audio.AudioError:
            text = _("This is not audio that we can read; give a WAV, MP3, M4A, OGG or FLAC file.")
            raise ValidationError({"file": text}) from None
        sound.revision = uuid.uuid4()
        sound.size = made.stat().st_size
        with made.open("rb") as file:
            sound.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        assert sound.path.parent == target
        audio.place(made, sound.path)


def tidy(now: float) -> int:
    """Removes files without a row (an organisation that is gone, a kill in between); gives how many."""
    known = {sound.path for sound in Sound.objects.all()}
    gone = 0
    for path in audio.folder("sounds").glob("*/*.wav"):
        if path not in known and now - path.stat().st_mtime > GRACE:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def sounds_of(tenant: Any) -> list[Sound]:
    """Every sound of an organisation, for the courier."""
    return list(Sound.objects.filter(organisation=tenant))
