"""The courier's work with audio: sounds to the core, and what it has of voicemail and recordings."""

import time
from pathlib import Path

import structlog

from pbx.control.client import ControlClient, ControlError
from pbx.control.configuration import Snapshot
from pbx.control.file_client import FileClient
from webapp.link.database import in_database
from webapp.link.snapshot import Moving
from webapp.recordings import actions as recordings
from webapp.sounds.actions import sounds_of
from webapp.voicemail import actions as voicemail

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 30.0


class SoundCourier:
    """Brings sounds to the core before the snapshot that names them, and later those it could not take."""

    def __init__(self) -> None:
        self._late: dict[str, float] = {}

    def late(self, tenant: str) -> bool:
        """Whether it is time to try an organisation's missing sounds again."""
        return self._late.get(tenant, float("inf")) <= time.monotonic()

    async def bring(self, core: ControlClient, snapshot: Snapshot) -> str:
        """Puts what the core lacks; gives a sentence when something stays missing. A core whose disk is full,
        or a file that is gone, stops no configuration. Raises ControlError (401), ControlUnreachable,
        Moving."""
        self._late.pop(snapshot.tenant, None)
        if not snapshot.sounds:
            return ""
        files = FileClient(core)
        there = {state.id: state.sha256 for state in await files.sounds(snapshot.tenant)}
        wanted = {each.id: each.sha256 for each in snapshot.sounds if there.get(each.id) != each.sha256}
        if not wanted:
            return ""
        rows = await in_database(sounds_of, snapshot.tenant)
        paths = {str(row.pk): row.path for row in rows if wanted.get(str(row.pk)) == row.sha256}
        if wanted.keys() - paths.keys():
            raise Moving(f"sounds of {snapshot.tenant} were replaced")
        put = [await self._put(files, snapshot.tenant, key, wanted[key], paths[key]) for key in wanted]
        if all(put):
            return ""
        self._late[snapshot.tenant] = time.monotonic() + AGAIN_SECONDS
        return f"The core lacks {put.count(False)} sounds of {snapshot.name}; the log says why."

    async def _put(self, files: FileClient, tenant: str, sound: str, sha256: str, path: Path) -> bool:
        try:
            await files.put_sound(tenant, sound, sha256, path)
        except ControlError as error:
            if error.status in (401, 403):
                raise
            log.error("sound.refused", tenant=tenant, sound=sound, problem=error.problem.error)
            return False
        except OSError as error:
            log.error("sound.unreadable", tenant=tenant, sound=sound, error=str(error))
            return False
        log.info("sound.brought", tenant=tenant, sound=sound)
        return True


async def catch_up(core: ControlClient) -> None:
    """Takes over what the core has of messages and recordings: events about them may have been missed."""
    files = FileClient(core)
    for tenant in await core.tenants():
        messages, states = await files.messages(tenant), await files.mailboxes(tenant)
        await in_database(voicemail.reconcile, tenant, messages, states)
        for waiting in await files.recordings(tenant):
            await in_database(recordings.take, waiting)
