"""Recordings of calls: a WAV each, a row beside it, until the control plane has taken it.

Recorded to `<id>.part`; when it ends the audio is made safe, gets its final name, and only then do row and
event say so, in one transaction. What a dead core was recording is finished by `recover`.
"""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from pbx.control.messages import Event, EventKind, RecordingState
from pbx.store import audio_files, wav
from pbx.store.audio_files import BadName

if TYPE_CHECKING:
    from pbx.store.store import Store

log = structlog.get_logger("pbx.store")

ALARM = "recording.failing"

Key = tuple[str, str]


class Recordings:
    """All recordings of the node that run or wait. What is awaited is on disk when it returns."""

    def __init__(self, store: "Store", root: Path, clock: Callable[[], float] = time.time) -> None:
        """`root`/<tenant>/<id>.wav holds the audio. Call `recover` before anything else."""
        self._store = store
        self._root = root
        self._clock = clock
        self._running: dict[Key, RecordingState] = {}
        self._waiting: dict[Key, RecordingState] = {}
        self._stuck: dict[Key, str] = {}

    # --- reading ---

    def waiting(self, tenant: str) -> list[RecordingState]:
        """Those that ended and were not taken yet, oldest first."""
        found = [each for (owner, _), each in self._waiting.items() if owner == tenant]
        return sorted(found, key=lambda each: (each.started_at, each.id))

    def running(self, tenant: str, recording: str) -> RecordingState | None:
        return self._running.get((tenant, recording))

    def audio(self, tenant: str, recording: str) -> str | None:
        """The WAV of one that waits; None when there is none."""
        found = self._waiting.get((tenant, recording))
        return None if found is None else str(self._path(found))

    def room(self, wanted: int) -> bool:
        """Whether `wanted` bytes of audio still fit on the disk."""
        return audio_files.has_room(self._root, wanted)

    # --- recording ---

    def begin(self, recording: RecordingState) -> str | None:
        """The file to record to; None when the disk does not take it."""
        try:
            part = self._part(recording)
            audio_files.make_folder(part.parent)
        except (OSError, BadName) as error:
            log.error("recording.refused", tenant=recording.tenant, error=str(error))
            return None
        self._keep_running(recording)
        return str(part)

    async def change(
        self, tenant: str, recording: str, *, paused: bool | None = None, keep: bool | None = None
    ) -> RecordingState | None:
        """Paused or not, to be kept or not. None when it does not run."""
        old = self._running.get((tenant, recording))
        if old is None:
            return None
        new = dataclasses.replace(
            old,
            paused=old.paused if paused is None else paused,
            keep=old.keep if keep is None else keep,
        )
        if new != old:
            await self._keep_running(new)
        return new

    async def finish(self, tenant: str, recording: str, reason: str) -> RecordingState | None:
        """The file is closed. Gives the state that is told: with its audio, or `discarded` when it was not to
        be kept or nothing was recorded. None when it does not run, or the disk refuses (alarm; tried again
        with every `tick` and at the next start)."""
        key = (tenant, recording)
        running = self._running.get(key)
        if running is None:
            return None
        done = dataclasses.replace(running, ended_at=self._clock(), paused=False, reason=reason)
        try:
            done = await asyncio.to_thread(self._settle, done)
        except OSError as error:
            self._stuck[key] = reason
            text = f"A recording cannot be stored ({error}); it is tried again. Check the disk."
            self._store.alarms.set(ALARM, text)
            return None
        if self._running.pop(key, None) is None:
            return self._waiting.get(key)  # finished meanwhile by a tick
        self._stuck.pop(key, None)
        if not self._stuck:
            self._store.alarms.clear(ALARM)
        if not done.discarded:
            self._waiting[key] = done
        self._emit("recording.ended", done)
        await self._store.recordings.save(*(([], [done]) if done.discarded else ([done], [])))
        return done

    def _settle(self, done: RecordingState) -> RecordingState:
        path, part = self._path(done), self._part(done)
        if done.keep:
            try:
                found = audio_files.settle(part, path)
            except (wav.WavError, FileNotFoundError):
                found = None
            if found is not None and found.bytes:
                size = found.start + found.bytes
                return dataclasses.replace(done, seconds=found.seconds, bytes=size, channels=found.channels)
        audio_files.remove(part, path)
        return dataclasses.replace(done, discarded=True)

    async def taken(self, tenant: str, recording: str) -> bool:
        """The control plane has it safe: row and file go. False when it does not wait here."""
        found = self._waiting.pop((tenant, recording), None)
        if found is not None:
            await asyncio.to_thread(audio_files.remove, self._path(found))
            await self._store.recordings.save([], [found])
        return found is not None

    async def forget(self, tenant: str) -> None:
        """The organisation is gone, and all its recordings with it."""
        gone = []
        for table in (self._running, self._waiting):
            for key in [key for key in table if key[0] == tenant]:
                gone.append(table.pop(key))
        await asyncio.to_thread(audio_files.remove_folder, audio_files.below(self._root, tenant))
        await self._store.recordings.save([], gone)

    async def tick(self) -> None:
        """From time to time: try again what the disk refused."""
        for (tenant, recording), reason in list(self._stuck.items()):
            await self.finish(tenant, recording, reason)

    async def recover(self) -> list[RecordingState]:
        """Takes up what the last core left and finishes what it was recording. Gives those."""
        ended = []
        for row in self._store.recordings.load():
            (self._running if row.ended_at is None else self._waiting)[row.tenant, row.id] = row
        for tenant, recording in list(self._running):
            log.warning("recording.rescued", tenant=tenant, recording=recording)
            done = await self.finish(tenant, recording, "interrupted")
            ended += [done] if done else []
        files = await asyncio.to_thread(audio_files.found, self._root, 2)
        there = {(path.parts[-2], path.stem): path for path in files}
        for key in [key for key in self._waiting if key not in there]:
            # Taken: its file had gone, the row not yet.
            await self._store.recordings.save([], [self._waiting.pop(key)])
        for key, path in there.items():
            if key not in self._waiting and key not in self._running:
                self._running[key] = _stranger(path)
                done = await self.finish(*key, "interrupted")
                ended += [done] if done else []
        return ended

    # --- inner ---

    def _path(self, recording: RecordingState) -> Path:
        return audio_files.below(self._root, recording.tenant, f"{recording.id}.wav")

    def _part(self, recording: RecordingState) -> Path:
        return self._path(recording).with_suffix(".part")

    def _keep_running(self, recording: RecordingState) -> Awaitable[bool]:
        self._running[recording.tenant, recording.id] = recording
        self._emit("recording.changed", recording)
        return self._store.recordings.save([recording])

    def _emit(self, kind: EventKind, recording: RecordingState) -> None:
        self._store.journal.append(
            Event(number=0, at=self._clock(), kind=kind, tenant=recording.tenant, recording=recording)
        )


def _stranger(path: Path) -> RecordingState:
    """A file whose row was lost with the database: kept, as nobody's personal recording, for administrators
    to sort out."""
    return RecordingState(
        id=path.stem,
        tenant=path.parts[-2],
        call="",
        by="",
        personal=True,
        started_at=path.stat().st_mtime,
        channels=1,
    )
