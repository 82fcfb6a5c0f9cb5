"""Connections that say nothing, too little, too much or nonsense: phones still get in, the idle ones go."""

import asyncio
import contextlib
import resource
import ssl
import time
from collections.abc import Iterator

import pytest

from pbx.sip.connections import most_connections
from tests.hostile.attack import assert_well, files, rss
from tests.phones.base import Transport
from tests.phones.pjsua import Pjsua
from tests.registration.client import Client, asked, bindings, insecure
from tests.running import RunningCore, eventually, organisation

IDLE_SECONDS = 20.0  # PJSIP_TCP_INITIAL_TIMEOUT in config_site.h
PER_ADDRESS = 2000  # pbx/sip/stack.py


class Idler:
    """One TCP connection; `closed` once the core has ended it."""

    def __init__(self) -> None:
        self.closed = False
        self.received = b""
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self, port: int, source: str, tls: ssl.SSLContext | None = None) -> "Idler":
        reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", port, local_addr=(source, 0), ssl=tls
        )
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                self.received += data
        self.closed = True

    async def send(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)
        await self._writer.drain()

    def close(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()
        if self._reading is not None:
            self._reading.cancel()


async def opened(
    count: int, port: int, source: str, tls: ssl.SSLContext | None = None, accepted: RunningCore | None = None
) -> list[Idler]:
    """`count` connections from `source`, 50 at a time; with `accepted` four, each time waiting until that
    core has them (the queue of a TLS listener is short, and what does not fit into it never begins)."""
    found: list[Idler] = []
    before = files(accepted) if accepted else 0
    while len(found) < count:
        some = min(4 if accepted else 50, count - len(found))
        found += await asyncio.gather(*(Idler().open(port, source, tls) for _ in range(some)))
        if accepted:
            there = before + len(found) - 8  # some files were open for a moment only
            await eventually(lambda there=there: files(accepted) >= there, 5, f"{there} open files")
    return found


async def drip(idler: Idler, text: bytes) -> None:
    """A byte now and then, until the core has had enough."""
    for byte in text:
        if idler.closed:
            return
        with contextlib.suppress(OSError):
            await idler.send(bytes([byte]))
        await asyncio.sleep(0.3)  # the slowness is the attack


@pytest.mark.slow
async def test_idle_and_slow_connections_are_closed_in_time(core: RunningCore) -> None:
    """Hundreds that connect and say nothing, stop in the handshake, or drip a request byte by byte."""
    assert core.process is not None
    pid = core.process.pid
    async with Client(core, "tls") as first:  # what the first connection ever opens stays
        assert (await first.register(first.account("101"), expires=0)).code == 200
    handles = files(core)
    began = time.monotonic()
    silent = await opened(300, core.port, "127.0.0.80")
    half = await opened(150, core.tls_port, "127.0.0.81", accepted=core)  # never says hello
    shaken = await opened(48, core.tls_port, "127.0.0.82", insecure(), core)  # hello, and then nothing
    slow = await opened(20, core.port, "127.0.0.83")
    text = b"OPTIONS sip:101@office.test SIP/2.0\r\n" + b"X-Slow: 1\r\n" * 100
    dripping = [asyncio.create_task(drip(idler, text)) for idler in slow]
    broken = await opened(20, core.tls_port, "127.0.0.84", accepted=core)
    for idler in broken:
        with contextlib.suppress(OSError):  # a client hello that is none
            await idler.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 40)

    assert files(core) >= handles + 500
    # Meanwhile phones come and call.
    async with (
        Client(core, "tcp") as one,
        Client(core, "tls") as two,
        Pjsua(core.account("103", "tls")) as desk,
    ):
        assert (await one.register(one.account("101"))).code == 200
        assert (await two.register(two.account("102"))).code == 200
        await desk.register()
        await desk.wait_registered()
        assert {binding.device for binding in await bindings(core)} == {"d101", "d102", "d103"}
        for group in (silent, half, shaken, slow, broken):
            left = IDLE_SECONDS + 12 - (time.monotonic() - began)
            await eventually(
                lambda group=group: all(idler.closed for idler in group), left, "end of the idle"
            )
        # The phones' own connections stay.
        assert (await one.register(one.account("101"), cseq=9)).code == 200
        assert (await two.register(two.account("102"), cseq=9)).code == 200
        assert not one.closed and not two.closed
        assert desk.registered
    for task in dripping:
        task.cancel()
    await eventually(lambda: files(core) <= handles + 6, 5, "no handle left behind")
    await assert_well(core, pid)


