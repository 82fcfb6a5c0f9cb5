"""Our own set of malformed and tortuous SIP requests and session descriptions, after the ideas of RFC 4475
(tortuous messages), RFC 5118 (IPv6) and what scanners send. `MESSAGES` holds all of them, `by_name` one;
`model` tells how to render them, `sending` how to send them and read the reaction."""

from tests.hostile.messages import framing, meaning, sdp, syntax
from tests.hostile.messages.model import DROP, Fill, HostileMessage, check, fill, render

MESSAGES = check((*syntax.CORRECT, *syntax.BROKEN, *framing.MESSAGES, *meaning.MESSAGES, *sdp.MESSAGES))

__all__ = ["DROP", "MESSAGES", "Fill", "HostileMessage", "by_name", "fill", "render"]


def by_name(name: str) -> HostileMessage:
    """The message of that name. Raises KeyError when there is none."""
    return {message.name: message for message in MESSAGES}[name]
