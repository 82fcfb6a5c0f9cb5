"""Voicemail as calls meet it (`Listener`): leaving a message, and listening to those that are there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pbx.calls.stages.logging_in import LogIn
from pbx.calls.stages.message import Errand, LeaveMessage
from pbx.control.configuration import MailboxConfig

if TYPE_CHECKING:
    from pbx.calls.call import Call
    from pbx.calls.stages.routing import Routing


class Voicemail:
    """The two ways into a mailbox."""

    def leave(
        self,
        call: "Call",
        routing: "Routing",
        box: MailboxConfig,
        *,
        greeting: str | None,
        extension: str | None,
        finish: Callable[[str, str], None],
    ) -> None:
        """Let the caller leave a message: `finish` gets "left" or "unavailable". `extension` is whom the
        caller wanted."""
        owner = extension or next(iter(box.extensions), "")
        errand = Errand(
            box=box,
            greeting=greeting,
            extension=extension,
            finish=finish,
            conclude=routing.conclude,
            lead_on=lambda number: routing.lead_on(number, owner),
            log_in=self.listen,
        )
        routing.run(LeaveMessage(call, errand))

    def listen(self, call: "Call", box: MailboxConfig | None) -> None:
        """The caller hears messages; asked for the mailbox when there is none of their own."""
        call.enter(LogIn(call, box))
