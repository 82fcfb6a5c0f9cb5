"""What a hostile message is, how it is written down and how it becomes bytes.

Templates hold placeholders between @ signs; `render` fills them. The header line of credentials stands where
@AUTH@ stands, or nowhere.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Transport = Literal["udp", "tcp", "tls"]
Header = tuple[str, str]
STREAMS: tuple[Transport, ...] = ("tcp", "tls")
EVERYWHERE: tuple[Transport, ...] = ("udp", "tcp", "tls")

#: Reaction "nothing comes back" (or, on a stream, the connection is closed).
DROP = 0
CHALLENGED = frozenset({401, 407})
#: Broken beyond doubt: say so, or say nothing.
REFUSED = frozenset({DROP, 400})
#: Odd but correct, and answered as any such request would be. 403, 404, 405, 480: policy.
FINE = frozenset({200, 202, 403, 404, 405, 480, 481, 486, 487, 488, 489, 501, 503, 603})
#: Either reading is defensible.
EITHER = REFUSED | FINE | CHALLENGED


@dataclass(frozen=True)
class HostileMessage:
    """One message of the set.

    `allowed` are the acceptable final codes when it is sent without credentials, `allowed_known` with good
    ones of a registered user; DROP stands for silence. 500 is in none of them: an internal error is a bug.
    `rings` marks those that may make the target ring (an INVITE that is correct after all): cancel it
    afterwards.
    """

    name: str
    odd: str
    template: bytes
    allowed: frozenset[int]
    allowed_known: frozenset[int]
    transports: tuple[Transport, ...] = EVERYWHERE
    rings: bool = False

    @property
    def method(self) -> str:
        """First word of the start line, for the digest."""
        return self.template.lstrip(b"\r\n").split(b" ", 1)[0].decode("latin-1")

    @property
    def uri_template(self) -> str:
        """Second word of the start line, for the digest."""
        words = self.template.lstrip(b"\r\n").split(b"\r\n", 1)[0].split()
        return words[1].decode("latin-1") if len(words) > 1 else ""


@dataclass(frozen=True)
class Fill:
    """Values of the placeholders: who calls whom, from which socket, in which transaction."""

    user: str
    target: str
    domain: str
    host: str
    port: int
    transport: Transport
    branch: str
    call_id: str
    tag: str

    def values(self) -> Mapping[str, str]:
        return {
            "USER": self.user,
            "TARGET": f"{self.target}@{self.domain}",
            "DOMAIN": self.domain,
            "HOST": self.host,
            "PORT": str(self.port),
            "TRANSPORT": self.transport.upper(),
            "BRANCH": self.branch,
            "CALLID": self.call_id,
            "TAG": self.tag,
            "CONTACT": f"sip:{self.user}@{self.host}:{self.port};transport={self.transport}",
        }


def fill(text: str, values: Fill) -> str:
    """Replace the placeholders in a piece of a template, such as its URI."""
    for name, value in values.values().items():
        text = text.replace(f"@{name}@", value)
    return text


def render(message: HostileMessage, values: Fill, authorization: str = "") -> bytes:
    """The bytes to send. `authorization` is a whole header line without line end, or "" for none.

    @LENGTH@ becomes the number of bytes after the first empty line.
    """
    data = message.template
    line = authorization.encode()
    data = re.sub(rb"@AUTH@(\r\n|\n|\r)", lambda found: line + found.group(1) if line else b"", data)
    for name, value in values.values().items():
        data = data.replace(f"@{name}@".encode(), value.encode())
    _head, _mark, body = data.partition(b"\r\n\r\n")
    return data.replace(b"@LENGTH@", str(len(body)).encode())


def sip(
    method: str = "OPTIONS",
    uri: str = "sip:@TARGET@",
    *,
    start: str | None = None,
    replace: Mapping[str, str | None] | None = None,
    add: Iterable[Header] = (),
    body: bytes | str = b"",
    kind: str = "application/sdp",
    length: str | None = "@LENGTH@",
) -> bytes:
    """A correct request with parts exchanged: `replace` gives headers another value (None leaves them out),
    `add` adds lines before Content-Length, `start` is another start line, `length` another Content-Length
    (None: no such header)."""
    headers: dict[str, str | None] = {
        "Via": "SIP/2.0/@TRANSPORT@ @HOST@:@PORT@;branch=@BRANCH@;rport",
        "Max-Forwards": "70",
        "From": "<sip:@USER@@@DOMAIN@>;tag=@TAG@",
        "To": "<sip:@TARGET@>",
        "Call-ID": "@CALLID@",
        "CSeq": f"1 {method}",
        "Contact": "<@CONTACT@>",
    }
    headers.update(replace or {})
    lines = [start if start is not None else f"{method} {uri} SIP/2.0"]
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    lines.append("@AUTH@")
    lines += [f"{name}: {value}" for name, value in add]
    raw = body.encode() if isinstance(body, str) else body
    if raw:
        lines.append(f"Content-Type: {kind}")
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


def invite(body: bytes | str, *, add: Iterable[Header] = (), kind: str = "application/sdp") -> bytes:
    """An INVITE to the target with this body."""
    return sip("INVITE", body=body, add=add, kind=kind)


_NAME = re.compile(r"^[a-z0-9-]+$")


def check(messages: Iterable[HostileMessage]) -> tuple[HostileMessage, ...]:
    """The messages as a tuple. Raises ValueError when a name is odd or used twice."""
    found: dict[str, HostileMessage] = {}
    for message in messages:
        if not _NAME.match(message.name) or message.name in found:
            raise ValueError(f"bad or repeated name {message.name}")
        found[message.name] = message
    return tuple(found.values())
