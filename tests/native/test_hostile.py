"""Hostile bytes: whatever comes, the endpoint lives, answers the next one and holds nothing back."""

import random
import socket
from collections.abc import Callable

import pytest

from tests.native.harness import Agent, Phone, sdp, until

OVERSIZE = 60000


def invite(phone: Phone, body: str = "", *headers: str) -> str:
    return phone.request("INVITE", "Content-Type: application/sdp", *headers, body=body or sdp(40000))


TORTURE: dict[str, Callable[[Phone], str | bytes]] = {
    "no media line's connection": lambda p: invite(
        p, "v=0\r\no=- 1 1 IN IP4 x\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n"
    ),
    "sdp is noise": lambda p: invite(p, "\x00\x01m=\r\n=\r\n" * 50),
    "200 media lines": lambda p: invite(p, sdp(4000) + "m=audio 1 RTP/AVP 8\r\n" * 200),
    "huge port": lambda p: invite(p, sdp(40000).replace("40000", "99999999999")),
    "huge content length": lambda p: p.request("OPTIONS").replace(
        "Content-Length: 0", "Content-Length: 4294967295"
    ),
    "negative content length": lambda p: p.request("OPTIONS").replace(
        "Content-Length: 0", "Content-Length: -1"
    ),
    "huge cseq": lambda p: p.request("OPTIONS").replace("CSeq: 1 ", "CSeq: 99999999999999999999 "),
    "wrong cseq method": lambda p: p.request("OPTIONS").replace("CSeq: 1 OPTIONS", "CSeq: 1 INVITE"),
    "huge port in contact": lambda p: p.request("REGISTER", contact="<sip:a@b:999999>"),
    "long header": lambda p: p.request("REGISTER", "X-Test: " + "a" * OVERSIZE),
    "long uri": lambda p: p.request("REGISTER", uri="sip:" + "a" * 20000 + "@x"),
    "long contact": lambda p: p.request("REGISTER", contact="<sip:" + "c" * 30000 + "@x>"),
    "many contacts": lambda p: p.request("REGISTER", contact=", ".join(["<sip:a@b>"] * 4000)),
    "many vias": lambda p: p.request("OPTIONS", *["Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx"] * 1000),
    "many record routes": lambda p: p.request("SUBSCRIBE", *["Record-Route: <sip:192.0.2.1;lr>"] * 1000),
    "many credentials": lambda p: p.request("REGISTER", *['Authorization: Digest username="a"'] * 500),
    "broken credentials": lambda p: p.request("REGISTER", 'Authorization: Digest username="a, realm=,,,="'),
    "quoted nul": lambda p: p.request("REGISTER", 'X-Test: "\x00"', to='"\\\x00" <sip:a@b>'),
    "escapes": lambda p: p.request("REGISTER", uri="sip:%00%ff%zz@x", to="<sip:%00%0d%0aEvil@x>"),
    "unclosed bracket": lambda p: p.request("SUBSCRIBE", contact="<sip:a@b"),
    "unclosed quote": lambda p: p.request("SUBSCRIBE", to='"abc <sip:a@b>'),
    "empty uri": lambda p: p.request("SUBSCRIBE", contact="<>"),
    "strange scheme": lambda p: p.request("SUBSCRIBE", contact="<gopher:a>", uri="urn:service:sos"),
    "no max-forwards": lambda p: p.request("OPTIONS").replace("Max-Forwards: 70\r\n", ""),
    "tags everywhere": lambda p: p.request("BYE", to="<sip:a@b>;tag=x;tag=y;tag"),
    "empty tag": lambda p: p.request("SUBSCRIBE", to="<sip:a@b>;tag="),
    "cancel of nothing": lambda p: p.request("CANCEL", to="<sip:a@b>;tag=x"),
    "prack of nothing": lambda p: p.request("PRACK", "RAck: 1 1 INVITE", to="<sip:a@b>;tag=x"),
    "refer with nonsense": lambda p: p.request("REFER", "Refer-To: <<<>>>"),
    "replaces nothing": lambda p: invite(p, "", "Replaces: x;to-tag=a;from-tag=b", "Require: replaces"),
    "multipart without boundary": lambda p: p.request(
        "PUBLISH", "Content-Type: multipart/mixed", body="--\r\n--"
    ),
    "multipart nested": lambda p: p.request(
        "INVITE", "Content-Type: multipart/mixed;boundary=a", body="--a\r\n\r\n" * 500 + "--a--"
    ),
    "response to nothing": lambda p: "SIP/2.0 200 OK\r\n" + p.request("OPTIONS").partition("\r\n")[2],
    "response with odd code": lambda p: "SIP/2.0 99999 OK\r\n" + p.request("OPTIONS").partition("\r\n")[2],
    "pgp credentials": lambda p: p.request("REGISTER", "Authorization: PGP version=1"),
    "header without value": lambda p: p.request("REGISTER", "Path:", "Supported:", "Expires:", "X-Test:"),
    "folded header": lambda p: p.request("REGISTER", "X-Test: a\r\n b\r\n\tc", "Subject:\r\n x"),
    "expires beyond": lambda p: p.request(
        "REGISTER", "Expires: 99999999999999", contact="<sip:a@b>;expires=99999999999"
    ),
    "q of nonsense": lambda p: p.request("REGISTER", contact="<sip:a@b>;q=9.9.9"),
    "ipv6 nonsense": lambda p: p.request("REGISTER", contact="<sip:a@[::::]>", uri="sip:[zz]"),
    "path with quotes": lambda p: p.request("REGISTER", 'Path: "a,b\\", <sip:x;lr>,,,<', "Path: \\"),
}


