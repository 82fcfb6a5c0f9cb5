"""A mail server of a test: takes mails, refuses them, or breaks off, as it is told."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.phones import net


@dataclass
class MailServer:
    """`mails` that were taken; `answers` to the next ones ("451 later"; "break": the connection is cut after
    the mail was read, without an answer)."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("4") or answer.startswith("5"):
            return answer
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.recipients += envelope.rcpt_tos
        if answer == "break":
            server.transport.abort()
        return answer


@contextmanager
def server() -> Iterator[MailServer]:
    """Runs until the end of the block."""
    mail = MailServer(net.free_port())
    controller = Controller(mail, hostname="127.0.0.1", port=mail.port)
    controller.start()
    try:
        yield mail
    finally:
        controller.stop()
