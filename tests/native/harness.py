"""Drives tests/native/agent.py, and speaks SIP to it through plain sockets."""

from __future__ import annotations

import itertools
import json
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.phones import net

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10.0  # seconds until something that should come counts as missing
_calls = itertools.count(1)


def until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Polls until the condition is true, and returns its value."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {patience} s in vain: {what}"
        time.sleep(0.005)


class Agent:
    """The other process. Attribute calls are commands: agent.native("deny", "127.0.0.1")."""

    def __init__(self, certificate: Path | None = None, key: Path | None = None) -> None:
        self.port = net.free_port(2)
        self.tls_port = self.port + 1 if certificate else 0
        self.events: list[dict[str, Any]] = []
        self._replies: queue.Queue[dict[str, Any]] = queue.Queue()
        self._numbers = itertools.count(1)
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.native.agent",
                str(self.port),
                str(self.tls_port),
                str(certificate),
                str(key),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.wait("ready")

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if not line.startswith("{"):
                continue
            said = json.loads(line)
            if "reply" in said:
                self._replies.put(said)
            else:
                self.events.append(said)

    def command(self, do: str, **arguments: Any) -> Any:
        assert self.process.stdin
        number = next(self._numbers)
        self.process.stdin.write(json.dumps({"do": do, "number": number, **arguments}) + "\n")
        self.process.stdin.flush()
        reply = self._replies.get(timeout=PATIENCE * 2)
        assert reply["reply"] == number
        if "error" in reply:
            raise RuntimeError(reply["error"])
        return reply["value"]

    def native(self, name: str, *arguments: Any) -> Any:
        return self.command("native", name=name, arguments=list(arguments))

    def policy(self, **policy: Any) -> None:
        self.command("policy", **policy)

    def screen_all(self, verdict: Any) -> None:
        self.command("policy", **{"*": verdict})

    def found(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            e
            for e in list(self.events)
            if e["event"] == event and all(e.get(name) == value for name, value in fields.items())
        ]

    def settled(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        """Such events among all that the agent has said by now."""
        self.native("held")
        return self.found(event, **fields)

    def wait(self, event: str, **fields: Any) -> dict[str, Any]:
        """The first such event, whether it has come already or not."""
        matches: list[dict[str, Any]] = until(
            lambda: self.found(event, **fields) or self._still_alive(), f"{event} {fields}"
        )
        return matches[0]

    def _still_alive(self) -> None:
        assert self.process.poll() is None, f"the agent ended with code {self.process.returncode}"

    def alive(self) -> bool:
        return self.process.poll() is None

    def quit(self, uninstall: bool = True) -> int:
        if self.alive():
            self.command("quit", uninstall=uninstall)
        return self.process.wait(timeout=PATIENCE)

    def end(self) -> None:
        if self.alive():
            self.process.kill()
        self.process.wait()


class Phone:
    """A socket that sends SIP as text. Over TCP it keeps one connection."""

    def __init__(self, agent: Agent, transport: str = "udp", connection: socket.socket | None = None) -> None:
        self.transport = transport
        if connection:
            self.socket = connection
        elif transport == "udp":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("127.0.0.1", 0))
            self.socket.connect(("127.0.0.1", agent.port))
        else:
            self.socket = socket.create_connection(("127.0.0.1", agent.port))
        self.socket.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.agent = agent
        self._buffer = b""

    def send(self, text: str | bytes) -> None:
        self.socket.sendall(text.encode() if isinstance(text, str) else text)

    def receive(self, patience: float = PATIENCE) -> str:
        """The next SIP message; '' on time-out or end of connection."""
        self.socket.settimeout(patience)
        try:
            if self.transport == "udp":
                return self.socket.recv(65535).decode("utf-8", "replace")
            return self._receive_stream()
        except TimeoutError:
            return ""
        except ConnectionError:
            return ""

    def _receive_stream(self) -> str:
        while b"\r\n\r\n" not in self._buffer.lstrip(b"\r\n"):
            data = self.socket.recv(65535)
            if not data:
                return ""
            self._buffer += data
        self._buffer = self._buffer.lstrip(b"\r\n")
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        length = int(header_of(head.decode("utf-8", "replace"), "Content-Length") or 0)
        while len(rest) < length:
            rest += self.socket.recv(65535)
        self._buffer = rest[length:]
        return (head + b"\r\n\r\n" + rest[:length]).decode("utf-8", "replace")

    def request(
        self,
        method: str,
        *headers: str,
        body: str = "",
        call_id: str = "",
        to: str = "<sip:bob@example.org>",
        contact: str = "<sip:alice@phone.invalid:5999>",
        cseq: int = 1,
        branch: str = "",
        via: str = "",
        uri: str = "",
    ) -> str:
        """A well-formed request as text; headers are whole lines."""
        number = next(_calls)
        lines = [
            f"{method} {uri or f'sip:bob@127.0.0.1:{self.agent.port}'} SIP/2.0",
            via or self.via(branch or str(number)),
            "Max-Forwards: 70",
            f'From: "Alice" <sip:alice@example.org>;tag=a{"".join(filter(str.isalnum, call_id)) or number}',
            f"To: {to}",
            f"Call-ID: {call_id or f'call-{number}@test'}",
            f"CSeq: {cseq} {method}",
            *([f"Contact: {contact}"] if contact else []),
            *headers,
            f"Content-Length: {len(body.encode())}",
        ]
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def ask(self, method: str, *headers: str, **options: Any) -> str:
        """Sends a request and returns the first answer."""
        self.send(self.request(method, *headers, **options))
        return self.receive()

    def via(self, branch: str) -> str:
        """The header of a request from this socket."""
        return f"Via: SIP/2.0/{self.transport.upper()} 127.0.0.1:{self.port};rport;branch=z9hG4bK{branch}"

    def reply(self, request: str, code: int, *headers: str, tag: str = "phone", body: str = "") -> None:
        """Answers a request that the agent sent here."""
        lines = [f"SIP/2.0 {code} Test"]
        for name in ("Via", "Record-Route", "From", "To", "Call-ID", "CSeq"):
            for value in headers_of(request, name):
                tagged = f";tag={tag}" if name == "To" and "tag=" not in value and code > 100 else ""
                lines.append(f"{name}: {value}{tagged}")
        lines += [*headers, f"Content-Length: {len(body.encode())}"]
        self.send("\r\n".join(lines) + "\r\n\r\n" + body)

    def close(self) -> None:
        self.socket.close()


def headers_of(message: str, name: str) -> list[str]:
    """The values of a header in a message or its head."""
    head = message.partition("\r\n\r\n")[0]
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    return [value.strip() for key, _, value in lines if key.strip().lower() == name.lower()]


def header_of(message: str, name: str) -> str:
    return next(iter(headers_of(message, name)), "")


def sdp(port: int, telephone_event: bool = True) -> str:
    """An offer of PCMA."""
    formats = "8 101" if telephone_event else "8"
    event = "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n" if telephone_event else ""
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {formats}\r\na=rtpmap:8 PCMA/8000\r\n{event}a=sendrecv\r\n"
    )
