"""Voicemail as calls meet it: leaving a message, and listening to those that are there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pbx.control.configuration import MailboxConfig

if TYPE_CHECKING:
    from pbx.calls.call import Call


class Voicemail:
    """The mailboxes of this node (`Listener`)."""

    def leave(
        self,
        call: "Call",
        box: MailboxConfig,
        greeting: str | None,
        extension: str | None,
        finish: Callable[[str, str], None],
        lead_on: Callable[[str], None],
    ) -> None:
        """Let the caller leave a message."""
        finish("unavailable", "no messages are taken")

    def listen(self, call: "Call", box: MailboxConfig | None) -> None:
        """The caller hears messages."""
        call.fail_as("failed")
