"""Voicemail messages: audio on the disk, rows beside it, all of them in memory too.

A message is recorded to `<id>.part`, with a row that says who leaves it. `finish` makes the audio safe, gives
the file its final name, and only then writes the message's row and event, in one transaction. So whatever
moment the core dies at, `recover` finds audio and caller and finishes what was begun.
"""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from pbx.control.messages import Event, EventKind, VoicemailMessage
from pbx.ports.files import Counts
from pbx.store import audio_files, wav
from pbx.store.audio_files import BadName

if TYPE_CHECKING:
    from pbx.store.store import Store

log = structlog.get_logger("pbx.store")

KEPT_DELETED = 7 * 86400.0  # seconds that a deleted message can still be taken back
MAX_DELETED = 100  # of one mailbox; the oldest go earlier
SHORTEST = 1.0  # seconds of audio that a message cut off by a crash must have
ALARM = "voicemail.failing"

Key = tuple[str, str]


class Mailboxes:
    """All messages of the node. Reading is from memory; what is awaited is on disk when it returns."""

    def __init__(self, store: "Store", root: Path, clock: Callable[[], float] = time.time) -> None:
        """`root`/<tenant>/<mailbox>/<id>.wav holds the audio. Call `recover` before anything else."""
        self._store = store
        self._root = root
        self._clock = clock
        self._messages: dict[Key, VoicemailMessage] = {}
        self._boxes: dict[Key, dict[str, VoicemailMessage]] = {}
        self._begun: dict[Key, VoicemailMessage] = {}
        self._stuck: set[Key] = set()
        self._changed: list[Callable[[str, str], None]] = []

    def listen(self, changed: Callable[[str, str], None]) -> None:
        """`changed(tenant, mailbox)` is called when its counts may have changed (for lamps)."""
        self._changed.append(changed)

    # --- reading ---

    def messages(self, tenant: str, mailbox: str) -> list[VoicemailMessage]:
        """Those that are not deleted, oldest first."""
        return [each for each in self.everything(tenant, mailbox) if each.deleted_at is None]

    def everything(self, tenant: str, mailbox: str | None = None) -> list[VoicemailMessage]:
        """The deleted ones too, oldest first; of all mailboxes unless one is named."""
        if mailbox is not None:
            found = list(self._boxes.get((tenant, mailbox), {}).values())
        else:
            found = [each for (owner, _), each in self._messages.items() if owner == tenant]
        return sorted(found, key=lambda each: (each.left_at, each.id))

    def counts(self, tenant: str, mailbox: str) -> Counts:
        """How many messages are new (not read) and old."""
        box = self._boxes.get((tenant, mailbox), {})
        kept = [each for each in box.values() if each.deleted_at is None]
        new = sum(each.read_at is None for each in kept)
        return Counts(new, len(kept) - new)

    def find(self, tenant: str, message: str) -> VoicemailMessage | None:
        return self._messages.get((tenant, message))

    def audio(self, tenant: str, message: str) -> str | None:
        """The WAV file of a message, deleted or not; None when there is no such message."""
        found = self.find(tenant, message)
        return None if found is None else str(self._path(found))

    def room(self, wanted: int) -> bool:
        """Whether `wanted` bytes of audio still fit on the disk."""
        return audio_files.has_room(self._root, wanted)

    # --- leaving a message ---

    def begin(self, message: VoicemailMessage) -> str | None:
        """The file to record `message` to (its `seconds` are not known yet). None when the disk does not take
        it."""
        try:
            part = self._part(message)
            audio_files.make_folder(part.parent)
        except (OSError, BadName) as error:
            log.error("voicemail.refused", tenant=message.tenant, error=str(error))
            return None
        self._begun[message.tenant, message.id] = message
        self._store.begun.save([message])
        return str(part)

    async def finish(self, tenant: str, message: str) -> VoicemailMessage | None:
        """The file is closed: make the message safe and tell of it. None when it was not begun, has no audio,
        or the disk refuses (alarm; it is tried again with every `tick`, and at the next start)."""
        key = (tenant, message)
        begun = self._begun.get(key)
        if begun is None:
            return None
        try:
            found = await asyncio.to_thread(audio_files.settle, self._part(begun), self._path(begun))
        except (wav.WavError, FileNotFoundError):
            await self.discard(tenant, message)
            return None
        except OSError as error:
            self._stuck.add(key)
            self._store.alarms.set(
                ALARM, f"A voicemail message cannot be stored ({error}); it is tried again. Check the disk."
            )
            return None
        if self._begun.pop(key, None) is None:
            return self.find(tenant, message)  # finished meanwhile by a tick
        self._stuck.discard(key)
        if not self._stuck:
            self._store.alarms.clear(ALARM)
        if found.bytes == 0:
            await self._drop_begun(begun)
            return None
        done = dataclasses.replace(begun, seconds=found.seconds, changed_at=self._clock())
        self._store.begun.save([], [begun])
        await self._keep(done)
        return done

    async def discard(self, tenant: str, message: str) -> None:
        """Not a message after all (too short, hung up): its file goes."""
        begun = self._begun.pop((tenant, message), None)
        if begun is not None:
            self._stuck.discard((tenant, message))
            await self._drop_begun(begun)

    async def _drop_begun(self, begun: VoicemailMessage) -> None:
        await asyncio.to_thread(audio_files.remove, self._part(begun), self._path(begun))
        await self._store.begun.save([], [begun])

    # --- changing ---

    async def change(
        self, tenant: str, message: str, *, read: bool | None = None, deleted: bool | None = None
    ) -> VoicemailMessage | None:
        """Read or unread, deleted or taken back; None when there is no such message (any more)."""
        old = self.find(tenant, message)
        if old is None:
            return None
        now = self._clock()
        new = old
        if read is not None and read != (old.read_at is not None):
            new = dataclasses.replace(new, read_at=now if read else None)
        if deleted is not None and deleted != (old.deleted_at is not None):
            moment, end = (now, now + KEPT_DELETED) if deleted else (None, None)
            new = dataclasses.replace(new, deleted_at=moment, purge_at=end)
        if new != old:
            new = dataclasses.replace(new, changed_at=now)
            await self._keep(new)
        return new

    async def remove(self, tenant: str, message: str) -> bool:
        """For good, now. False when there is no such message."""
        found = self.find(tenant, message)
        if found is not None:
            await self._purge(found)
        return found is not None

    async def keep_only(self, tenant: str, mailboxes: Iterable[str]) -> None:
        """Messages of mailboxes that are gone are deleted, and purged when that is due."""
        known = set(mailboxes)
        for each in self.everything(tenant):
            if each.mailbox not in known and each.deleted_at is None:
                await self.change(tenant, each.id, deleted=True)

    async def forget(self, tenant: str) -> None:
        """The organisation is gone, and all its messages with it."""
        gone = self.everything(tenant)
        begun = [each for (owner, _), each in self._begun.items() if owner == tenant]
        for each in gone:
            self._drop(each)
        for each in begun:
            del self._begun[tenant, each.id]
        self._store.begun.save([], begun)
        await asyncio.to_thread(audio_files.remove_folder, audio_files.below(self._root, tenant))
        await self._store.messages.save([], gone)

    async def tick(self) -> None:
        """From time to time: purge what was deleted long ago, and try again what the disk refused."""
        for tenant, message in list(self._stuck):
            await self.finish(tenant, message)
        now = self._clock()
        for box in list(self._boxes.values()):
            deleted = sorted(
                (each for each in box.values() if each.deleted_at is not None),
                key=lambda each: each.deleted_at or 0.0,
            )
            extra = {each.id for each in deleted[:-MAX_DELETED]}
            for each in deleted:
                if each.id in extra or (each.purge_at is not None and each.purge_at <= now):
                    await self._purge(each)

    async def _purge(self, message: VoicemailMessage) -> None:
        # The file first: a file without a row would come back as a message at the next start.
        await asyncio.to_thread(audio_files.remove, self._path(message))
        if self._drop(message):
            self._emit("voicemail.purged", message)
            await self._store.messages.save([], [message])
            self._tell(message)

    # --- inner ---

    def _path(self, message: VoicemailMessage) -> Path:
        return audio_files.below(self._root, message.tenant, message.mailbox, f"{message.id}.wav")

    def _part(self, message: VoicemailMessage) -> Path:
        return self._path(message).with_suffix(".part")

    def _put(self, message: VoicemailMessage) -> None:
        self._messages[message.tenant, message.id] = message
        self._boxes.setdefault((message.tenant, message.mailbox), {})[message.id] = message

    def _drop(self, message: VoicemailMessage) -> bool:
        if self._messages.pop((message.tenant, message.id), None) is None:
            return False
        box = self._boxes[message.tenant, message.mailbox]
        del box[message.id]
        if not box:
            del self._boxes[message.tenant, message.mailbox]
        return True

    async def _keep(self, message: VoicemailMessage) -> None:
        """Row and event in one transaction; a slow disk is not waited for longer than a second."""
        self._put(message)
        self._emit("voicemail.changed", message)
        await self._store.messages.save([message])
        self._tell(message)

    def _emit(self, kind: EventKind, message: VoicemailMessage) -> None:
        self._store.journal.append(
            Event(number=0, at=self._clock(), kind=kind, tenant=message.tenant, voicemail=message)
        )

    def _tell(self, message: VoicemailMessage) -> None:
        for changed in self._changed:
            changed(message.tenant, message.mailbox)

    # --- after a start ---

    async def recover(self) -> list[VoicemailMessage]:
        """Takes up what the last core left, and finishes the messages that it was recording. Gives those."""
        for row in self._store.messages.load():
            self._put(row)
        begun = {(row.tenant, row.id): row for row in self._store.begun.load()}
        files = await asyncio.to_thread(audio_files.found, self._root, 3)
        there = {(path.parts[-3], path.stem) for path in files if path.suffix == ".wav"}
        for row in [each for key, each in self._messages.items() if key not in there]:
            log.error("voicemail.lost", tenant=row.tenant, message=row.id, text="Its audio is gone.")
            await self._purge(row)
        saved = []
        for path in files:
            key = (path.parts[-3], path.stem)
            if key not in self._messages and path.suffix in (".wav", ".part"):
                known = begun.pop(key) if key in begun else await asyncio.to_thread(_stranger, path)
                self._begun[key] = known
                done = await self._rescue(known)
                saved += [done] if done else []
        await self._store.begun.save([], begun.values())
        return saved

    async def _rescue(self, begun: VoicemailMessage) -> VoicemailMessage | None:
        try:
            path = self._part(begun)
            source = path if path.exists() else self._path(begun)
            seconds = (await asyncio.to_thread(wav.inspect, source)).seconds
        except (OSError, wav.WavError):
            seconds = 0.0
        if seconds < SHORTEST:
            await self.discard(begun.tenant, begun.id)
            return None
        log.warning("voicemail.rescued", tenant=begun.tenant, message=begun.id, seconds=round(seconds, 1))
        return await self.finish(begun.tenant, begun.id)


def _stranger(path: Path) -> VoicemailMessage:
    """A file whose row was lost with the database: a message all the same, of an unknown caller."""
    return VoicemailMessage(
        id=path.stem,
        tenant=path.parts[-3],
        mailbox=path.parts[-2],
        call="",
        caller_number="",
        caller_name="",
        left_at=path.stat().st_mtime,
        seconds=0.0,
    )
