"""Valid messages with random damage, the same ones in each run: whatever they become, the core lives."""

import asyncio
import random
import re
import secrets
import time
from collections.abc import Callable

import pytest

from tests.hostile.attack import assert_well, rss
from tests.phones.base import Transport
from tests.phones.digest import Challenge, credentials
from tests.registration.client import Client, asked, bindings
from tests.running import RunningCore

SEED = 3261
SECONDS = 6.0  # for each transport, whatever the machine manages; the order is always the same
PER_SOCKET = 40
TOKENS = [
    b"\r\n",
    b'"',
    b"<",
    b">",
    b";",
    b"\x00",
    b"%",
    b",",
    b"\xff" * 9,
    b"=",
    b"@",
    b":",
    b"[",
    b"-1",
    b"9" * 25,
]


def damaged(dice: random.Random, data: bytes) -> bytes:
    """One to six changes: other bytes, gaps, repetitions, tokens where none belong."""
    text = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(text))
        change = dice.randrange(5)
        if change == 0:
            text[place] = dice.randrange(256)
        elif change == 1:
            del text[place : place + dice.randint(1, 30)]
        elif change == 2:
            text[place:place] = text[place : place + dice.randint(1, 60)]
        elif change == 3:
            text[place:place] = dice.choice(TOKENS)
        else:
            other = dice.randrange(len(text))
            text[place : place + 8], text[other : other + 8] = (
                text[other : other + 8],
                text[place : place + 8],
            )
        text = text or bytearray(b"x")
    return bytes(text)


def described(dice: random.Random, data: bytes) -> bytes:
    """Damage to the session description only: the head, with its credentials, stays good."""
    head, gap, body = data.partition(b"\r\n\r\n")
    body = damaged(dice, body)
    head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
    return head + gap + body


class Source:
    """One socket of one address, with a challenge of its own to answer with rising counts."""

    def __init__(self, client: Client, challenge: Challenge) -> None:
        self.client = client
        self.challenge = challenge
        self.count = 0

    def signed(self, method: str, uri: str) -> tuple[str, str]:
        self.count += 1
        account = self.client.account("101")
        return "Authorization", credentials(self.challenge, method, uri, "101", account.password, self.count)

    def register(self) -> bytes:
        uri = "sip:office.test"
        headers = [
            ("Contact", f'<{self.client.contact}>;expires=60;q=0.5;+sip.instance="<urn:uuid:1>"'),
            ("Path", f"<sip:{self.client.source}:{self.client.local_port};lr>"),
            ("Supported", "path, outbound"),
            self.signed("REGISTER", uri),
        ]
        return self.client.plain(self.client.account("101"), headers=headers)

    def invite(self) -> bytes:
        uri = "sip:109@office.test"
        headers = [
            ("Contact", f"<{self.client.contact}>"),
            ("Supported", "100rel, timer, replaces"),
            ("Session-Expires", "1800;refresher=uac"),
            ("Min-SE", "90"),
            ("P-Asserted-Identity", '"Boss" <sip:100@office.test>'),
            ("Record-Route", "<sip:192.0.2.7;lr>"),
            self.signed("INVITE", uri),
        ]
        return self.client.request(
            "INVITE",
            uri,
            sender="sip:101@office.test",
            headers=headers[:-2] + headers[-1:],
            body=self.client.sdp(),
        )

    def within(self) -> bytes:
        method = random.Random(self.count).choice(
            ["BYE", "INFO", "UPDATE", "PRACK", "ACK", "CANCEL", "INVITE"]
        )
        self.count += 1
        return self.client.plain(self.client.account("101"), method, to_tag=secrets.token_hex(4))

    def answer(self) -> bytes:
        """An answer to nothing."""
        request = self.client.plain(self.client.account("101"), "OPTIONS")
        return b"SIP/2.0 200 OK" + request[request.index(b"\r\n") :]

    def options(self) -> bytes:
        return self.client.plain(self.client.account("101"), "OPTIONS", headers=[("Require", "timer")])


async def over(source: Source, invite: bytes) -> None:
    """End the call that an INVITE may have begun: cancel it and confirm its end."""
    client = source.client
    await client.send(client.cancel(invite))
    for message in list(client.inbox):
        if getattr(message, "code", 0) >= 300 and "INVITE" in (message.headers.get("CSeq") or ""):
            await client.send(client.ack_failure(invite, message))  # type: ignore[arg-type]
    client.inbox.clear()


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_damaged_messages(fort: RunningCore, transport: Transport) -> None:
    assert fort.process is not None
    pid, before = fort.process.pid, rss(fort)
    dice = random.Random(SEED)
    began, number, sent = time.monotonic(), 0, 0
    while time.monotonic() - began < SECONDS:
        number += 1
        address = f"127.{20 + ('udp', 'tcp', 'tls').index(transport)}.{number // 250}.{number % 250 + 1}"
        async with Client(fort, transport, address) as client:
            source = Source(client, await client.challenge(client.account("101")))
            makers: list[Callable[[], bytes]] = [
                source.register, source.invite, source.invite, source.within, source.answer, source.options,
            ]  # fmt: skip
            for _ in range(PER_SOCKET):
                good = dice.choice(makers)()
                calls = good.startswith(b"INVITE") and b"Authorization" in good
                data = described(dice, good) if calls and dice.random() < 0.6 else damaged(dice, good)
                try:
                    await client.send(data)
                    if calls:
                        await asyncio.sleep(0)
                        await over(source, good)
                except (ConnectionError, OSError):
                    break
                if client.closed:
                    break
                sent += 1
            await asyncio.sleep(0.02)
        assert fort.process.poll() is None, f"died in round {number}\n{fort.tail()}"
    assert sent > 300, "slower than that is no test"
    async with fort.client() as control:
        for binding in await bindings(fort):
            await control.remove_binding(binding.tenant, binding.device, binding.contact)
    # Calls that nobody confirmed end by themselves (RFC 3261 section 17.2.1, timer H).
    await assert_well(fort, pid, seconds=45)
    assert rss(fort) - before < 60_000_000
    assert (await asked(fort, lambda c: c.health())).ready
