"""Audio of messages and greetings from the core to a browser, in the pieces that it asks for."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from pbx.control.file_client import FileClient, Piece
from webapp.common import audio
from webapp.link import core
from webapp.voicemail.actions import keep_peaks
from webapp.voicemail.models import Mailbox, Message


def message(request: HttpRequest, row: Message) -> HttpResponseBase:
    """A message that passed the gate. Raises ControlError (404: gone meanwhile), ControlUnreachable."""
    tenant, key = str(row.organisation_id), row.message_id

    async def read(client: Any, start: int, size: int) -> Piece:
        return await FileClient(client).message_audio(tenant, key, start, size)

    return _answer(request, read, f"voicemail-{row.pk}.wav")


def peaks(row: Message) -> dict[str, Any]:
    """The wave form of a message that passed the gate; worked out once. Raises ControlError,
    ControlUnreachable."""
    if row.peaks is None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "message.wav"
            core.ask(lambda client: fetch(client, row, path))
            keep_peaks(row, audio.peaks(path))
    return {"seconds": row.seconds, "peaks": row.peaks}


async def fetch(client: Any, row: Message, target: Path) -> None:
    """The WAV of a message from the core into a file."""
    files, done = FileClient(client), 0
    with target.open("wb") as file:
        while True:
            piece = await files.message_audio(str(row.organisation_id), row.message_id, done)
            file.write(piece.data)
            done += len(piece.data)
            if done >= piece.total or not piece.data:
                return


def phone_greeting(request: HttpRequest, row: Mailbox) -> HttpResponseBase:
    """The greeting that the user of a mailbox recorded by phone."""
    tenant, key = str(row.organisation_id), str(row.pk)

    async def read(client: Any, start: int, size: int) -> Piece:
        return await FileClient(client).greeting_audio(tenant, key, start, size)

    return _answer(request, read, f"greeting-{row.pk}.wav")


def _answer(request: HttpRequest, read: Any, name: str) -> HttpResponseBase:
    total = core.ask(lambda client: read(client, 0, 1)).total

    async def piece(start: int, size: int) -> bytes:
        async with core.client() as client:
            return bytes((await read(client, start, size)).data)

    return audio.answer(request, total, piece, "audio/wav", name)