async def test_one_address_cannot_take_all_connections(core: RunningCore) -> None:
    assert core.process is not None
    pid = core.process.pid
    first = await opened(PER_ADDRESS, core.port, "127.0.0.85")
    extra = await opened(100, core.port, "127.0.0.85")
    await eventually(lambda: all(idler.closed for idler in extra), 5, "refusal of what is beyond the limit")
    assert not any(idler.closed for idler in first[:100])
    async with Client(core, "tcp") as phone:  # from elsewhere there is room
        assert (await phone.register(phone.account("101"))).code == 200
        for idler in (*first, *extra):
            idler.close()

        async def room() -> bool:
            async with Client(core, "tcp", "127.0.0.85") as again:
                plain = again.plain(again.account("102"), "OPTIONS", headers=[])
                with contextlib.suppress(AssertionError, OSError):
                    return (await again.ask(plain, timeout=1)).code == 200
                return False

        await eventually(room, 10, "room for that address again")
    await assert_well(core, pid)


OVERSIZED = {
    "a length of 4 GB": b"Content-Length: 4294967295\r\n\r\n" + b"x" * 300_000,
    "a length of 100 MB": b"Content-Length: 100000000\r\n\r\n" + b"x" * 3_000_000,
    "a header of 70 kB": b"X-Long: " + b"y" * 70_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "a header without end": b"X-Long: " + b"y" * 3_000_000,
    "10,000 headers": b"X-Many: 1\r\n" * 10_000 + b"Content-Length: 0\r\n\r\n",
    "nothing but line ends": b"\r\n" * 1_000_000,
    "nothing but zeros": b"\0" * 3_000_000,
    "letters without lines": b"sip " * 700_000,
}


@pytest.mark.parametrize("name", OVERSIZED)
@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_what_is_too_large_for_a_stream(fort: RunningCore, transport: Transport, name: str) -> None:
    assert fort.process is not None
    pid = fort.process.pid
    before = rss(fort)
    source = f"127.6.{int(transport == 'tls')}.{list(OVERSIZED).index(name) + 1}"
    context = insecure() if transport == "tls" else None
    port = fort.tls_port if transport == "tls" else fort.port
    connections = await opened(5, port, source, context)
    head = b"OPTIONS sip:101@office.test SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKa\r\n"

    async def pour(idler: Idler) -> None:
        data = (b"" if name.startswith(("nothing", "letters")) else head) + OVERSIZED[name]
        for start in range(0, len(data), 50_000):
            if idler.closed:
                return
            with contextlib.suppress(OSError):
                await asyncio.wait_for(idler.send(data[start : start + 50_000]), 2)

    with contextlib.suppress(TimeoutError):
        await asyncio.gather(*(pour(idler) for idler in connections))
    await assert_well(fort, pid)
    for idler in connections:
        idler.close()
    assert rss(fort) - before < 25_000_000


async def test_datagrams_of_the_largest_size(fort: RunningCore) -> None:
    """65,507 bytes are the most that fit into a datagram; our parser takes 65,000."""
    assert fort.process is not None
    pid = fort.process.pid
    async with Client(fort, source="127.6.2.1") as phone:
        for size in (1400, 9000, 64_000, 64_990, 65_000, 65_001, 65_400):
            start = phone.plain(phone.account("101"), "OPTIONS", headers=[("X-Long", "y")])
            data = start.replace(b"X-Long: y", b"X-Long: " + b"y" * (size - len(start) + 1))
            assert len(data) == size
            await phone.send(data)
            if size <= 64_000:
                await phone.until(lambda: bool(phone.inbox), f"answer to {size} bytes", 3)
                phone.inbox.clear()
        for filler in (b"\0", b"\xff", b"\r\n", b"(", b'"', b"<", b"a:b\r\n"):
            await phone.send((filler * 65_500)[:65_500])
    await assert_well(fort, pid)


