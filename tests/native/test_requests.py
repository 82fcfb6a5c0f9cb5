"""What Python sees of a request."""

import base64

import pytest

from tests.native.harness import Agent, Phone


def seen(agent: Agent, phone: Phone, method: str = "REGISTER", *headers: str, **options: str) -> dict:
    agent.screen_all([200, "OK", []])
    answer = phone.ask(method, *headers, **options)
    assert answer.startswith("SIP/2.0 200"), answer
    return agent.settled("request")[-1]


def test_identity_and_source(agent: Agent, phone: Phone) -> None:
    request = seen(agent, phone, "REGISTER", uri="sip:example.org", call_id="abc@host", cseq=42)
    assert (request["method"], request["uri"], request["uri_host"]) == (
        "REGISTER",
        "sip:example.org",
        "example.org",
    )
    assert request["uri_user"] == ""
    assert (request["from_uri"], request["from_user"], request["from_host"]) == (
        "sip:alice@example.org",
        "alice",
        "example.org",
    )
    assert (request["from_display"], request["from_tag"]) == ("Alice", "aabchost")
    assert (request["to_user"], request["to_host"], request["to_tag"]) == ("bob", "example.org", "")
    assert (request["call_id"], request["cseq"], request["via_count"]) == ("abc@host", 42, 1)
    assert (request["source_ip"], request["source_port"]) == ("127.0.0.1", phone.port)
    assert (request["local_ip"], request["local_port"], request["transport"]) == (
        "127.0.0.1",
        agent.port,
        "udp",
    )
    assert base64.b64decode(request["raw"]).startswith(b"REGISTER sip:example.org SIP/2.0\r\n")


def test_what_is_missing_reads_as_nothing(agent: Agent, phone: Phone) -> None:
    request = seen(agent, phone, "OPTIONS", contact="")
    assert request["contacts"] == [] and request["credentials"] == [] and request["paths"] == []
    assert request["expires"] == -1 and not request["contact_star"] and not request["record_routed"]
    assert request["user_agent"] == request["package"] == request["accept"] == request["content_type"] == ""
    assert request["supported"] == [] and request["body"] == "" and request["x_test"] == []


def test_contacts_of_register_stay_as_sent(agent: Agent, phone: Phone) -> None:
    request = seen(
        agent,
        phone,
        "REGISTER",
        'Contact: <sip:a@phone.invalid:5062;transport=tcp;ob>;expires=120;q=0.5;+sip.instance="<urn:uuid:1>"',
        'Contact: <sip:a@192.0.2.7>, "Two, too" <sips:a@[2001:db8::1]:5061>;reg-id=1;flag',
        "Expires: 3600",
        contact="",
    )
    assert request["contacts"] == [
        [
            "sip:a@phone.invalid:5062;transport=tcp;ob",
            120,
            0.5,
            {"+sip.instance": "<urn:uuid:1>"},
        ],
        ["sip:a@192.0.2.7", -1, -1, {}],
        ["sips:a@[2001:db8::1]:5061", -1, -1, {"reg-id": "1", "flag": ""}],
    ]
    assert request["expires"] == 3600


def test_contact_star(agent: Agent, phone: Phone) -> None:
    request = seen(agent, phone, "REGISTER", "Expires: 0", contact="*")
    assert request["contact_star"] and request["contacts"] == [] and request["expires"] == 0


def test_credentials(agent: Agent, phone: Phone) -> None:
    digest = (
        'Digest username="alice", realm="example.org", nonce="n1", uri="sip:example.org", '
        'response="0123", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c", opaque="o"'
    )
    request = seen(
        agent,
        phone,
        "REGISTER",
        f"Authorization: {digest}",
        'Proxy-Authorization: Digest username="b\xe9", realm="r", nonce="n2", uri="sip:x", response="4"',
    )
    first, second = request["credentials"]
    assert first == {
        "username": "alice",
        "realm": "example.org",
        "nonce": "n1",
        "uri": "sip:example.org",
        "response": "0123",
        "algorithm": "SHA-256",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "c",
        "opaque": "o",
    }
    assert second["username"] == "b\xe9" and second["algorithm"] == second["qop"] == ""


