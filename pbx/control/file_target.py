"""What the control server needs of the core's audio files, as protocols. `pbx.files` has them.

Paths are of WAV files that stay while someone reads them. Ids come from the network: those that could lead
out of their folder raise ValueError.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from pbx.control.messages import MailboxState, RecordingState, SoundState, VoicemailMessage


class SoundFiles(Protocol):
    """Uploaded sounds."""

    async def states(self, tenant: str) -> Sequence[SoundState]:
        """What is here."""

    async def put(self, tenant: str, sound: str, sha256: str, data: AsyncIterator[bytes]) -> SoundState:
        """Takes one in. Raises ValueError with a sentence, OSError when the disk refuses."""


class MessageFiles(Protocol):
    """Voicemail."""

    def everything(self, tenant: str, mailbox: str | None = None) -> Sequence[VoicemailMessage]:
        """Messages, the deleted ones too, oldest first."""

    def audio(self, tenant: str, message: str) -> str | None:
        """Path; None when there is no such message."""

    async def change(
        self, tenant: str, message: str, *, read: bool | None = None, deleted: bool | None = None
    ) -> VoicemailMessage | None:
        """None when there is no such message."""

    async def remove(self, tenant: str, message: str) -> bool:
        """For good. False when there is no such message."""


class PersonalFiles(Protocol):
    """What was chosen by phone."""

    def states(self, tenant: str) -> Sequence[MailboxState]:
        """Of each mailbox where something was."""

    def recorded(self, tenant: str, mailbox: str) -> str | None:
        """Path of the greeting; None when there is none."""

    async def remove_greeting(self, tenant: str, mailbox: str) -> bool:
        """False when there is none."""


class RecordingFiles(Protocol):
    """Recordings that wait to be taken."""

    def waiting(self, tenant: str) -> Sequence[RecordingState]:
        """Oldest first."""

    def audio(self, tenant: str, recording: str) -> str | None:
        """Path; None when it does not wait here."""

    async def taken(self, tenant: str, recording: str) -> bool:
        """It is safe elsewhere. False when it does not wait here."""


class FileTarget(Protocol):
    """All of them."""

    @property
    def sounds(self) -> SoundFiles: ...
    @property
    def mailboxes(self) -> MessageFiles: ...
    @property
    def personal(self) -> PersonalFiles: ...
    @property
    def recordings(self) -> RecordingFiles: ...
