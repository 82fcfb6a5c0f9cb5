"""A SIP client that sends exactly what it is told, over UDP, TCP or TLS, and shows exactly what came back.

For the registrar's rules and for exact answers. It keeps no transactions: it sends nothing again and answers
nothing unless a test says so.
"""

import asyncio
import contextlib
import re
import secrets
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import sipmessage

from tests.phones import net
from tests.phones.base import DEADLINE_S, Account, PhoneError, Transport
from tests.phones.digest import choose_challenge, credentials

Header = tuple[str, str]
Message = sipmessage.Request | sipmessage.Response
KEEP_ALIVES = (b"\r\n\r\n", b"\r\n")

SDP = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)


def branch() -> str:
    """A new branch with RFC 3261's magic cookie."""
    return "z9hG4bK" + secrets.token_hex(8)


class RawSip:
    """One socket towards one SIP server. Use as an async context manager.

    `inbox` holds every message received and not yet taken; `unparsed` what sipmessage refused, as bytes;
    `closed` is true when the other side closed the connection (TCP, TLS).
    """

    def __init__(
        self, host: str, port: int, transport: Transport = "udp", ca_file: Path | None = None
    ) -> None:
        self.host, self.port, self.transport = host, port, transport
        self.local_port = 0
        self.inbox: list[Message] = []
        self.unparsed: list[bytes] = []
        self.history: list[str] = []
        self.keep_alives = 0
        self.closed = False
        self._ca_file = ca_file
        self._udp: asyncio.DatagramTransport | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reader_task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    # --- socket -----------------------------------------------------------------------------------

    async def open(self) -> None:
        """Bind (UDP) or connect. A TLS certificate is checked only when `ca_file` was given."""
        if self.transport == "udp":
            self.local_port = net.free_port()
            local = (net.LOOPBACK, self.local_port)
            loop = asyncio.get_running_loop()
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self._take), local_addr=local, remote_addr=(self.host, self.port)
            )
            return
        context: ssl.SSLContext | None = None
        if self.transport == "tls":
            context = ssl.create_default_context(cafile=str(self._ca_file) if self._ca_file else None)
            if self._ca_file is None:
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # A port of the system's choice: those of ended connections stay taken for a minute.
        reader, self._writer = await asyncio.open_connection(self.host, self.port, ssl=context)
        self.local_port = self._writer.get_extra_info("sockname")[1]
        self._reader_task = asyncio.create_task(self._read_stream(reader))

    async def close(self) -> None:
        """Close the socket; nothing is said to the other side."""
        if self._udp is not None:
            self._udp.close()
        if self._reader_task is not None:
            self._reader_task.cancel()
            await asyncio.gather(self._reader_task, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError, ssl.SSLError, TimeoutError):
                await asyncio.wait_for(self._writer.wait_closed(), 1.0)

    async def send(self, data: bytes | str) -> None:
        """Send these bytes, one datagram on UDP. Raises ConnectionError on a closed connection."""
        raw = data.encode() if isinstance(data, str) else data
        self.history.append(f">>> {raw[:4000].decode('utf-8', 'replace')}")
        if self._udp is not None:
            self._udp.sendto(raw)
        elif self._writer is not None:
            self._writer.write(raw)
            await self._writer.drain()

    async def _read_stream(self, reader: asyncio.StreamReader) -> None:
        pending = b""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while chunk := await reader.read(65536):
                pending = self._split(pending + chunk)
        self.closed = True

    def _split(self, data: bytes) -> bytes:
        """Take whole messages off a stream by Content-Length (RFC 3261 section 18.3); returns the rest."""
        while data:
            for ping in KEEP_ALIVES:
                if data.startswith(ping):
                    self.keep_alives += 1
                    data = data[len(ping) :]
            head, mark, _ = data.partition(b"\r\n\r\n")
            if not mark:
                return data
            found = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
            size = len(head) + 4 + (int(found.group(1)) if found else 0)
            if len(data) < size:
                return data
            self._take(data[:size])
            data = data[size:]
        return data

    def _take(self, raw: bytes) -> None:
        self.history.append(f"<<< {raw[:4000].decode('utf-8', 'replace')}")
        if not raw.strip(b"\r\n\0 "):
            self.keep_alives += 1
            return
        try:
            self.inbox.append(sipmessage.Message.parse(raw))
        except (ValueError, UnicodeDecodeError):
            self.unparsed.append(raw)

    # --- waits ------------------------------------------------------------------------------------

    def failure(self, what: str) -> str:
        """`what` followed by the last messages of this socket."""
        return f"raw {self.transport} {self.local_port}: {what}\n" + "\n".join(self.history[-12:])

    async def until(self, happened: Callable[[], bool], what: str, timeout: float = DEADLINE_S) -> None:
        """Poll until `happened()`; raises PhoneError with the last messages otherwise."""
        deadline = time.monotonic() + timeout
        while not happened():
            if time.monotonic() > deadline:
                raise PhoneError(self.failure(f"no {what} within {timeout:g} s"))
            await asyncio.sleep(0.005)

    async def take(self, fits: Callable[[Message], bool], what: str, timeout: float = DEADLINE_S) -> Message:
        """Take the first message out of the inbox that `fits`, waiting for it."""
        await self.until(lambda: any(fits(message) for message in self.inbox), what, timeout)
        found = next(message for message in self.inbox if fits(message))
        self.inbox.remove(found)
        return found

    async def wait_request(self, method: str, timeout: float = DEADLINE_S) -> sipmessage.Request:
        """The next request of `method`, for a phone that is called."""
        message = await self.take(
            lambda m: isinstance(m, sipmessage.Request) and m.method == method, method, timeout
        )
        assert isinstance(message, sipmessage.Request)
        return message

    async def wait_response(
        self, call_id: str, cseq: int | None = None, *, final: bool = True, timeout: float = DEADLINE_S
    ) -> sipmessage.Response:
        """The next answer in that Call-ID (and CSeq number); provisional ones are dropped when `final`."""

        def fits(message: Message) -> bool:
            return (
                isinstance(message, sipmessage.Response)
                and message.headers.get("Call-ID") == call_id
                and (cseq is None or message.cseq.sequence == cseq)
                and (not final or message.code >= 200)
            )

        message = await self.take(fits, "answer", timeout)
        assert isinstance(message, sipmessage.Response)
        return message

    async def expect_silence(self, seconds: float = 1.0) -> None:
        """Fail when anything but keep-alives arrives within `seconds`."""
        with contextlib.suppress(PhoneError):
            await self.until(lambda: bool(self.inbox or self.unparsed), "message", seconds)
            raise AssertionError(self.failure("expected silence"))

    # --- requests ---------------------------------------------------------------------------------

    @property
    def contact(self) -> str:
        """URI of this socket."""
        tail = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:raw@{net.LOOPBACK}:{self.local_port}{tail}"

    def sdp(self, rtp_port: int = 40000) -> bytes:
        """A plain offer of PCMA, PCMU and telephone-event."""
        return SDP.format(host=net.LOOPBACK, port=rtp_port).encode()

    def request(
        self,
        method: str,
        uri: str,
        *,
        sender: str = "sip:raw@127.0.0.1",
        to: str | None = None,
        call_id: str | None = None,
        cseq: int = 1,
        from_tag: str | None = None,
        to_tag: str = "",
        headers: Iterable[Header] = (),
        body: bytes = b"",
        content_type: str = "application/sdp",
        via_branch: str | None = None,
    ) -> bytes:
        """A well-formed request with exactly these headers added after the usual ones; no Contact unless
        given."""
        sent_by = f"{net.LOOPBACK}:{self.local_port}"
        via = f"SIP/2.0/{self.transport.upper()} {sent_by};branch={via_branch or branch()}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: {via};rport",
            "Max-Forwards: 70",
            f"From: <{sender}>;tag={from_tag or secrets.token_hex(4)}",
            f"To: <{to or uri}>" + (f";tag={to_tag}" if to_tag else ""),
            f"Call-ID: {call_id or secrets.token_hex(8)}",
            f"CSeq: {cseq} {method}",
            *(f"{name}: {value}" for name, value in headers),
        ]
        if body:
            lines.append(f"Content-Type: {content_type}")
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    async def ask(self, data: bytes, timeout: float = DEADLINE_S) -> sipmessage.Response:
        """Send a well-formed request and return its final answer."""
        call_id, cseq = _field(data, "Call-ID"), int(_field(data, "CSeq").split()[0])
        await self.send(data)
        return await self.wait_response(call_id, cseq, timeout=timeout)

    async def ask_with_digest(
        self,
        account: Account,
        method: str,
        uri: str,
        *,
        algorithm: str = "SHA-256",
        cseq: int = 1,
        call_id: str | None = None,
        **fields: object,
    ) -> sipmessage.Response:
        """Send, answer the challenge (401 or 407) once with the account's password, return the final answer.

        The second request has the next CSeq. `fields` are those of `request`.
        """
        call_id = call_id or secrets.token_hex(8)
        fields.setdefault("from_tag", secrets.token_hex(4))
        fields.setdefault("sender", f"sip:{account.user}@{account.domain}")
        extra = list(fields.pop("headers", ()))  # type: ignore[call-overload]
        make = self.request
        first = make(method, uri, call_id=call_id, cseq=cseq, headers=extra, **fields)  # type: ignore[arg-type]
        answer = await self.ask(first)
        if answer.code not in (401, 407):
            return answer
        if method == "INVITE":
            await self.send(self.ack_failure(first, answer))
        asked, reply = ("WWW-Authenticate", "Authorization")
        if answer.code == 407:
            asked, reply = ("Proxy-Authenticate", "Proxy-Authorization")
        challenge = choose_challenge(answer.headers.getlist(asked), algorithm)
        value = credentials(challenge, method, uri, account.user, account.password)
        headers = [*extra, (reply, value)]
        again = make(method, uri, call_id=call_id, cseq=cseq + 1, headers=headers, **fields)  # type: ignore[arg-type]
        return await self.ask(again)

    async def register(
        self,
        account: Account,
        contacts: str | Sequence[str] | None = None,
        expires: int | None = None,
        *,
        call_id: str | None = None,
        cseq: int = 1,
        path: str | None = None,
        headers: Iterable[Header] = (),
        algorithm: str = "SHA-256",
    ) -> sipmessage.Response:
        """REGISTER with digest. `contacts` are whole Contact values (`<sip:…>;expires=60`), "*" removes all,
        an empty list asks what is bound, None binds this socket. `path` is a Path value (RFC 3327)."""
        values = (
            [f"<{self.contact}>"]
            if contacts is None
            else [contacts]
            if isinstance(contacts, str)
            else contacts
        )
        lines: list[Header] = [("Contact", value) for value in values]
        if expires is not None:
            lines.append(("Expires", str(expires)))
        if path is not None:
            lines += [("Path", path), ("Supported", "path")]
        aor = f"sip:{account.user}@{account.domain}"
        return await self.ask_with_digest(
            account,
            "REGISTER",
            f"sip:{account.domain}",
            algorithm=algorithm,
            cseq=cseq,
            call_id=call_id,
            to=aor,
            headers=[*lines, *headers],
        )

    # --- dialogs ----------------------------------------------------------------------------------

    def ack_failure(self, invite: bytes, answer: sipmessage.Response) -> bytes:
        """The ACK for a 3xx-6xx answer: same branch and CSeq number (RFC 3261 section 17.1.1.3)."""
        uri = invite.split(b" ", 2)[1].decode()
        lines = [
            f"ACK {uri} SIP/2.0",
            f"Via: {_field(invite, 'Via')}",
            "Max-Forwards: 70",
            f"From: {_field(invite, 'From')}",
            f"To: {answer.headers.get('To')}",
            f"Call-ID: {_field(invite, 'Call-ID')}",
            f"CSeq: {_field(invite, 'CSeq').split()[0]} ACK",
            "Content-Length: 0",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def cancel(self, invite: bytes) -> bytes:
        """The CANCEL of an INVITE sent before (RFC 3261 section 9.1)."""
        uri = invite.split(b" ", 2)[1].decode()
        lines = [
            f"CANCEL {uri} SIP/2.0",
            *(f"{name}: {_field(invite, name)}" for name in ("Via", "From", "To", "Call-ID")),
            "Max-Forwards: 70",
            f"CSeq: {_field(invite, 'CSeq').split()[0]} CANCEL",
            "Content-Length: 0",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def in_dialog(
        self,
        method: str,
        answer: sipmessage.Response,
        cseq: int,
        headers: Iterable[Header] = (),
        body: bytes = b"",
    ) -> bytes:
        """A request of the caller in the dialog that `answer` to our INVITE made: ACK, BYE, re-INVITE,
        UPDATE, INFO."""
        contact = answer.contact[0].uri if answer.contact else answer.to_address.uri
        routes = [("Route", value) for value in reversed(answer.headers.getlist("Record-Route"))]
        return self.request(
            method,
            str(contact),
            sender=str(answer.from_address.uri),
            to=str(answer.to_address.uri),
            call_id=answer.call_id,
            cseq=cseq,
            from_tag=answer.from_address.parameters.get("tag") or "",
            to_tag=answer.to_address.parameters.get("tag") or "",
            headers=[*routes, *headers],
            body=body,
        )

    async def respond(
        self,
        request: sipmessage.Request,
        code: int,
        phrase: str = "",
        *,
        to_tag: str = "",
        headers: Iterable[Header] = (),
        body: bytes = b"",
    ) -> None:
        """Answer a request: Via, From, To, Call-ID, CSeq copied, `to_tag` added where the request had
        none."""
        to = request.headers.get("To") or ""
        if to_tag and "tag=" not in to:
            to += f";tag={to_tag}"
        lines = [f"SIP/2.0 {code} {phrase or 'Answer'}"]
        lines += [f"Via: {value}" for value in request.headers.getlist("Via")]
        lines += [f"Record-Route: {value}" for value in request.headers.getlist("Record-Route")]
        lines += [f"From: {request.headers.get('From')}", f"To: {to}"]
        lines += [f"{name}: {request.headers.get(name)}" for name in ("Call-ID", "CSeq")]
        lines += [f"{name}: {value}" for name, value in headers]
        if body:
            lines.append("Content-Type: application/sdp")
        lines.append(f"Content-Length: {len(body)}")
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data)

    def error_received(self, exc: Exception) -> None:
        """A port that nobody listens on; the wait for an answer tells it better."""


def _field(message: bytes, name: str) -> str:
    found = re.search(rf"(?im)^{re.escape(name)}\s*:\s*(.*?)\r?$", message.decode("utf-8", "replace"))
    return found.group(1) if found else ""


def contacts_of(response: sipmessage.Response) -> Mapping[str, int]:
    """The bindings in the answer to a REGISTER: URI to seconds left (-1 when it does not say)."""
    return {str(c.uri): int(c.parameters.get("expires") or -1) for c in response.contact}