def test_other_headers(agent: Agent, phone: Phone) -> None:
    request = seen(
        agent,
        phone,
        "SUBSCRIBE",
        "Event: dialog;id=7",
        "Accept: application/dialog-info+xml, application/pidf+xml",
        "Supported: replaces, 100rel",
        "k: timer",
        "User-Agent: Test 1.0",
        "Path: <sip:edge,1@192.0.2.1;lr>, <sip:192.0.2.2;lr>",
        "Path: <sip:192.0.2.3;lr>",
        "Record-Route: <sip:192.0.2.1;lr>",
        "x-TEST: one",
        "X-Test:  two ",
        call_id="other",
    )
    assert request["package"] == "dialog;id=7"
    assert request["accept"] == "application/dialog-info+xml, application/pidf+xml"
    assert request["supported"] == ["replaces", "100rel", "timer"]
    assert request["user_agent"] == "Test 1.0"
    assert request["paths"] == ["<sip:edge,1@192.0.2.1;lr>", "<sip:192.0.2.2;lr>", "<sip:192.0.2.3;lr>"]
    assert request["record_routed"]
    assert request["x_test"] == ["one", "two"]
    assert "127.0.0.1" in request["via"][0]


def test_body(agent: Agent, phone: Phone) -> None:
    request = seen(
        agent, phone, "PUBLISH", "Content-Type: text/plain;charset=utf-8", body="h\xe9llo\r\n\r\nmore"
    )
    assert request["content_type"] == "text/plain"
    assert base64.b64decode(request["body"]).decode() == "h\xe9llo\r\n\r\nmore"


def test_multipart_body_is_given_as_sent(agent: Agent, phone: Phone) -> None:
    body = (
        "--x\r\nContent-Type: text/plain\r\n\r\none\r\n--x\r\nContent-Type: text/html\r\n\r\ntwo\r\n--x--\r\n"
    )
    request = seen(agent, phone, "PUBLISH", "Content-Type: multipart/mixed;boundary=x", body=body)
    assert request["content_type"] == "multipart/mixed"
    assert base64.b64decode(request["body"]).decode() == body


def test_tcp_is_named(agent: Agent, tcp_phone: Phone) -> None:
    request = seen(agent, tcp_phone)
    assert request["transport"] == "tcp" and request["source_port"] == tcp_phone.port


@pytest.mark.parametrize("bad", [b"\xff\xfe\x80", b"\xed\xa0\x80", "日本語".encode()])
def test_bytes_of_any_kind_read_as_text(agent: Agent, phone: Phone, bad: bytes) -> None:
    agent.screen_all([200, "OK", []])
    text = phone.request("REGISTER", "User-Agent: @@", "X-Test: @@", to='"@@" <sip:a@example.org>')
    phone.send(text.encode().replace(b"@@", bad))
    request = agent.wait("request")
    expected = bad.decode("utf-8", "replace")
    assert request["user_agent"] == expected and request["x_test"] == [expected]
    assert agent.native("malformed") == {}


def test_a_kept_request_can_be_read_later_on_another_thread(agent: Agent, phone: Phone) -> None:
    agent.screen_all("keep")
    for number in range(50):
        assert phone.ask("REGISTER", f"X-Test: {number}").startswith("SIP/2.0 200")
    now = {e["call_id"]: e for e in agent.settled("request")}
    later = agent.command("kept")
    assert [r["x_test"] for r in later] == [[str(number)] for number in range(50)]
    for request in later:
        assert request == {**now[request["call_id"]], "event": "request"} or request == {
            k: v for k, v in now[request["call_id"]].items() if k != "event"
        }
    assert agent.command("kept") == []


def test_requests_kept_past_the_end_read_as_nothing(agent: Agent, phone: Phone) -> None:
    agent.screen_all("keep")
    assert phone.ask("REGISTER").startswith("SIP/2.0 200")
    agent.native("uninstall")
    (request,) = agent.command("kept")
    assert request["method"] == request["call_id"] == request["raw"] == ""
    assert request["contacts"] == [] and request["source_port"] == phone.port
