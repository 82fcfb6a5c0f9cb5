"""What users of mailboxes choose by phone: a PIN, and a greeting whose audio lies on the core's disk.

The configuration has a PIN and greetings too. Each carries the moment it was chosen, and the newer one holds,
so neither side ever has to wait for the other.
"""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from pbx.control.configuration import MailboxConfig
from pbx.control.messages import Event, MailboxState
from pbx.ports import Sounds, Stored
from pbx.store import audio_files, wav
from pbx.store.audio_files import BadName

if TYPE_CHECKING:
    from pbx.store.store import Store

log = structlog.get_logger("pbx.store")

SHORTEST = 0.5  # seconds
SAME = 2.0  # seconds within which a file's time and its row's are those of one recording


class Personal:
    """Of all mailboxes of the node. Reading is from memory; what is awaited is on disk when it returns."""

    def __init__(
        self, store: "Store", root: Path, sounds: Sounds, clock: Callable[[], float] = time.time
    ) -> None:
        """`root`/<tenant>/<mailbox>.wav holds a greeting. Call `recover` before anything else."""
        self._store = store
        self._root = root
        self._sounds = sounds
        self._clock = clock
        self._states: dict[tuple[str, str], MailboxState] = {}

    def states(self, tenant: str) -> list[MailboxState]:
        """Of the mailboxes where something was chosen by phone."""
        return [state for (owner, _), state in sorted(self._states.items()) if owner == tenant]

    # --- PIN ---

    def pin(self, tenant: str, config: MailboxConfig) -> str | None:
        """The hash that holds; None when no PIN was chosen."""
        own = self._state(tenant, config.id)
        return own.pin if own.pin is not None and own.pin_at > config.pin_at else config.pin

    async def set_pin(self, tenant: str, mailbox: str, pin: str) -> None:
        """`pin` hashed."""
        state = self._state(tenant, mailbox)
        await self._keep(dataclasses.replace(state, pin=pin, pin_at=self._clock()))

    # --- greeting ---

    def greeting(self, tenant: str, config: MailboxConfig, status: str | None) -> Stored | None:
        """That of the status if there is one, else the newer of what was recorded and what is configured,
        else None: the standard one."""
        special = config.greetings.get(status) if status else None
        if special is not None and (found := self._sounds.find(tenant, special)) is not None:
            return found
        own = self._state(tenant, config.id)
        general = config.greetings.get("")
        if own.greeting_at and (general is None or own.greeting_at > config.greeting_at):
            return Stored(str(self._path(tenant, config.id)))
        return None if general is None else self._sounds.find(tenant, general)

    def recorded(self, tenant: str, mailbox: str) -> str | None:
        """The file of a greeting recorded by phone."""
        has = self._state(tenant, mailbox).greeting_at
        return str(self._path(tenant, mailbox)) if has else None

    def begin_greeting(self, tenant: str, mailbox: str) -> str | None:
        """The file to record to; None when the disk does not take it."""
        try:
            part = self._path(tenant, mailbox).with_suffix(".part")
            audio_files.make_folder(part.parent)
        except (OSError, BadName) as error:
            log.error("greeting.refused", tenant=tenant, error=str(error))
            return None
        return str(part)

    async def finish_greeting(self, tenant: str, mailbox: str) -> bool:
        """Use what was recorded. False, and nothing changes, when it is too short or the disk refuses."""
        path = self._path(tenant, mailbox)
        part = path.with_suffix(".part")
        try:
            if (await asyncio.to_thread(wav.inspect, part)).seconds < SHORTEST:
                await self.discard_greeting(tenant, mailbox)
                return False
            found = await asyncio.to_thread(audio_files.settle, part, path)
        except (OSError, wav.WavError) as error:
            log.error("greeting.failed", tenant=tenant, mailbox=mailbox, error=str(error))
            return False
        state = self._state(tenant, mailbox)
        await self._keep(
            dataclasses.replace(state, greeting_at=self._clock(), greeting_seconds=found.seconds)
        )
        return True

    async def discard_greeting(self, tenant: str, mailbox: str) -> None:
        """Throw away the one that is being recorded."""
        await asyncio.to_thread(audio_files.remove, self._path(tenant, mailbox).with_suffix(".part"))

    async def remove_greeting(self, tenant: str, mailbox: str) -> bool:
        """Back to the configured or the standard one. False when none was recorded by phone."""
        state = self._state(tenant, mailbox)
        if not state.greeting_at:
            return False
        await asyncio.to_thread(audio_files.remove, self._path(tenant, mailbox))
        await self._keep(dataclasses.replace(state, greeting_at=0.0, greeting_seconds=0.0))
        return True

    # --- what is gone, and what was left ---

    async def keep_only(self, tenant: str, mailboxes: Iterable[str]) -> None:
        """Forgets what belongs to mailboxes that are gone."""
        known = set(mailboxes)
        gone = [state for state in self.states(tenant) if state.mailbox not in known]
        for state in gone:
            del self._states[tenant, state.mailbox]
            await asyncio.to_thread(audio_files.remove, self._path(tenant, state.mailbox))
        if gone:
            await self._store.mailboxes.save([], gone)

    async def forget(self, tenant: str) -> None:
        """The organisation is gone."""
        await self.keep_only(tenant, ())
        await asyncio.to_thread(audio_files.remove_folder, audio_files.below(self._root, tenant))

    async def recover(self) -> None:
        """Takes up the rows, and puts right those that do not fit their files."""
        for row in self._store.mailboxes.load():
            self._states[row.tenant, row.mailbox] = row
        files = await asyncio.to_thread(audio_files.found, self._root, 2)
        await asyncio.to_thread(audio_files.remove, *(path for path in files if path.suffix == ".part"))
        there = {(path.parts[-2], path.stem): path for path in files if path.suffix == ".wav"}
        for key, path in there.items():
            made = path.stat().st_mtime
            state = self._state(*key)
            if made > state.greeting_at + SAME:
                seconds = (await asyncio.to_thread(wav.inspect, path)).seconds
                await self._keep(dataclasses.replace(state, greeting_at=made, greeting_seconds=seconds))
        for key, state in list(self._states.items()):
            if state.greeting_at and key not in there:
                await self._keep(dataclasses.replace(state, greeting_at=0.0, greeting_seconds=0.0))

    # --- inner ---

    def _state(self, tenant: str, mailbox: str) -> MailboxState:
        return self._states.get((tenant, mailbox)) or MailboxState(tenant=tenant, mailbox=mailbox)

    def _path(self, tenant: str, mailbox: str) -> Path:
        return audio_files.below(self._root, tenant, f"{mailbox}.wav")

    async def _keep(self, state: MailboxState) -> None:
        self._states[state.tenant, state.mailbox] = state
        now = self._clock()
        event = Event(number=0, at=now, kind="mailbox.changed", tenant=state.tenant, mailbox=state)
        self._store.journal.append(event)
        await self._store.mailboxes.save([state])
