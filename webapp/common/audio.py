"""Audio files of the control plane: converted in a process of its own, placed so that they survive."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from webapp.common import converter

log = structlog.get_logger(__name__)

WAIT_SECONDS = 600
CHUNK = 256 * 2**10
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")

# Some bytes from a place, at most so many (RFC 9110 section 14: ranges are in bytes).
Reader = Callable[[int, int], Awaitable[bytes]]


class AudioError(Exception):
    """Audio that cannot be used."""


class TooLong(AudioError):
    """Longer than allowed."""


def to_wav(source: Path, target: Path, seconds: float) -> float:
    """Whatever `source` is to a WAV of 16 kHz, mono, 16 bit; gives its seconds. Raises AudioError, TooLong
    for one above `seconds`."""
    return _convert("wav", source, target, seconds)


def to_mp3(source: Path, target: Path, seconds: float = 86_400) -> float:
    """To an MP3 with as many channels; gives its seconds. Raises AudioError."""
    return _convert("mp3", source, target, seconds)


def peaks(source: Path) -> list[list[float]]:
    """The wave form of each channel, for a drawing (`converter.PEAKS` columns); none of what cannot be
    read."""
    with tempfile.TemporaryDirectory() as scratch:
        target = Path(scratch) / "peaks.json"
        try:
            _convert("peaks", source, target, 86_400)
        except AudioError:
            return []
        found: list[list[float]] = json.loads(target.read_text())
        return found


def _convert(kind: str, source: Path, target: Path, seconds: float) -> float:
    command = [sys.executable, "-m", converter.__name__, kind, str(source), str(target), str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=Path(__file__).parents[2],
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AudioError("took too long") from None
    if done.returncode == converter.TOO_LONG:
        raise TooLong
    if done.returncode != 0:
        log.info("audio.unreadable", kind=kind, status=done.returncode, text=done.stderr[-300:])
        raise AudioError(done.stderr[-300:])
    return float(done.stdout)


def folder(*names: str) -> Path:
    """A folder below the data folder, for this service only; made when it is not there."""
    path = settings.HOME.joinpath(*names)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def place(part: Path, final: Path) -> None:
    """A complete file to its final name, synced with its folder, readable by this service only."""
    part.chmod(0o600)
    for path, wanted in ((part, None), (final.parent, part)):
        if wanted is not None:
            wanted.replace(final)
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- to the browser ---


def from_file(path: Path) -> tuple[int, Reader]:
    """Size and reader of a file. Raises FileNotFoundError."""

    async def read(start: int, size: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(size)

    return path.stat().st_size, read


def answer(
    request: HttpRequest, size: int, read: Reader, kind: str, name: str, *, download: bool = False
) -> HttpResponse | StreamingHttpResponse:
    """The audio, or the range of it that the browser asked for, bit by bit. `kind` is its media type, `name`
    the file's when it is saved."""
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'{"attachment" if download else "inline"}; filename="{name}"',
    }
    start, end, status = 0, size - 1, 200
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and (asked[1] or asked[2]):
        first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
        last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
        if first > last:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        start, end, status = first, last, 206
        headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    headers["Content-Length"] = str(end - start + 1)
    pieces = _pieces(read, start, end)
    # Bit by bit where the server can (ASGI), else all at once.
    body: Any = pieces if hasattr(request, "scope") else async_to_sync(_gather)(pieces)
    return StreamingHttpResponse(body, status=status, content_type=kind, headers=headers)


async def _pieces(read: Reader, start: int, end: int) -> AsyncIterator[bytes]:
    while start <= end:
        piece = await read(start, min(CHUNK, end - start + 1))
        if not piece:
            return
        yield piece
        start += len(piece)


async def _gather(pieces: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in pieces]
