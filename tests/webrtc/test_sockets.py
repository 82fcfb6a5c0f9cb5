"""Who gets in over /ws/sip, who does not, and what nobody may say there."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.running import eventually
from tests.webrtc.house import House, phone_of

pytestmark = pytest.mark.timeout(120)


def register(user: str, domain: str, *more: str, sender: str = "") -> str:
    """A REGISTER as JsSIP writes it."""
    key = secrets.token_hex(6)
    lines = (
        f"REGISTER sip:{domain} SIP/2.0",
        f"Via: SIP/2.0/WS {key}.invalid;branch=z9hG4bK{key}",
        "Max-Forwards: 69",
        f"To: <sip:{user}@{domain}>",
        f"From: <sip:{sender or user}@{domain}>;tag={key}",
        f"Call-ID: {key}",
        "CSeq: 1 REGISTER",
        f"Contact: <sip:{key}@{key}.invalid;transport=ws>;expires=120",
        *more,
        "Content-Length: 0",
    )
    return "\r\n".join(lines) + "\r\n\r\n"


class Wire:
    """One WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def says(self) -> Any:
        """The next text, or the close code: that of the frame, as a page is told. aiohttp puts 1006 in its
        place when the server, which waits a second for the answer to it, has hung up before it is read."""
        message = await self.socket.receive(20)
        known = message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.CLOSE)
        return message.data if known else self.socket.close_code

    async def code(self, frame: str) -> int:
        """The status of the answer to a request."""
        await self.socket.send_str(frame)
        while True:
            said = await self.says()
            assert isinstance(said, str), f"closed with {said}"
            if said.startswith("SIP/2.0 "):
                return int(said[8:11])


@contextlib.asynccontextmanager
async def wire(
    house: House, session: str, origin: str | None = None, protocol: str = "sip"
) -> AsyncIterator[Wire]:
    async with (
        aiohttp.ClientSession(cookies={"centrale_session": session}) as web,
        web.ws_connect(
            f"{house.web}/ws/sip", origin=origin if origin is not None else house.web, protocols=["sip"]
        ) as socket,
    ):
        yield Wire(socket)


async def registered(house: House, device: str) -> bool:
    async with house.core.client() as core:
        return any(binding.device == device for binding in await core.bindings())


async def test_the_owner_comes_in_without_a_password(house: House) -> None:
    mine = await phone_of(house.web, house.session("101"))
    async with wire(house, house.session("101")) as line:
        assert line.socket.protocol == "sip"
        assert await line.code(register(mine["username"], mine["domain"])) == 200
        assert await registered(house, mine["device"])
        await line.socket.send_str("\r\n\r\n")
        assert await line.says() == "\r\n"

    async def gone() -> bool:
        return not await registered(house, mine["device"])

    await eventually(gone, what="the end of the registration with the connection")


@pytest.mark.parametrize("origin", ["http://evil.example", "https://127.0.0.1", "null"])
async def test_a_page_from_elsewhere_does_not(house: House, origin: str) -> None:
    async with wire(house, house.session("101"), origin) as line:
        assert await line.says() == 4403


@pytest.mark.parametrize("session", ["", "x" * 32])
async def test_nor_does_nobody(house: House, session: str) -> None:
    async with wire(house, session) as line:
        assert await line.says() == 4401


async def test_nor_who_has_no_phone(house: House) -> None:
    async with wire(house, house.session("104")) as line:
        assert await line.says() == 4404


async def test_nobody_is_somebody_else(house: House) -> None:
    mine, theirs, other = [
        await phone_of(house.web, house.session(each)) for each in ("101", "102", "outsider")
    ]
    async with wire(house, house.session("101")) as line:
        user, domain = mine["username"], mine["domain"]
        assert await line.code(register(user, domain)) == 200
        assert await line.code(register(theirs["username"], domain)) == 403
        assert await line.code(register(theirs["username"], domain, sender=user)) == 403
        assert await line.code(register(user, domain, sender=theirs["username"])) == 403
        assert await line.code(register(user, other["domain"])) == 403
        assert await line.code(register("103", domain)) == 403
    assert not await registered(house, theirs["device"]) and not await registered(house, other["device"])


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("hello", 4400),
        (register("101-2", "demo.centrale.localhost", "Path: <sip:127.0.0.1:80;lr>"), 4400),
        (register("101-2", "demo.centrale.localhost", "Record-Route: <sip:192.0.2.1;lr>"), 4400),
        ("x" * 65_000, 4413),
    ],
)
async def test_what_is_no_message_of_a_phone_ends_it(house: House, frame: str, code: int) -> None:
    await phone_of(house.web, house.session("101"))
    async with wire(house, house.session("101")) as line:
        await line.socket.send_str(frame)
        assert await line.says() == code


async def test_a_flood_ends_it(house: House) -> None:
    await phone_of(house.web, house.session("101"))
    async with wire(house, house.session("101")) as line:
        with contextlib.suppress(ConnectionError):
            for _ in range(400):
                await line.socket.send_str("\r\n\r\n")
        said = await line.says()
        while said == "\r\n":
            said = await line.says()
        assert said == 4429


async def test_an_unclaimed_connection_is_a_strangers(house: House) -> None:
    mine = await phone_of(house.web, house.session("101"))
    reader, writer = await asyncio.open_connection("127.0.0.1", house.core.relay_port)
    writer.write(register(mine["username"], mine["domain"]).encode())
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"SIP/2.0 401 ")
    writer.close()


@pytest.mark.parametrize(
    "change",
    [
        "from django.contrib.sessions.models import Session; Session.objects.filter(pk={session!r}).delete()",
        "from webapp.people.models import User; User.objects.filter(email={email!r}).update(is_active=False)",
    ],
)
async def test_it_ends_with_the_session_and_with_the_person(house: House, change: str) -> None:
    email = house.email("102")
    session = await asyncio.to_thread(house.sign_in, email)
    mine = await phone_of(house.web, session)
    try:
        async with wire(house, session) as line:
            assert await line.code(register(mine["username"], mine["domain"])) == 200
            await asyncio.to_thread(house.shell, change.format(session=session, email=email))
            said = await line.says()
            while isinstance(said, str):
                said = await line.says()
            assert said == 4401
    finally:
        again = (
            "from webapp.people.models import User; User.objects.filter(email={!r}).update(is_active=True)"
        )
        await asyncio.to_thread(house.shell, again.format(email))
