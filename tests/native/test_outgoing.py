"""Requests of our own outside calls."""

import socket
import time

import pytest

from tests.native.harness import Agent, Phone, header_of, headers_of


def send(agent: Agent, token: int, method: str, target: str, *more: object) -> None:
    agent.native(
        "send_request", token, method, target, "<sip:pbx@example.org>", "<sip:alice@example.org>", *more
    )


def test_options_and_its_answer(agent: Agent, phone: Phone) -> None:
    send(agent, 7, "OPTIONS", f"sip:alice@127.0.0.1:{phone.port}", [["X-Ask", "é"]])
    request = phone.receive()
    assert request.startswith(f"OPTIONS sip:alice@127.0.0.1:{phone.port} SIP/2.0\r\n")
    assert header_of(request, "From").startswith("<sip:pbx@example.org>;tag=")
    assert header_of(request, "To") == "<sip:alice@example.org>"
    assert header_of(request, "X-Ask") == "é"
    phone.reply(request, 100)
    phone.reply(request, 404)
    assert agent.wait("result") == {"event": "result", "token": 7, "code": 404, "reason": "Test"}
    phone.reply(request, 200)
    assert len(agent.settled("result")) == 1


def test_notify_in_a_dialog_that_python_keeps(agent: Agent, phone: Phone) -> None:
    agent.native(
        "send_request",
        1,
        "NOTIFY",
        "sip:alice@192.0.2.1;transport=udp",
        '"PBX" <sip:pbx@example.org>;tag=ours',
        "<sip:alice@example.org>;tag=theirs",
        [
            ["Call-ID", "sub-1@x"],
            ["CSeq", "17"],
            ["Route", f"<sip:127.0.0.1:{phone.port};lr>"],
            ["Route", "<sip:192.0.2.2;lr>"],
            ["Contact", "<sip:pbx@127.0.0.1>"],
            ["Event", "dialog"],
            ["Subscription-State", "active;expires=60"],
        ],
        "application/dialog-info+xml",
        "<dialog-info>é</dialog-info>",
    )
    request = phone.receive()
    assert request.startswith("NOTIFY sip:alice@192.0.2.1;transport=udp SIP/2.0\r\n")
    assert headers_of(request, "From") == ['"PBX" <sip:pbx@example.org>;tag=ours']
    assert headers_of(request, "To") == ["<sip:alice@example.org>;tag=theirs"]
    assert headers_of(request, "Call-ID") == ["sub-1@x"]
    assert headers_of(request, "CSeq") == ["17 NOTIFY"]
    assert headers_of(request, "Contact") == ["<sip:pbx@127.0.0.1>"]
    assert headers_of(request, "Route") == [f"<sip:127.0.0.1:{phone.port};lr>", "<sip:192.0.2.2;lr>"]
    assert header_of(request, "Content-Type") == "application/dialog-info+xml"
    assert request.endswith("\r\n\r\n<dialog-info>é</dialog-info>")
    phone.reply(request, 200)
    assert agent.wait("result", token=1)["code"] == 200


def test_over_the_connection_that_the_phone_opened(agent: Agent, tcp_phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    tcp_phone.ask("REGISTER")
    send(agent, 2, "OPTIONS", f"sip:alice@127.0.0.1:{tcp_phone.port};transport=tcp")
    request = tcp_phone.receive()
    assert request.startswith("OPTIONS ")
    tcp_phone.reply(request, 200)
    assert agent.wait("result", token=2)["code"] == 200


def test_silence_is_408_at_the_given_time(agent: Agent, phone: Phone) -> None:
    start = time.monotonic()
    send(agent, 3, "OPTIONS", f"sip:alice@127.0.0.1:{phone.port}", [], "", "", 700)
    assert agent.wait("result", token=3)["code"] == 408
    assert 0.6 < time.monotonic() - start < 3


def test_refused_connection_is_503(agent: Agent) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        send(agent, 4, "OPTIONS", f"sip:alice@127.0.0.1:{port};transport=tcp")
        assert agent.wait("result", token=4)["code"] == 503


def test_a_scheme_without_transport_is_503_and_later(agent: Agent) -> None:
    send(agent, 5, "OPTIONS", "tel:+31201234567")
    assert agent.wait("result", token=5)["code"] == 503


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("INVITE", "sip:a@127.0.0.1", []),
        ("ACK", "sip:a@127.0.0.1", []),
        ("CANCEL", "sip:a@127.0.0.1", []),
        ("", "sip:a@127.0.0.1", []),
        ("OPTIONS", "not a uri", []),
        ("OPTIONS", "sip:", []),
        ("OPTIONS", "sip:a@127.0.0.1", [["Route", "<<<"]]),
        ("OPTIONS", "sip:a@127.0.0.1", [["CSeq", "x"]]),
    ],
)
def test_nonsense_is_a_value_error(agent: Agent, method: str, target: str, headers: list[list[str]]) -> None:
    with pytest.raises(RuntimeError, match="ValueError"):
        send(agent, 6, method, target, headers)
    with pytest.raises(RuntimeError, match="ValueError"):
        agent.native("send_request", 6, "OPTIONS", "sip:a@127.0.0.1", "<<", "<sip:a@b>")
    assert agent.settled("result") == []


def test_requests_under_way_at_the_end_do_no_harm(agent: Agent, phone: Phone) -> None:
    for token in range(20):
        send(agent, token, "OPTIONS", f"sip:alice@127.0.0.1:{phone.port}")
    assert phone.receive().startswith("OPTIONS ")
    assert agent.quit() == 0