async def test_resets_in_the_middle_of_everything(fort: RunningCore) -> None:
    """Connections that end by a reset at each byte of a REGISTER, held requests included."""
    assert fort.process is not None
    pid = fort.process.pid
    handles = files(fort)
    async with Client(fort, "tcp", "127.6.3.1") as phone:
        account = phone.account("101")
        whole = phone.plain(account)
        for size in range(1, len(whole) + 1, 5):
            idler = await Idler().open(fort.port, "127.6.3.2")
            await idler.send(whole[:size])
            idler.close()
        for _ in range(30):
            async with Client(fort, "tcp", "127.6.3.3") as gone:
                challenge = await gone.challenge(account)
                asking = asyncio.create_task(gone.answer_challenge(account, challenge))
                await asyncio.sleep(0)
                await gone.close()  # the answer has nowhere to go
                asking.cancel()
    await asked(fort, lambda client: client.unban("127.6.3.2"))
    await eventually(lambda: files(fort) <= handles + 4, 10, "no handle left behind")
    await assert_well(fort, pid)


@contextlib.contextmanager
def file_limit(soft: int) -> Iterator[None]:
    """How many files processes that are started meanwhile may open until they ask for more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_a_small_limit_of_files_is_raised(new_core: RunningCore) -> None:
    core = new_core
    with file_limit(256):
        await core.start()
    await core.apply(organisation())
    idle = await opened(400, core.port, "127.0.0.87", accepted=core)
    async with Client(core, "tcp") as phone:
        assert (await phone.register(phone.account("101"))).code == 200
    for idler in idle:
        idler.close()


@pytest.mark.parametrize(("allowed", "expected"), [(256, 64), (1024, 256), (4096, 1796), (12000, 8000)])
def test_connections_leave_files_for_calls(allowed: int, expected: int) -> None:
    with file_limit(allowed):
        assert most_connections() == expected


async def test_without_files_left_phones_that_are_there_work(core: RunningCore) -> None:
    """Cannot happen by connections alone, whose number is kept below; so the limit sinks while it runs."""
    assert core.process is not None
    resource.prlimit(core.process.pid, resource.RLIMIT_NOFILE, (100, 100))
    async with Client(core, "tcp") as phone, Client(core) as other, core.client() as control:
        assert (await phone.register(phone.account("101"), call_id="here")).code == 200
        await control.health()  # its connection is there before the files are gone
        idle = await opened(200, core.port, "127.0.0.88")
        await eventually(lambda: files(core) >= 98, 5, "no file left")
        assert (await phone.register(phone.account("101"), call_id="here", cseq=9)).code == 200
        assert (await other.register(other.account("102"))).code == 200
        assert (await control.health()).ready
        for idler in idle:
            idler.close()
        await eventually(lambda: files(core) < 60, 10, "files again")
        assert (await phone.register(phone.account("101"), call_id="here", cseq=19)).code == 200
    await assert_well(core, core.process.pid)


async def test_many_phones_behind_one_address(new_core: RunningCore) -> None:
    """An office of 300 phones on TCP from one address is no attack."""
    core = new_core
    await core.start()
    numbers = {str(number): [str(number)] for number in range(1000, 1300)}
    await core.apply(organisation(numbers=numbers))
    phones = [Client(core, "tcp", "127.0.0.90") for _ in numbers]
    for start in range(0, 300, 50):
        await asyncio.gather(*(phone.open() for phone in phones[start : start + 50]))
    for start in range(0, 300, 50):
        some = list(zip(phones, numbers, strict=True))[start : start + 50]
        answers = await asyncio.gather(*(phone.register(phone.account(number)) for phone, number in some))
        assert {answer.code for answer in answers} == {200}
    assert len(await bindings(core)) == 300
    assert await asked(core, lambda client: client.bans()) == []
    for phone in phones:
        await phone.close()
