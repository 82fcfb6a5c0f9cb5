"""What may go from a browser to the core, and how messages of the core are found in its stream."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.phone.framing import MOST, BadMessage, incoming, outgoing

HEAD = (
    "REGISTER sip:a.example SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\n"
    "From: <sip:u@a.example>;tag=1\r\nTo: <sip:u@a.example>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
)


def message(*more: str, body: str = "", length: int | None = None) -> str:
    lines = "".join(f"{line}\r\n" for line in more)
    size = len(body.encode()) if length is None else length
    return f"{HEAD}{lines}Content-Length: {size}\r\n\r\n{body}"


@pytest.mark.parametrize(
    "frame",
    [
        message(),
        message("Contact: <sip:u@x.invalid;transport=ws>"),
        message(body="v=0\r\nä\r\n"),
        message().replace("Content-Length", "l"),
        message().replace("REGISTER sip:a.example SIP/2.0", "SIP/2.0 200 OK", 1),
    ],
)
def test_a_message_goes_as_it_is(frame: str) -> None:
    assert outgoing(frame) == frame.encode()


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "hello",
        "GET / HTTP/1.1\r\nVia: x\r\nContent-Length: 0\r\n\r\n",
        message(length=1),
        message(body="x", length=0) + message(),
        message("Content-Length: 0"),
        message("Record-Route: <sip:192.0.2.1;lr>"),
        message("record-route : <sip:192.0.2.1;lr>"),
        message("Route: <sip:192.0.2.1;lr>"),
        message("Path: <sip:127.0.0.1:80;lr>"),
        message("Via: SIP/2.0/TCP 192.0.2.1"),
        message("v: SIP/2.0/TCP 192.0.2.1"),
        message("X: a\r\n Path: b"),
        message("X: a\nPath: <sip:127.0.0.1:80;lr>"),
        message("X: a\rPath: <sip:127.0.0.1:80;lr>"),
        message("X: \0"),
        message("no header"),
        message().replace("Via", "X"),
        message().replace("z9hG4bK1", "z9hG4bK1, SIP/2.0/TCP 192.0.2.1"),
        message(*["X: y"] * 300),
        message(body="x" * MOST),
        message().replace("\r\n\r\n", "\r\n"),
    ],
)
def test_what_is_no_message_of_a_browser_does_not(frame: str) -> None:
    with pytest.raises(BadMessage):
        outgoing(frame)


@given(st.text())
def test_whatever_a_browser_sends_is_taken_or_refused(frame: str) -> None:
    try:
        outgoing(frame)
    except BadMessage:
        return
    raise AssertionError("that was a message")


async def read(data: bytes, chunk: int) -> list[str]:
    reader = asyncio.StreamReader(limit=MOST)

    async def feed() -> None:
        for start in range(0, len(data), chunk):
            reader.feed_data(data[start : start + chunk])
            await asyncio.sleep(0)
        reader.feed_eof()

    feeding = asyncio.create_task(feed())
    found = []
    try:
        while True:
            found.append(await incoming(reader))
    except asyncio.IncompleteReadError:
        await feeding
        return found


@pytest.mark.parametrize("chunk", [1, 3, 7, 10_000])
async def test_messages_are_found_in_the_stream_of_the_core(chunk: int) -> None:
    first, second = message(body="v=0\r\n\r\nä\r\n"), message()
    stream = f"\r\n\r\n{first}\r\n\r\n\r\n\r\n{second}\r\n".encode()
    assert await read(stream, chunk) == [first, second]
