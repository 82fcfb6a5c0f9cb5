"""Uploaded pictures to photos, in a process of its own."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import structlog
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from webapp.profile import picture_maker

log = structlog.get_logger(__name__)

MOST_BYTES = 10 * 2**20
WAIT_SECONDS = 60


def squares(data: bytes) -> dict[int, bytes]:
    """A picture as square WebP of each size in pixels. Raises ValidationError for what is none, or too
    large."""
    if len(data) > MOST_BYTES:
        raise ValidationError({"file": _("The file is too large; give one of at most 10 MB.")})
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "upload"
        source.write_bytes(data)
        status = _run(source, Path(folder))
        if status == picture_maker.TOO_LARGE:
            raise ValidationError({"file": _("The picture has too many pixels.")})
        if status != 0:
            raise ValidationError(
                {"file": _("This is no picture that we can read; give a JPEG, PNG or WebP.")}
            )
        return {size: (Path(folder) / f"{size}.webp").read_bytes() for size in picture_maker.SIZES}


def _run(source: Path, folder: Path) -> int:
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", picture_maker.__name__, str(source), str(folder)],
            cwd=Path(__file__).parents[2],
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return picture_maker.UNREADABLE
    if done.returncode != 0:
        log.info("picture.unreadable", status=done.returncode, text=done.stderr[-300:])
    return done.returncode
