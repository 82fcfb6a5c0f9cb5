"""SIP between a WebSocket, one message in a frame (RFC 7118), and a stream, where Content-Length says how
long it is (RFC 3261 section 18.3).

The core does with a browser's messages what it does with those of any phone: it goes by where they come from,
and points Contacts there. What would let a browser name another place is refused here.
"""

import re
from asyncio import StreamReader

MOST = 64_000  # bytes of a message; the core takes 65,000
PING, PONG = "\r\n\r\n", "\r\n"  # RFC 5626 section 4.4.1

_HEAD_END = b"\r\n\r\n"
_FIRST = re.compile(rb"(?:SIP/2\.0 [1-6][0-9]{2} [^\r\n]*|[A-Z]{1,32} [!-~]{1,1024} SIP/2\.0)")
_HEADER = re.compile(rb"([A-Za-z0-9.!%*_+`'~-]{1,64})[ \t]*:")
_LENGTH = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*([0-9]{1,6})[ \t]*(?=\r\n)", re.IGNORECASE)
# A way other than the connection that the message came over.
_ROUTES = frozenset({b"route", b"record-route", b"path"})
_MOST_LINES = 200


class BadMessage(ValueError):
    """This is not one SIP message of a browser; the text says why."""


def outgoing(frame: str) -> bytes:
    """What a browser sent, for the core. Raises BadMessage."""
    data = frame.encode()
    if len(data) > MOST:
        raise BadMessage("too long")
    head, end, body = data.partition(_HEAD_END)
    if not end:
        raise BadMessage("no end of the headers")
    lines = head.split(b"\r\n")
    if len(lines) > _MOST_LINES or not _FIRST.fullmatch(lines[0]):
        raise BadMessage("no SIP message")
    _check_headers(lines[1:])
    lengths = _LENGTH.findall(head + b"\r\n")
    if len(lengths) != 1 or int(lengths[0]) != len(body):
        raise BadMessage("not as long as Content-Length says")
    return data


def _check_headers(lines: list[bytes]) -> None:
    vias = 0
    for line in lines:
        if b"\r" in line or b"\n" in line or b"\0" in line:
            raise BadMessage("a line end that is none")
        if line[:1] in (b" ", b"\t"):
            raise BadMessage("a folded header")
        found = _HEADER.match(line)
        if found is None:
            raise BadMessage("a line that is no header")
        name = found[1].lower()
        if name in _ROUTES:
            raise BadMessage(f"a {found[1].decode()} header")
        if name in (b"via", b"v"):
            vias += 1 + line.count(b",")
    if vias != 1:
        raise BadMessage("not one Via")


async def incoming(reader: StreamReader) -> str:
    """The next message of the core. Raises IncompleteReadError at its end, LimitOverrunError or BadMessage
    for what is none."""
    head = b""
    while not head:  # keep-alives of the core are empty lines
        head = (await reader.readuntil(_HEAD_END)).lstrip(b"\r\n")
    if not head.endswith(_HEAD_END):
        head += await reader.readuntil(_HEAD_END)
    lengths = _LENGTH.findall(head)
    if len(lengths) != 1 or int(lengths[0]) > MOST:
        raise BadMessage("no length")
    body = await reader.readexactly(int(lengths[0]))
    return (head + body).decode(errors="replace")
