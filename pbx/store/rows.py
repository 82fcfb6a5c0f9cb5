"""The rows beside audio files: messages, what users of mailboxes chose by phone, recordings."""

from collections.abc import Awaitable, Iterable
from typing import TypeVar

from pbx.control.messages import MailboxState, RecordingState, VoicemailMessage, encode
from pbx.store.tables import Table

T = TypeVar("T", VoicemailMessage, MailboxState, RecordingState)


def key_of(row: VoicemailMessage | MailboxState | RecordingState) -> str:
    """What a row is found by. An id alone would let one organisation overwrite another's row."""
    return f"{row.tenant}\n{row.mailbox if isinstance(row, MailboxState) else row.id}"


class Rows(Table[T]):
    """Rows of one kind, synced to disk."""

    durable = True

    def save(self, changed: Iterable[T] = (), removed: Iterable[T] = ()) -> Awaitable[bool]:
        """True once written; False when the disk did not take it within a second (it is tried again)."""
        changes: list[tuple[str, bytes | None]] = [(key_of(row), None) for row in removed]
        changes += [(key_of(row), encode(row)) for row in changed]
        return self._put(changes)


class Messages(Rows[VoicemailMessage]):
    """Messages that are complete."""

    name, kind = "voicemail", VoicemailMessage


class BegunMessages(Rows[VoicemailMessage]):
    """Messages that are being left: who the caller is, should the core die meanwhile."""

    name, kind = "voicemail_begun", VoicemailMessage


class MailboxStates(Rows[MailboxState]):
    """What was chosen by phone."""

    name, kind = "mailboxes", MailboxState


class RecordingRows(Rows[RecordingState]):
    """Recordings that run, or wait to be taken."""

    name, kind = "recordings", RecordingState
