"""What attackers do, in a few functions: floods and guesses from addresses of their own, and what the core
must look like afterwards."""

import asyncio
import resource
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.phones.base import Account, PhoneError
from tests.phones.digest import Challenge, credentials
from tests.registration.client import Client, asked
from tests.running import RunningCore, eventually


@dataclass
class Flooded:
    """What came of a flood: packets sent, seconds it took, answers by status code."""

    sent: int = 0
    seconds: float = 0.0
    answers: Counter[int] = field(default_factory=Counter)


def datagram_socket(core: RunningCore, source: str) -> socket.socket:
    """A UDP socket at `source`, connected to the core."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sender.bind((source, 0))
    sender.connect(("127.0.0.1", core.port))
    sender.setblocking(False)
    return sender


def drain(sender: socket.socket, answers: Counter[int]) -> None:
    """Count what has come back so far by status code."""
    while True:
        try:
            data = sender.recv(65535)
        except (BlockingIOError, ConnectionRefusedError):
            return
        if data.startswith(b"SIP/2.0 "):
            answers[int(data[8:11])] += 1


def flood(core: RunningCore, source: str, messages: Iterable[bytes], seconds: float) -> Flooded:
    """Send all messages from `source` over UDP, evenly over `seconds`. Blocks: call it in a thread."""
    packets = list(messages)
    result = Flooded()
    with datagram_socket(core, source) as sender:
        begin = time.monotonic()
        for number, packet in enumerate(packets):
            if number % 20 == 0:
                ahead = begin + seconds * number / len(packets) - time.monotonic()
                if ahead > 0:
                    time.sleep(ahead)  # the pace of the flood, not a wait for something
                drain(sender, result.answers)
            try:
                sender.send(packet)
                result.sent += 1
            except (BlockingIOError, ConnectionRefusedError):
                continue
        result.seconds = time.monotonic() - begin
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            drain(sender, result.answers)
            time.sleep(0.01)
    return result


def request(
    method: str,
    user: str,
    source: str = "127.0.0.1",
    domain: str = "office.test",
    extra: str = "",
    body: str = "",
    to: str = "",
    to_tag: str = "",
) -> bytes:
    """A request without credentials, new in each of its identifiers."""
    caller, called = f"sip:{user}@{domain}", f"sip:{to or user}@{domain}"
    lines = [
        f"{method} {f'sip:{domain}' if method == 'REGISTER' else called} SIP/2.0",
        f"Via: SIP/2.0/UDP {source}:5066;rport;branch=z9hG4bK{secrets.token_hex(6)}",
        "Max-Forwards: 70",
        f"From: <{caller}>;tag={secrets.token_hex(4)}",
        f"To: <{called}>" + (f";tag={to_tag}" if to_tag else ""),
        f"Call-ID: {secrets.token_hex(8)}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:{user}@{source}:5066>",
        f"{extra}Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + f"\r\n\r\n{body}").encode()


async def guess(
    client: Client, account: Account, challenge: Challenge, times: int, password: Callable[[int], str]
) -> int:
    """Send `times` REGISTERs with wrong passwords over one challenge, 20 a moment; how many were answered."""
    before = len(client.inbox)
    for number in range(times):
        value = credentials(
            challenge, "REGISTER", f"sip:{account.domain}", account.user, password(number), number + 1
        )
        headers = [("Contact", f"<{client.contact}>"), ("Authorization", value)]
        await client.send(client.plain(account, headers=headers, cseq=number + 1))
        if number % 20 == 19:
            await quiet(client)
    await quiet(client)
    return len(client.inbox) - before


async def quiet(client: Client, seconds: float = 0.15) -> None:
    """Wait until nothing has arrived for `seconds`."""
    seen, since = len(client.inbox), time.monotonic()
    while time.monotonic() - since < seconds:
        await asyncio.sleep(0.02)
        if len(client.inbox) != seen:
            seen, since = len(client.inbox), time.monotonic()


def rss(core: RunningCore) -> int:
    """Memory of the core's process in bytes."""
    assert core.process is not None
    pages = int(Path(f"/proc/{core.process.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def files(core: RunningCore) -> int:
    """Open files of the core's process."""
    assert core.process is not None
    return len(list(Path(f"/proc/{core.process.pid}/fd").iterdir()))


async def answers(core: RunningCore) -> bool:
    """Whether the core answers OPTIONS over UDP; datagrams may get lost in a flood, so ask more than once."""
    async with Client(core, source="127.0.0.250") as phone:
        plain = phone.plain(core.account("101"), "OPTIONS", headers=[])
        try:
            return (await phone.ask(plain, timeout=1)).code == 200
        except PhoneError:
            return False


async def assert_well(core: RunningCore, pid: int, legs: int = 0, seconds: float = 10) -> None:
    """The same process as before answers OPTIONS over UDP, is ready, and has at most `legs` legs and no more
    calls."""
    assert core.process is not None and core.process.poll() is None, core.tail()
    assert core.process.pid == pid
    await eventually(lambda: answers(core), seconds, f"an answer to OPTIONS:\n{core.tail(20)}")

    async def settled() -> bool:
        health = await asked(core, lambda client: client.health())
        return health.ready and health.legs <= legs and health.calls <= legs

    await eventually(settled, seconds, f"ready, {legs} legs:\n{core.tail(20)}")
