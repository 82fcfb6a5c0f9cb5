"""Uploaded sounds of organisations: `<tenant>/<id>.wav`, put there by the control plane before the snapshot
that names them."""

import asyncio
import contextlib
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import structlog

from pbx.control.messages import SoundState
from pbx.ports import Stored
from pbx.store import audio_files, wav
from pbx.store.audio_files import BadName

log = structlog.get_logger("pbx.store")

RATE = 16_000
LARGEST = 64 * 2**20  # bytes of one sound


class SoundError(ValueError):
    """A file that cannot be used as a sound; one sentence."""


class Sounds:
    """All uploaded sounds of the node (`pbx.ports.Sounds`)."""

    def __init__(self, root: Path) -> None:
        """`root`/<tenant>/<id>.wav. Call `recover` before anything else."""
        self._root = root
        self._known: dict[str, dict[str, str | None]] = {}  # id to sha256, None until someone asks
        self._fresh: set[tuple[str, str]] = set()

    def find(self, tenant: str, sound: str) -> Stored | None:
        """The file of a sound; None while it is not here."""
        if sound not in self._known.get(tenant, {}):
            return None
        return Stored(str(self._path(tenant, sound)))

    async def states(self, tenant: str) -> list[SoundState]:
        """What is here of an organisation, by id."""
        found = []
        for sound in sorted(self._known.get(tenant, {})):
            with contextlib.suppress(FileNotFoundError):
                found.append(await self._state(tenant, sound))
        return found

    async def _state(self, tenant: str, sound: str) -> SoundState:
        path = self._path(tenant, sound)
        digest = self._known[tenant][sound]
        if digest is None:
            digest = await asyncio.to_thread(_digest, path)
            self._known[tenant][sound] = digest
        return SoundState(id=sound, sha256=digest, bytes=path.stat().st_size)

    async def put(self, tenant: str, sound: str, sha256: str, data: AsyncIterator[bytes]) -> SoundState:
        """Takes a WAV (16 kHz, mono, 16 bit) in place of an older one, which calls hear to its end.
        Raises SoundError, OSError (no room), BadName."""
        path = self._path(tenant, sound)
        await asyncio.to_thread(audio_files.make_folder, path.parent)
        handle, name = await asyncio.to_thread(tempfile.mkstemp, ".part", "", path.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                digest, size = hashlib.sha256(), 0
                async for piece in data:
                    size += len(piece)
                    if size > LARGEST:
                        raise SoundError(f"A sound has at most {LARGEST} bytes.")
                    digest.update(piece)
                    await asyncio.to_thread(file.write, piece)
            if digest.hexdigest() != sha256:
                raise SoundError("The file is not the one announced: its SHA-256 is another.")
            await asyncio.to_thread(_check, part)
            await asyncio.to_thread(audio_files.place, part, path)
        except BaseException:
            audio_files.remove(part)
            raise
        self._known.setdefault(tenant, {})[sound] = sha256
        self._fresh.add((tenant, sound))
        return SoundState(id=sound, sha256=sha256, bytes=size)

    async def keep_only(self, tenant: str, named: Iterable[str]) -> None:
        """After a snapshot: what it does not name goes, but for what was just put for the next one."""
        names = set(named)
        known = self._known.get(tenant, {})
        self._fresh -= {(tenant, name) for name in names}
        for sound in [each for each in known if each not in names and (tenant, each) not in self._fresh]:
            del known[sound]
            await asyncio.to_thread(audio_files.remove, self._path(tenant, sound))
            log.info("sound.removed", tenant=tenant, sound=sound)

    async def forget(self, tenant: str) -> None:
        """The organisation is gone."""
        self._known.pop(tenant, None)
        self._fresh = {each for each in self._fresh if each[0] != tenant}
        with contextlib.suppress(BadName):
            await asyncio.to_thread(audio_files.remove_folder, audio_files.below(self._root, tenant))

    async def recover(self) -> None:
        """Takes up what is on disk, and removes what a dead core was taking in."""
        for path in await asyncio.to_thread(audio_files.found, self._root, 2):
            if path.suffix == ".wav":
                self._known.setdefault(path.parts[-2], {})[path.stem] = None
            else:
                await asyncio.to_thread(audio_files.remove, path)

    def _path(self, tenant: str, sound: str) -> Path:
        return audio_files.below(self._root, tenant, f"{sound}.wav")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path) -> None:
    try:
        found = wav.inspect(path)
    except wav.WavError as error:
        raise SoundError(str(error)) from None
    if (found.rate, found.channels) != (RATE, 1) or not found.bytes:
        raise SoundError("A sound must be a WAV file of 16 kHz with one channel.")
