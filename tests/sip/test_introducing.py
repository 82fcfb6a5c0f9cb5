"""A talking phone is told who it talks to now: by UPDATE or re-INVITE, until it is so, without a gap."""

import asyncio
import contextlib
import struct

import sipmessage

from pbx.ports import Answer, Bridge, Identify, IncomingCall, LegAnswered, LegEnded
from tests.running import eventually
from tests.sip.edge import Dialog, Edge, Phone, rtp_socket

UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE")
NO_UPDATES = ("Allow", "INVITE, ACK, BYE, CANCEL")


def identify(leg: str, number: str, name: str = "Sales") -> Identify:
    return Identify(leg=leg, number=number, name=name, domain="a.test")


def asserted(request: sipmessage.Request) -> tuple[str, str]:
    party = request.headers.get("Remote-Party-ID") or ""
    return request.headers.get("P-Asserted-Identity") or "", party


async def acknowledged(phone: Phone) -> None:
    await phone.raw.wait_request("ACK")


async def test_by_update_when_the_phone_takes_it(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone, headers=[UPDATES])
    edge.stack.submit(identify(leg, "103"))
    request = await phone.raw.wait_request("UPDATE")
    identity = '"Sales" <sip:103@a.test>'
    assert asserted(request) == (identity, f"{identity};party=called;privacy=off;screen=yes")
    assert not request.body
    await dialog.reply(request, 200)
    await phone.raw.expect_silence(0.3)


