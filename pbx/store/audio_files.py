"""What is done with audio files on disk. All of it may block: call it in a thread."""

import contextlib
import os
import re
from pathlib import Path

from pbx.store import wav

_NAME = re.compile(r"[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,63}")
# Left for the database and everyone else: a recording that would eat into it is not begun.
SPARE = 64 * 2**20


class BadName(ValueError):
    """An id that could lead out of its folder."""


def below(root: Path, *names: str) -> Path:
    """The path of these ids under `root`. Raises BadName for "..", slashes and the like."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise BadName(f"{name!r} cannot be the name of a file.")
    return root.joinpath(*names)


def has_room(folder: Path, wanted: int) -> bool:
    """Whether `wanted` bytes fit on the disk of `folder`, which the first file may have yet to make, with
    SPARE left beside them."""
    there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    try:
        disk = os.statvfs(there)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize >= wanted + SPARE


def make_folder(folder: Path) -> None:
    """`folder` with its parents, for the owner only. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def settle(part: Path, final: Path) -> wav.Wav:
    """A recorded file gets a right header, is synced and takes its final name, also when it has that already
    because its writer died in between. Raises OSError, WavError."""
    source = final if final.exists() and not part.exists() else part
    found = wav.mend(source)
    place(source, final)
    return found


def place(part: Path, final: Path) -> None:
    """A complete file is synced and takes its final name. Raises OSError."""
    sync(part)
    part.replace(final)
    sync(final.parent)


def sync(path: Path) -> None:
    """A file's contents, or a folder's entries, to the platter. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(*paths: Path) -> None:
    """Those of the files that are there. Raises OSError when one stays."""
    for path in paths:
        path.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """An organisation's folder with all that is in it; what will not go stays."""
    for path in sorted(folder.rglob("*"), reverse=True):
        with contextlib.suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()


def found(root: Path, depth: int) -> list[Path]:
    """Files with names of ours, `depth` names below `root`, in order; none when there is no such folder."""
    paths = root.glob("/".join(["*"] * depth))
    return sorted(p for p in paths if p.is_file() and all(map(_NAME.fullmatch, p.parts[-depth:])))
