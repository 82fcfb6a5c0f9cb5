"""A file that holds space for the journal: given up when the disk is full, made again when there is room."""

import contextlib
import os
from pathlib import Path


class Reserve:
    """`size` bytes of really allocated disk. Used by the writer thread only."""

    def __init__(self, path: Path, size: int = 16 * 2**20) -> None:
        self.path = path
        self.size = size

    @property
    def held(self) -> bool:
        try:
            return self.path.stat().st_size >= self.size
        except OSError:
            return False

    def release(self) -> bool:
        """Gives the space back. False when there was nothing to give."""
        held = self.held
        with contextlib.suppress(OSError):
            self.path.unlink()
        return held

    def make(self) -> bool:
        """Allocates it, if at least as much stays free beside it. True when it is there afterwards."""
        if self.held:
            return True
        try:
            room = os.statvfs(self.path.parent)
            if room.f_bavail * room.f_frsize < 2 * self.size:
                return False
            part = self.path.with_suffix(".part")
            handle = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(handle, 0, self.size)
            finally:
                os.close(handle)
            part.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                self.path.with_suffix(".part").unlink(missing_ok=True)
            return False
        return True
