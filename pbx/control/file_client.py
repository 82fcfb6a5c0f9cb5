"""The client's side of audio: sounds to the core; voicemail, greetings and recordings from it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import quote

from pbx.control.client import ControlClient, ControlError
from pbx.control.commands import SetMessage
from pbx.control.messages import (
    MailboxState,
    RecordingState,
    SoundState,
    VoicemailMessage,
    decode,
    encode,
)

CHUNK = 256 * 2**10
UPLOAD_SECONDS = 120.0


class Piece(NamedTuple):
    """Some bytes of a file, and how many there are in all."""

    data: bytes
    total: int


class FileClient:
    """`FileClient(core)` for an open ControlClient; every method raises what those of it raise."""

    def __init__(self, core: ControlClient) -> None:
        self._core = core

    # --- sounds ---

    async def sounds(self, tenant: str) -> list[SoundState]:
        """What the core has."""
        return decode(await self._get(_path(tenant, "sounds")), list[SoundState])

    async def put_sound(self, tenant: str, sound: str, sha256: str, file: Path) -> SoundState:
        """Hands over a WAV of 16 kHz, mono, 16 bit. Raises OSError when the file cannot be read."""
        with await asyncio.to_thread(file.open, "rb") as opened:
            _, answer = await self._core.exchange(
                "PUT",
                _path(tenant, "sounds", sound),
                data=_pieces(opened),
                query={"sha256": sha256},
                headers={"Content-Type": "audio/wav"},
                seconds=UPLOAD_SECONDS,
            )
        return decode(answer, SoundState)

    # --- voicemail ---

    async def messages(self, tenant: str) -> list[VoicemailMessage]:
        """All messages, the deleted ones too, oldest first."""
        return decode(await self._get(_path(tenant, "voicemail")), list[VoicemailMessage])

    async def change_message(self, tenant: str, message: str, change: SetMessage) -> VoicemailMessage:
        """ControlError 404 when there is no such message."""
        _, answer = await self._core.exchange(
            "PATCH",
            _path(tenant, "voicemail", message),
            data=encode(change),
            headers={"Content-Type": "application/json"},
        )
        return decode(answer, VoicemailMessage)

    async def remove_message(self, tenant: str, message: str) -> bool:
        """For good. False when there was none."""
        return await self._delete(_path(tenant, "voicemail", message))

    async def message_audio(self, tenant: str, message: str, start: int = 0, size: int = CHUNK) -> Piece:
        """`size` bytes of the WAV from `start`, or fewer at its end. ControlError 404, 416."""
        return await self._piece(_path(tenant, "voicemail", message, "audio"), start, size)

    # --- mailboxes ---

    async def mailboxes(self, tenant: str) -> list[MailboxState]:
        """What was chosen by phone."""
        return decode(await self._get(_path(tenant, "mailboxes")), list[MailboxState])

    async def greeting_audio(self, tenant: str, mailbox: str, start: int = 0, size: int = CHUNK) -> Piece:
        """As `message_audio`, of the greeting recorded by phone."""
        return await self._piece(_path(tenant, "mailboxes", mailbox, "greeting"), start, size)

    async def remove_greeting(self, tenant: str, mailbox: str) -> bool:
        """False when none was recorded by phone."""
        return await self._delete(_path(tenant, "mailboxes", mailbox, "greeting"))

    # --- recordings ---

    async def recordings(self, tenant: str) -> list[RecordingState]:
        """Those that wait to be taken, oldest first."""
        return decode(await self._get(_path(tenant, "recordings")), list[RecordingState])

    async def recording_audio(self, tenant: str, recording: str, start: int = 0, size: int = CHUNK) -> Piece:
        """As `message_audio`."""
        return await self._piece(_path(tenant, "recordings", recording, "audio"), start, size)

    async def recording_taken(self, tenant: str, recording: str) -> bool:
        """The core may forget it. False when it had already."""
        return await self._delete(_path(tenant, "recordings", recording))

    # --- inner ---

    async def _get(self, path: str) -> bytes:
        _, answer = await self._core.exchange("GET", path)
        return answer

    async def _delete(self, path: str) -> bool:
        try:
            await self._core.exchange("DELETE", path)
        except ControlError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def _piece(self, path: str, start: int, size: int) -> Piece:
        wanted = {"Range": f"bytes={start}-{start + size - 1}"}
        headers, data = await self._core.exchange("GET", path, headers=wanted)
        _, _, total = headers.get("Content-Range", "").rpartition("/")
        return Piece(data, int(total) if total.isdigit() else len(data))


def _path(tenant: str, *names: str) -> str:
    return "/".join(["/v1/tenants", *(quote(name, safe="") for name in (tenant, *names))])


async def _pieces(opened: BinaryIO) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(opened.read, CHUNK):
        yield piece
