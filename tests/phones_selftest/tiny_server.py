"""A registrar with digest and a stateless proxy in a few lines, so that phones can be tried without the core.

Not a model of anything: it checks one digest, keeps one binding per user, forwards between transports by the
branch it added, and stays in the dialog by Record-Route.
"""

import asyncio
import re
import secrets
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.phones import net
from tests.phones.base import header
from tests.phones.digest import Challenge, digest_response

Send = Callable[[bytes], None]
REALM = "tiny.test"


class TinyServer:
    """Listens on `port` for UDP and TCP and on `port` + 1 for TLS; `passwords` by user name."""

    def __init__(self, passwords: dict[str, str], folder: Path, algorithm: str = "MD5") -> None:
        self.passwords, self.algorithm = passwords, algorithm
        self.port = net.free_port(2)
        self.bindings: dict[str, tuple[str, Send]] = {}
        self.registers: list[str] = []
        self._folder = folder
        self._nonce = secrets.token_hex(16)
        self._routes: dict[str, Send] = {}
        self._contacts: dict[str, Send] = {}
        self._servers: list[asyncio.Server] = []
        self._udp: asyncio.DatagramTransport | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Udp(self), local_addr=(net.LOOPBACK, self.port)
        )
        cert, key = net.self_signed(self._folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        for port, tls in ((self.port, None), (self.port + 1, context)):
            self._servers.append(await asyncio.start_server(self._serve, net.LOOPBACK, port, ssl=tls))
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._udp is not None:
            self._udp.close()
        for server in self._servers:
            server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while head := await self._head(reader):
                found = re.search(rb"(?im)^(?:content-length|l)\s*:\s*(\d+)", head)
                body = await reader.readexactly(int(found.group(1))) if found else b""
                self.handle(head + body, writer.write)
        except (asyncio.CancelledError, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self._connections.discard(task)

    async def _head(self, reader: asyncio.StreamReader) -> bytes:
        while True:
            line = await reader.readuntil(b"\r\n")
            if line != b"\r\n":
                return line + await reader.readuntil(b"\r\n\r\n")

    def handle(self, raw: bytes, reply: Send) -> None:
        """One message arrived; `reply` sends back where it came from."""
        text = raw.decode("utf-8", "replace")
        if not text.strip("\r\n\0 "):
            return
        if contact := re.search(r"sips?:(?:[^@>]+@)?([^;>]+)", header(text, "Contact")):
            self._contacts[contact.group(1)] = reply
        if text.startswith("SIP/2.0"):
            self._pass_answer(text)
            return
        method = text.split(" ", 1)[0]
        if method == "REGISTER":
            self._register(text, reply)
        elif method != "CANCEL" and "tag=" in header(text, "To") and header(text, "Route"):
            self._in_dialog(text, reply)
        elif method in ("INVITE", "ACK", "CANCEL", "MESSAGE"):
            self._forward(method, text, reply)
        elif method == "OPTIONS":
            reply(_answer(text, 200, "OK"))
        else:
            reply(_answer(text, 405, "Method Not Allowed"))

    def _authorised(self, text: str, method: str) -> bool:
        value = header(text, "Authorization") or header(text, "Proxy-Authorization")
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', value))
        user = given.get("username", "")
        if given.get("nonce") != self._nonce or user not in self.passwords:
            return False
        challenge = Challenge(REALM, self._nonce, self.algorithm, "auth" if "qop" in given else "")
        count = int(given.get("nc", "1"), 16)
        args = (method, given.get("uri", ""), user, self.passwords[user], count, given.get("cnonce", ""))
        return given.get("response") == digest_response(challenge, *args)

    def _challenge(self, text: str, name: str, code: int) -> bytes:
        value = f'Digest realm="{REALM}", nonce="{self._nonce}", algorithm={self.algorithm}, qop="auth"'
        return _answer(text, code, "Unauthorized", [f"{name}: {value}"])

    def _register(self, text: str, reply: Send) -> None:
        self.registers.append(text)
        if not self._authorised(text, "REGISTER"):
            reply(self._challenge(text, "WWW-Authenticate", 401))
            return
        found = re.search(r"sips?:([^@>]+)@", header(text, "To"))
        user = found.group(1) if found else ""
        contact = header(text, "Contact")
        inside = re.search(r";expires=(\d+)", contact)
        expires = int(inside.group(1) if inside else header(text, "Expires") or 3600)
        lines = []
        if contact == "*" or expires == 0:
            self.bindings.pop(user, None)
        elif contact:
            uri = re.search(r"<([^>]+)>", contact)
            self.bindings[user] = (uri.group(1) if uri else contact, reply)
            lines = [f"Contact: <{self.bindings[user][0]}>;expires={expires}"]
        reply(_answer(text, 200, "OK", lines))

    def _forward(self, method: str, text: str, reply: Send) -> None:
        found = re.match(r"\w+ sips?:([^@ ]+)@\S+ SIP/2.0", text)
        user = found.group(1) if found else ""
        key = _key(text)
        first = method == "INVITE" and "tag=" not in header(text, "To")
        if first and not self._authorised(text, method):
            reply(self._challenge(text, "Proxy-Authenticate", 407))
            return
        if method == "ACK" and key not in self._routes:
            return  # for our own 407
        if user not in self.bindings:
            if method != "ACK":
                reply(_answer(text, 404, "Not Found"))
            return
        uri, send = self.bindings[user]
        self._routes[key] = reply
        lines = ""
        if method == "INVITE":
            # One for each side, so that both keep to their own transport (RFC 5658).
            sides = (self._route(uri), self._route(header(text, "Contact")))
            lines = "".join(f"Record-Route: {side}\r\n" for side in sides)
        _start, rest = text.split("\r\n", 1)
        rest = re.sub(r"(?im)^Route\s*:.*?\r\n", "", rest)
        send((f"{method} {uri} SIP/2.0\r\n" + self._via(uri, key) + lines + rest).encode())

    def _in_dialog(self, text: str, reply: Send) -> None:
        """Loose routing by the Contact in the Request-URI."""
        uri = text.split(" ", 2)[1]
        found = re.match(r"sips?:(?:[^@>]+@)?([^;>]+)", uri)
        send = self._contacts.get(found.group(1)) if found else None
        if send is None:
            if not text.startswith("ACK"):
                reply(_answer(text, 481, "Call Does Not Exist"))
            return
        self._routes[_key(text)] = reply
        start, rest = text.split("\r\n", 1)
        rest = re.sub(r"(?im)^Route\s*:.*?\r\n", "", rest)
        send((f"{start}\r\n" + self._via(uri, _key(text)) + rest).encode())

    def _via(self, uri: str, key: str) -> str:
        return f"Via: SIP/2.0/{_transport(uri).upper()} {net.LOOPBACK}:{self.port};branch={key};rport\r\n"

    def _route(self, uri: str) -> str:
        transport = _transport(uri)
        return f"<sip:{net.LOOPBACK}:{self.port + (transport == 'tls')};transport={transport};lr>"

    def _pass_answer(self, text: str) -> None:
        found = re.search(r"branch=([^;,\s]+)", header(text, "Via"))
        send = self._routes.get(found.group(1)) if found else None
        if send is not None:
            # Our own Via is the first value; some phones fold all of them into one line.
            text = (
                re.sub(r"(?im)^(Via|v)(\s*:)[^,\r\n]*,\s*", r"\1\2 ", text, count=1)
                if _folded(text)
                else (re.sub(r"(?im)^(Via|v)\s*:.*?\r\n", "", text, count=1))
            )
            send(text.encode())


def _folded(text: str) -> bool:
    return "," in header(text, "Via")


def _key(request: str) -> str:
    """The branch this proxy adds: made from the one before, so that CANCEL and ACK get the same."""
    found = re.search(r"branch=([^;,\s]+)", header(request, "Via"))
    return "z9hG4bKtiny" + (found.group(1).removeprefix("z9hG4bK") if found else "none")


def _transport(uri: str) -> str:
    found = re.search(r"transport=(\w+)", uri)
    return found.group(1).lower() if found else "udp"


def _answer(request: str, code: int, phrase: str, lines: list[str] | None = None) -> bytes:
    head = request.split("\r\n\r\n", 1)[0].split("\r\n")[1:]
    copied = [line for line in head if re.match(r"(?i)(via|v|from|f|call-id|i|cseq)\s*:", line)]
    to = header(request, "To") or header(request, "t")
    tag = "" if "tag=" in to else ";tag=tiny"
    everything = [f"SIP/2.0 {code} {phrase}", *copied, f"To: {to}{tag}", *(lines or []), "Content-Length: 0"]
    return ("\r\n".join(everything) + "\r\n\r\n").encode()


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, server: TinyServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._server.handle(data, lambda raw: self._transport.sendto(raw, addr))