@pytest.mark.parametrize("verdict", ["hold", "keep", "pass"])
def test_torture(agent: Agent, verdict: str) -> None:
    """Each over UDP and TCP, while requests are held (copied), kept (read later) and passed on to pjsua."""
    agent.screen_all(verdict)
    for name, make in TORTURE.items():
        udp = Phone(agent)
        text = make(udp)
        udp.send(text)
        udp.close()
        tcp = Phone(agent, "tcp")
        text = make(tcp)
        tcp.send(text)
        tcp.close()
        assert agent.native("held") >= 0, name
    if verdict != "pass":  # there, calls that nobody acknowledges go on using theirs for 32 s
        until(lambda: agent.native("connections") == 0, "connections end")
    agent.command("kept")
    for event in agent.settled("request"):
        if verdict == "hold":
            agent.native("respond", event["token"], 403, "No")
    agent.screen_all([200, "OK", []])
    phone = Phone(agent)
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    phone.close()
    assert agent.settled("unraisable") == []


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_mutations(agent: Agent, transport: str) -> None:
    """Well-formed requests with bytes changed, cut and doubled at random (seeded)."""
    agent.screen_all("hold")
    dice = random.Random(3261)
    phone = Phone(agent, transport)
    seeds = [make(phone) for name, make in TORTURE.items() if "long" not in name and "many" not in name]
    phone.close()
    for round_number in range(600):
        text = dice.choice(seeds)
        data = bytearray(text.encode() if isinstance(text, str) else text)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(data))
            change = dice.randrange(4)
            if change == 0:
                data[place] = dice.randrange(256)
            elif change == 1:
                del data[place : place + dice.randint(1, 30)]
            elif change == 2:
                data[place:place] = data[place : place + dice.randint(1, 60)]
            else:
                data[place:place] = dice.choice(
                    [b"\r\n", b'"', b"<", b">", b";", b"\x00", b"%", b",", b"\xff" * 9]
                )
            data = data or bytearray(b"x")
        phone = Phone(agent, transport)
        phone.send(bytes(data))
        phone.close()
        if round_number % 50 == 0:
            agent.native("held")
    for event in agent.settled("request"):
        agent.native("respond", event["token"], 403, "No")
    agent.screen_all([200, "OK", []])
    phone = Phone(agent, transport)
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    phone.close()
    assert agent.settled("unraisable") == []


def test_half_a_request_and_gone(agent: Agent) -> None:
    agent.screen_all([200, "OK", []])
    for size in range(0, 400, 7):
        phone = Phone(agent, "tcp")
        phone.send(phone.request("OPTIONS")[:size].encode() or b"\r\n")
        phone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # ends with a reset
        phone.close()
    until(lambda: agent.native("connections") == 0, "connections end")
    phone = Phone(agent, "tcp")
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    phone.close()


def test_a_flood_leaves_no_memory_behind(agent: Agent, phone: Phone) -> None:
    agent.screen_all("silent")

    def flood() -> int:
        for _ in range(4000):
            phone.send(phone.request("REGISTER"))
            assert phone.receive()
        memory: int = agent.command("memory")
        return memory

    flood()
    before = flood()
    assert flood() - before < 1_000_000
