"""A telephone company for tests: one UDP socket that keeps what came and answers as it is told.

It registers its customers with digest, answers OPTIONS, and refuses or takes calls with a code; whoever needs
a call with audio puts a real phone or sipp in its place.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.phones import net
from tests.phones.digest import Challenge, digest_response

REALM = "provider.test"


@dataclass
class Message:
    """One request as it came: first line, headers by small name in order, the text."""

    method: str
    uri: str
    headers: list[tuple[str, str]]
    text: str
    source: tuple[str, int]

    @classmethod
    def read(cls, data: bytes, source: tuple[str, int]) -> "Message":
        head, _, _ = data.decode().partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        method, uri, _ = (*first.split(" ", 2), "", "")[:3]
        pairs = [
            (name.strip().lower(), value.strip()) for name, _, value in (x.partition(":") for x in lines)
        ]
        return cls(method, uri, pairs, data.decode(), source)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    def __getitem__(self, name: str) -> str:
        """The first header of that name, "" without."""
        return next(iter(self.all(name)), "")


@dataclass
class Provider:
    """`codes` maps a method to the code it is answered with (0: not at all); `password` is what REGISTER must
    know, None lets everybody in. `requests` holds what came, without what was sent again."""

    address: str = "127.0.0.2"
    password: str | None = None
    codes: dict[str, int] = field(default_factory=dict)
    requests: list[Message] = field(default_factory=list)
    registered: dict[str, str] = field(default_factory=dict)
    answers: list[Message] = field(default_factory=list)
    port: int = 0

    async def __aenter__(self) -> Self:
        self.port = self.port or net.free_port()
        loop = asyncio.get_running_loop()
        self._nonce = secrets.token_hex(8)
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._take), local_addr=(self.address, self.port)
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._transport.close()

    def of(self, method: str) -> list[Message]:
        """Requests of a method, oldest first; one for each transaction."""
        found = {each["via"] + each["cseq"]: each for each in self.requests if each.method == method}
        return list(found.values())

    def invite(
        self,
        to: tuple[str, int],
        uri: str,
        *headers: str,
        caller: str = "+31101112222",
        method: str = "INVITE",
    ) -> str:
        """Send an INVITE without audio (or another method) to an address; returns its Call-ID. Answers come
        to `answers`."""
        call_id = secrets.token_hex(8)
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.address}:{self.port};rport;branch=z9hG4bK{call_id}",
            "Max-Forwards: 70",
            f"From: <sip:{caller}@{REALM}>;tag=p{call_id}",
            f"To: <{uri}>",
            f"Call-ID: {call_id}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:provider@{self.address}:{self.port}>",
            *headers,
            "Content-Length: 0",
        ]
        self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), to)
        return call_id

    def codes_of(self, call_id: str) -> list[int]:
        """Codes that came back for a request, in order, each once."""
        found = [int(each.uri) for each in self.answers if each["call-id"] == call_id]
        return list(dict.fromkeys(found))

    def _take(self, data: bytes, source: tuple[str, int]) -> None:
        if not data.strip():
            return
        message = Message.read(data, source)
        if message.method == "SIP/2.0":
            self.answers.append(message)  # its `uri` is the code
            return
        self.requests.append(message)
        if message.method == "REGISTER":
            self._register(message)
        elif message.method != "ACK":
            self._answer(message, self.codes.get(message.method, 200))

    def _register(self, message: Message) -> None:
        code = self.codes.get("REGISTER")
        if code is not None:
            self._answer(message, code)
        elif not self._knows(message):
            challenge = f'Digest realm="{REALM}", nonce="{self._nonce}", algorithm=MD5, qop="auth"'
            self._answer(message, 401, f"WWW-Authenticate: {challenge}")
        else:
            contact, expires = message["contact"], message["expires"] or "300"
            user = re.findall(r"sip:([^@]*)@", message["to"])[0]
            if expires == "0" or "expires=0" in contact:
                self.registered.pop(user, None)
                self._answer(message, 200)
                return
            self.registered[user] = contact.strip("<>").partition(";")[0]
            self._answer(message, 200, f"Contact: {contact};expires={expires}")

    def _knows(self, message: Message) -> bool:
        if self.password is None:
            return True
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', message["authorization"]))
        if not given:
            return False
        challenge = Challenge(realm=REALM, nonce=self._nonce, qop=given.get("qop", ""))
        user, nc = given["username"], int(given.get("nc", "0"), 16)
        wanted = digest_response(
            challenge, "REGISTER", given["uri"], user, self.password, nc, given.get("cnonce", "")
        )
        return given["response"] == wanted

    def _answer(self, message: Message, code: int, *extra: str) -> None:
        if not code:
            return
        tag = hashlib.md5(message["call-id"].encode()).hexdigest()[:8]
        to = message["to"] if "tag=" in message["to"] else f"{message['to']};tag={tag}"
        lines = [
            f"SIP/2.0 {code} Test",
            *(f"Via: {via}" for via in message.all("via")),
            f"From: {message['from']}",
            f"To: {to}",
            f"Call-ID: {message['call-id']}",
            f"CSeq: {message['cseq']}",
            *extra,
            "Content-Length: 0",
        ]
        self._transport.sendto(("\r\n".join(lines) + "\r\n\r\n").encode(), message.source)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data, addr)
