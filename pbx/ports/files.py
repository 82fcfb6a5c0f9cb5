"""What the logic sees of the core's audio files: messages, greetings, PINs, recordings.

Reading answers at once, from memory. What is awaited is safe on disk when it returns, and the event that
tells of it is written with it: the logic emits none of its own. Times are Unix seconds.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pbx.control.configuration import MailboxConfig
from pbx.control.messages import RecordingState, VoicemailMessage
from pbx.ports.sounds import Stored


class Counts(NamedTuple):
    """Messages of a mailbox that are not deleted: not read yet, and read."""

    new: int
    old: int


class Mailboxes(Protocol):
    """Voicemail messages."""

    def messages(self, tenant: str, mailbox: str) -> Sequence[VoicemailMessage]:
        """Those that are not deleted, oldest first."""

    def counts(self, tenant: str, mailbox: str) -> Counts: ...

    def audio(self, tenant: str, message: str) -> str | None:
        """Path of the WAV of a message; None when there is no such message."""

    def room(self, wanted: int) -> bool:
        """Whether `wanted` bytes still fit on the disk; if not, refuse in words and raise the alarm."""

    def begin(self, message: VoicemailMessage) -> str | None:
        """Where to record it (`seconds` 0). None when the disk does not take it."""

    async def finish(self, tenant: str, message: str) -> VoicemailMessage | None:
        """After RecordingEnded: safe and told. None when there is nothing to keep, or the disk refuses."""

    async def discard(self, tenant: str, message: str) -> None:
        """It is no message after all."""

    async def change(
        self, tenant: str, message: str, *, read: bool | None = None, deleted: bool | None = None
    ) -> VoicemailMessage | None:
        """Read or unread, deleted or taken back. None when there is no such message."""


class Personal(Protocol):
    """What the user of a mailbox chooses by phone."""

    def pin(self, tenant: str, config: MailboxConfig) -> str | None:
        """The PIN that holds, for `pbx.control.pins.right`; None when none was chosen."""

    async def set_pin(self, tenant: str, mailbox: str, pin: str) -> None:
        """`pin` as `pbx.control.pins.hashed` gives it."""

    def greeting(self, tenant: str, config: MailboxConfig, status: str | None) -> Stored | None:
        """What callers hear while the owner is in `status`; None is the standard greeting."""

    def begin_greeting(self, tenant: str, mailbox: str) -> str | None:
        """Where to record one. None when the disk does not take it."""

    async def finish_greeting(self, tenant: str, mailbox: str) -> bool:
        """After RecordingEnded: use it from now on. False when nothing was recorded or the disk refuses."""

    async def discard_greeting(self, tenant: str, mailbox: str) -> None:
        """Throw the one away that is being recorded."""

    async def remove_greeting(self, tenant: str, mailbox: str) -> bool:
        """Back to the configured or the standard greeting. False when none was recorded by phone."""


class Recordings(Protocol):
    """Recordings of calls."""

    def room(self, wanted: int) -> bool:
        """Whether `wanted` bytes still fit on the disk."""

    def begin(self, recording: RecordingState) -> str | None:
        """Where to record it. None when the disk does not take it."""

    async def change(
        self, tenant: str, recording: str, *, paused: bool | None = None, keep: bool | None = None
    ) -> RecordingState | None:
        """None when it does not run."""

    async def finish(self, tenant: str, recording: str, reason: str) -> RecordingState | None:
        """After RecordingEnded: kept for the control plane, or thrown away when it need not be kept. None
        when it does not run, or the disk refuses."""
