"""What browsers cost the core: CPU per WebRTC leg (ICE, DTLS-SRTP, RTCP on the port of RTP) while two and two
talk. The legs are those of a pjsua2 program that answers like a browser; it comes over the relay port,
through a stand-in of the web that claims its connections."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pbx.control.commands import Originate
from pbx.control.messages import Claim
from tests.benchmarks.measure import Result, usage
from tests.phones.audio import sine, write_wav
from tests.running import DOMAIN, ROOT, RunningCore, eventually, organisation

NUMBERS = ("101", "200")
SETTLE_S, WINDOW_S = 4.0, 15.0
AT_ONCE = 8
RATES = {"PCMA": 8000, "opus": 16000}


async def pcma_200(core: RunningCore, folder: Path) -> list[Result]:
    """200 legs with G.711."""
    return await talking(core, folder, 200, "PCMA")


async def opus_50(core: RunningCore, folder: Path) -> list[Result]:
    """50 legs with Opus, as Chromium has: decoded and encoded once for each leg. More would be too much for
    the other side, which does as much work on the same machine."""
    return await talking(core, folder, 50, "opus")


async def talking(core: RunningCore, folder: Path, legs: int, codec: str) -> list[Result]:
    assert core.process is not None
    plain = organisation(numbers={number: [number] for number in NUMBERS})
    browsers = [
        replace(each, srtp="dtls", ha1_md5=None, ha1_sha256=None, max_calls=1000) for each in plain.devices
    ]
    await core.apply(replace(plain, devices=browsers))
    idle = usage(core.process.pid)
    async with core.client() as client, registered(core, folder, codec):
        for at in range(legs // 2):
            await client.originate(Originate(tenant="office", extension=NUMBERS[0], number=NUMBERS[1]))
            await eventually(lambda wanted=at - AT_ONCE: talk(client, wanted), 30, f"call {at} is answered")
        await eventually(lambda: talk(client, legs // 2), 60, "all talk")
        made = usage(core.process.pid)
        await asyncio.sleep(SETTLE_S)
        before = usage(core.process.pid)
        await asyncio.sleep(WINDOW_S)
        after = usage(core.process.pid)
        state = await client.calls()
        assert len(state) == legs // 2, f"{legs // 2 - len(state)} calls were lost"
        for call in state:
            await client.hangup(call.id)
        await eventually(lambda: none(client), 60, "the end of all calls")
    quality = [leg.quality for record in await core.records() for leg in record.legs if leg.quality]
    assert len(quality) == legs and min(each.rx_packets for each in quality) > 500, "no audio came through"
    share = (after.cpu - before.cpu) / (after.at - before.at)
    what = f"{legs} WebRTC legs, {'G.711' if codec == 'PCMA' else 'Opus'}"
    return [
        Result(f"{what}: CPU of the core", 100 * share, "% of a core"),
        Result(f"{what}: CPU per leg and second", 1000 * share / legs, "ms"),
        Result(f"{what}: memory per leg", (after.rss - idle.rss) / legs * 1024, "kB"),
        Result(f"{what}: CPU per leg until it talks", 1000 * (made.cpu - idle.cpu) / legs, "ms"),
        Result(f"{what}: worst loss seen by a leg", max(each.rx_loss for each in quality), "%"),
    ]


async def talk(client: Any, wanted: int) -> bool:
    return sum(call.answered_at is not None for call in await client.calls()) >= wanted


async def none(client: Any) -> bool:
    return not await client.calls()


@contextlib.asynccontextmanager
async def registered(core: RunningCore, folder: Path, codec: str) -> AsyncIterator[None]:
    """The program with a device for each number, ready to be called."""
    rate = RATES[codec]
    tone = write_wav(folder / "tone.wav", sine(600, 2.0, rate, -20.0), rate)
    async with contextlib.AsyncExitStack() as stack:
        accounts = []
        for number in NUMBERS:
            port = await stack.enter_async_context(relay(core, f"d{number}"))
            proxy = f"sip:127.0.0.1:{port};transport=tcp;lr;hide"
            accounts.append({"uri": f"sip:{number}@{DOMAIN}", "registrar": f"sip:{DOMAIN}", "proxy": proxy})
        peer = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.benchmarks.webrtc_peer"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert peer.stdin is not None and peer.stdout is not None
        try:
            wishes = {"rate": rate, "codec": codec, "tone": str(tone), "accounts": accounts}
            peer.stdin.write(json.dumps(wishes).encode() + b"\n")
            async with asyncio.timeout(30):
                while (line := await peer.stdout.readline()) != b"registered\n":  # PJSIP says its name first
                    assert line, "the program has ended"
            yield
        finally:
            peer.kill()
            await peer.wait()


@contextlib.asynccontextmanager
async def relay(core: RunningCore, device: str) -> AsyncIterator[int]:
    """The port of a stand-in for the web: what connects there is that device."""
    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", core.relay_port)
        ip, port = back.get_extra_info("sockname")[:2]
        async with core.client() as client:
            await client.claim(Claim(tenant="office", device=device, ip=ip, port=port))
        for way in (carry(reader, back), carry(there, writer)):
            task = asyncio.ensure_future(way)
            tasks.add(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
