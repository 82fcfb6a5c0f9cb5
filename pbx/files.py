"""The audio files of a node, as one part: sounds, voicemail, what users of mailboxes chose, recordings."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import structlog

from pbx.control.configuration import Snapshot
from pbx.store.mailboxes import Mailboxes
from pbx.store.personal import Personal
from pbx.store.recordings import Recordings
from pbx.store.sounds import Sounds
from pbx.store.store import Store

log = structlog.get_logger("pbx.files")

ROUND = 30.0  # seconds between looks at what is due to be purged or tried again


class Files:
    """`await Files.open(store, folder)` after `store.recover()`; then `run` for as long as the node does."""

    def __init__(self, store: Store, folder: Path, clock: Callable[[], float]) -> None:
        self.sounds = Sounds(folder / "sounds")
        self.mailboxes = Mailboxes(store, folder / "voicemail", clock)
        self.personal = Personal(store, folder / "greetings", self.sounds, clock)
        self.recordings = Recordings(store, folder / "recordings", clock)

    @classmethod
    async def open(cls, store: Store, folder: Path, clock: Callable[[], float] = time.time) -> Self:
        """Takes up what is in `folder`, and finishes what a dead core was recording. `clock` gives Unix
        seconds."""
        files = cls(store, folder, clock)
        await files.sounds.recover()
        await files.mailboxes.recover()
        await files.personal.recover()
        await files.recordings.recover()
        return files

    async def applied(self, snapshot: Snapshot) -> None:
        """A snapshot is in use: what it no longer names is not kept."""
        mailboxes = [mailbox.id for mailbox in snapshot.mailboxes]
        await self.sounds.keep_only(snapshot.tenant, [sound.id for sound in snapshot.sounds])
        await self.mailboxes.keep_only(snapshot.tenant, mailboxes)
        await self.personal.keep_only(snapshot.tenant, mailboxes)

    async def removed(self, tenant: str) -> None:
        """An organisation is gone, and all of its audio with it."""
        await self.sounds.forget(tenant)
        await self.mailboxes.forget(tenant)
        await self.personal.forget(tenant)
        await self.recordings.forget(tenant)

    async def tick(self) -> None:
        """Purge what is due, try again what the disk refused."""
        await self.mailboxes.tick()
        await self.recordings.tick()

    async def run(self) -> None:
        """Ticks until cancelled."""
        while True:
            await asyncio.sleep(ROUND)
            try:
                await self.tick()
            except Exception:
                log.exception("files.tick_failed")