async def test_by_reinvite_when_it_does_not(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, invite = await edge.call_to(phone, headers=[NO_UPDATES])
    edge.stack.submit(identify(leg, "103"))
    request = await phone.raw.wait_request("INVITE")
    assert asserted(request)[0] == '"Sales" <sip:103@a.test>'
    # The audio in force, on the same port: nothing new is agreed.
    assert b"m=audio " in request.body
    assert port_of(request.body) == port_of(invite.body)
    await dialog.reply(request, 200)
    await acknowledged(phone)


async def test_an_update_that_is_not_implemented_becomes_a_reinvite(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone, headers=[UPDATES])
    edge.stack.submit(identify(leg, "103"))
    await dialog.reply(await phone.raw.wait_request("UPDATE"), 501)
    request = await phone.raw.wait_request("INVITE")
    assert "103" in asserted(request)[0]
    await dialog.reply(request, 200)
    await acknowledged(phone)


async def test_again_after_491_with_the_newest(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone, headers=[NO_UPDATES])
    edge.stack.submit(identify(leg, "103"))
    first = await phone.raw.wait_request("INVITE")
    edge.stack.submit(identify(leg, "104"))
    edge.stack.submit(identify(leg, "105"))
    await dialog.reply(first, 491)
    await acknowledged(phone)
    second = await phone.raw.wait_request("INVITE")
    assert "105" in asserted(second)[0]
    await dialog.reply(second, 200)
    await acknowledged(phone)
    await phone.raw.expect_silence(0.3)


async def test_what_comes_meanwhile_is_told_after(edge: Edge) -> None:
    phone = await edge.phone("101")
    leg, dialog = await edge.call_from(phone, headers=[UPDATES])
    for number in ("103", "104", "105"):
        edge.stack.submit(identify(leg, number))
    seen = []
    for _ in range(2):
        request = await phone.raw.wait_request("UPDATE")
        seen.append(asserted(request)[0])
        await asyncio.sleep(0)
        await dialog.reply(request, 200)
    assert [value.partition("sip:")[2].partition("@")[0] for value in seen] == ["103", "105"]
    await phone.raw.expect_silence(0.3)


async def test_while_it_rings_it_waits_for_the_answer(edge: Edge) -> None:
    phone = await edge.phone("101")
    dialog = await phone.invite("102", [UPDATES])
    leg = (await edge.event(IncomingCall)).leg
    edge.stack.submit(identify(leg, "103"))
    edge.stack.submit(Answer(leg=leg, number="102", name="Desk", domain="a.test"))
    await dialog.answered()
    await edge.event(LegAnswered)
    request = await phone.raw.wait_request("UPDATE")
    assert "103" in asserted(request)[0]
    await dialog.reply(request, 200)


async def test_a_refusal_or_an_end_in_the_middle_leaves_nothing(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone, headers=[NO_UPDATES])
    edge.stack.submit(identify(leg, "103"))
    await dialog.reply(await phone.raw.wait_request("INVITE"), 488)
    await acknowledged(phone)
    # The next is told all the same, and the call may end while it is under way.
    edge.stack.submit(identify(leg, "104"))
    await phone.raw.wait_request("INVITE")
    await dialog.send("BYE")
    await edge.event(LegEnded)


async def test_glare_with_a_phone_that_changes_the_call_too(edge: Edge) -> None:
    phone = await edge.phone("102")
    leg, dialog, _ = await edge.call_to(phone, headers=[NO_UPDATES])
    edge.stack.submit(identify(leg, "103"))
    ours = await phone.raw.wait_request("INVITE")
    # The phone puts us on hold before it has seen ours, and refuses ours (RFC 3261 section 14.1).
    hold = phone.raw.sdp(phone.rtp_port).replace(b"sendrecv", b"sendonly")
    await dialog.send("INVITE", [phone.contact, NO_UPDATES], hold)
    assert (await phone.raw.wait_response(dialog.call_id, dialog.cseq)).code == 491
    await dialog.send("ACK", cseq=dialog.cseq)
    await dialog.reply(ours, 491)
    await acknowledged(phone)
    again = await phone.raw.wait_request("INVITE")
    assert "103" in asserted(again)[0]
    await dialog.reply(again, 200)
    await acknowledged(phone)


async def test_audio_has_no_gap(edge: Edge) -> None:
    """Two legs talk; one is told a new name by re-INVITE. What it hears is one stream without a hole."""
    speaker, hearer = await edge.phone("101"), await edge.phone("102")
    first, _ = await edge.call_from(speaker)
    second, dialog, _ = await edge.call_to(hearer, headers=[NO_UPDATES])
    edge.stack.submit(Bridge(a=first, b=second))
    heard: list[tuple[int, int]] = []
    with rtp_socket(speaker.rtp_port) as mouth, rtp_socket(hearer.rtp_port) as ear:
        answer = next(text for text in reversed(speaker.raw.history) if "m=audio" in text and "<<<" in text)
        talk = asyncio.create_task(speak(mouth, port_of(answer.encode())))
        listen = asyncio.create_task(listen_to(ear, heard))
        await eventually(lambda: len(heard) > 50)
        edge.stack.submit(identify(second, "103"))
        await told(dialog, hearer)
        so_far = len(heard)
        await eventually(lambda: len(heard) > so_far + 50)
        for task in (talk, listen):
            task.cancel()
        await asyncio.gather(talk, listen, return_exceptions=True)
    assert len({source for source, _ in heard}) == 1, "the stream began anew"
    numbers = [number for _, number in heard]
    missing = set(range(numbers[0], numbers[-1] + 1)) - set(numbers)
    assert not missing, f"lost {missing}"


async def told(dialog: Dialog, phone: Phone) -> None:
    request = await phone.raw.wait_request("INVITE")
    await dialog.reply(request, 200)
    await acknowledged(phone)


def port_of(sdp: bytes) -> int:
    return int(sdp.partition(b"m=audio ")[2].split()[0])


async def speak(mouth: "object", port: int) -> None:
    """PCMA silence, 50 packets a second."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    for number in range(10_000):
        head = struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * 160, 7)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            mouth.sendto(head + b"\xd5" * 160, ("127.0.0.1", port))  # type: ignore[attr-defined]
        due += 0.02
        await asyncio.sleep(max(0.0, due - loop.time()))


async def listen_to(ear: "object", heard: list[tuple[int, int]]) -> None:
    """(SSRC, sequence number) of every packet."""
    loop = asyncio.get_running_loop()
    while True:
        packet = await loop.sock_recv(ear, 2048)  # type: ignore[arg-type]
        if len(packet) >= 12 and packet[0] >> 6 == 2 and packet[1] & 0x7F < 72:
            _, _, number, _, source = struct.unpack("!BBHII", packet[:12])
            heard.append((source, number))
