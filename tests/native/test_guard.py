"""Denied addresses, malformed messages, the trace, keep-alives."""

import socket
import ssl
from pathlib import Path

import pytest

from tests.native.harness import PATIENCE, Agent, Phone, header_of, until


def test_denied_address_gets_no_answer_until_allowed(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    agent.native("deny", "127.0.0.1")
    for _ in range(3):
        phone.send(phone.request("OPTIONS"))
    until(lambda: agent.native("denied") == {"127.0.0.1": 3}, "three dropped messages")
    assert agent.settled("request") == []
    agent.native("allow", "127.0.0.1")
    assert agent.native("denied") == {}
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    agent.native("allow", "127.0.0.1")


def test_other_addresses_are_not_denied(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    agent.native("deny", "192.0.2.1")
    agent.native("deny", "2001:db8::1")
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    assert agent.native("denied") == {"192.0.2.1": 0, "2001:db8::1": 0}


def test_exempted_ports_stay_allowed(agent: Agent, phone: Phone) -> None:
    """A registered phone behind the same NAT as an attacker goes on working."""
    agent.screen_all([200, "OK", []])
    other = Phone(agent)
    agent.native("deny", "127.0.0.1", [phone.port])
    other.send(other.request("OPTIONS"))
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    assert agent.native("denied") == {"127.0.0.1": 1}
    agent.native("deny", "127.0.0.1", [other.port])
    phone.send(phone.request("OPTIONS"))
    assert other.ask("OPTIONS").startswith("SIP/2.0 200")
    assert agent.native("denied") == {"127.0.0.1": 2}
    other.close()


def test_denied_address_cannot_connect(agent: Agent) -> None:
    agent.native("deny", "127.0.0.1")
    phone = Phone(agent, "tcp")
    assert phone.socket.recv(1) == b"", "shut at once"
    assert agent.native("connections") == 0
    phone.close()


def test_malformed_messages_are_counted_and_reset(agent: Agent, phone: Phone, tcp_phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    phone.send("hello" * 10 + "\r\n\r\n")
    phone.send("OPTIONS sip:x SIP/2.0\r\nVia: nonsense\r\n\r\n")
    phone.send(phone.request("OPTIONS").replace("Call-ID", "Call-IX"))
    phone.send(bytes(range(256)))
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    assert agent.native("malformed") == {"127.0.0.1": 4}
    tcp_phone.send("OPTIONS sip:x SIP/2.0\r\nVia: nonsense\r\nContent-Length: 0\r\n\r\n")
    assert tcp_phone.ask("OPTIONS").startswith("SIP/2.0 200"), "the connection goes on"
    assert agent.native("malformed") == {"127.0.0.1": 1}
    assert agent.native("malformed") == {}


def test_blank_datagrams_are_not_malformed(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    stun = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12) + b"\x80\x22\x00\x10" + b"agent of a phone"
    for keep_alive in (b"\r\n\r\n", b"\r\n", b"\r\n\r\n\r\n\r\n", bytes(4), b"jaK", stun):
        phone.send(keep_alive)
    assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
    assert agent.native("malformed") == {}


def test_trace_shows_both_directions_as_they_were_on_the_wire(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", [["X-Hello", "é"]]])
    request = phone.request("SUBSCRIBE", "Event: dialog")
    phone.send(request)
    phone.receive()
    assert agent.settled("message") == []
    agent.native("trace", True)
    request = phone.request("SUBSCRIBE", "Event: dialog")
    phone.send(request)
    answer = phone.receive()
    there, back = agent.settled("message")
    where = {"ip": "127.0.0.1", "port": phone.port, "transport": "udp"}
    assert there == {"event": "message", "incoming": True, "raw": request, **where}
    assert back == {"event": "message", "incoming": False, "raw": answer, **where}
    agent.native("trace", False)
    phone.ask("OPTIONS")
    assert len(agent.settled("message")) == 2


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_double_crlf_is_answered_with_one(tls_files: tuple[Path, Path], transport: str) -> None:
    agent = Agent(*tls_files)
    try:
        agent.screen_all([200, "OK", []])
        context = ssl._create_unverified_context()
        port = agent.tls_port if transport == "tls" else agent.port
        plain = socket.create_connection(("127.0.0.1", port), PATIENCE)
        connection = context.wrap_socket(plain) if transport == "tls" else plain
        for _ in range(3):
            connection.sendall(b"\r\n\r\n")
            assert connection.recv(100) == b"\r\n"
        connection.sendall(b"\r\n")  # an answer to our own ping is not answered again
        phone = Phone(agent, transport, connection)
        assert phone.ask("OPTIONS").startswith("SIP/2.0 200")
        assert agent.settled("request")[-1]["transport"] == transport
        assert phone._buffer == b""
        phone.close()
        assert agent.quit() == 0
    finally:
        agent.end()


def test_ping_before_a_message_in_one_segment(agent: Agent, tcp_phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    tcp_phone.send("\r\n\r\n" + tcp_phone.request("OPTIONS"))
    assert tcp_phone.socket.recv(2) == b"\r\n"
    assert tcp_phone.receive().startswith("SIP/2.0 200")


def test_segments_are_joined_and_split(agent: Agent, tcp_phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    two = tcp_phone.request("OPTIONS", body="x" * 100) + tcp_phone.request("OPTIONS", cseq=2)
    tcp_phone.send(two[:50])
    tcp_phone.send(two[50:-30])
    tcp_phone.send(two[-30:])
    assert [header_of(tcp_phone.receive(), "CSeq") for _ in range(2)] == ["1 OPTIONS", "2 OPTIONS"]
