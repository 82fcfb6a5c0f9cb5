"""Where requests inside a dialog go: Contacts are tied to the packet's source."""

import pytest

from tests.native.harness import Agent, Phone, header_of, headers_of, sdp


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_bye_goes_to_the_source_whatever_the_contact_says(agent: Agent, transport: str) -> None:
    agent.screen_all("pass")
    phone = Phone(agent, transport)
    phone.send(
        phone.request(
            "INVITE",
            "Content-Type: application/sdp",
            body=sdp(40000),
            contact="<sip:alice@attacker.invalid:9;transport=tls;maddr=other.invalid;x=1>",
            call_id="rw",
        )
    )
    answer = phone.receive()
    while not answer.startswith("SIP/2.0 200"):
        answer = phone.receive()
    phone.send(phone.request("ACK", to=header_of(answer, "To"), call_id="rw", branch="ack"))
    agent.command("hangup", id=agent.wait("incoming")["id"])
    bye = phone.receive()
    assert bye.startswith("BYE ")
    uri = bye.split(" ")[1]
    ending = ";transport=TCP" if transport == "tcp" else ""
    assert uri.lower() == f"sip:alice@127.0.0.1:{phone.port}{ending};x=1".lower()
    phone.reply(bye, 200)
    phone.close()


def test_python_sees_the_source_in_contacts_of_dialogs(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    phone.ask("SUBSCRIBE", "Event: dialog", contact="<sip:a@host.invalid:1;transport=tcp>;expires=5")
    assert agent.settled("request")[-1]["contacts"] == [[f"sip:a@127.0.0.1:{phone.port}", 5, -1, {}]]


def test_a_tel_contact_is_left_alone(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    phone.ask("OPTIONS", contact="<tel:+31201234567>")
    assert agent.settled("request")[-1]["contacts"] == [["tel:+31201234567", -1, -1, {}]]


@pytest.mark.parametrize(
    ("headers", "contact", "refused"),
    [
        (["Record-Route: <sip:proxy.invalid;lr>"], "<sip:a@192.0.2.1>", False),
        (["Record-Route: <sip:192.0.2.9;lr>"], "<sip:a@phone.invalid>", False),
        (["Record-Route: <sip:[2001:db8::9];lr>"], "<sip:a@phone.invalid>", False),
        (["Via: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bKinner"], "<sip:a@phone.invalid>", True),
        (["Via: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bKinner"], "<sip:a@192.0.2.1;maddr=x.invalid>", True),
        (["Via: SIP/2.0/UDP 192.0.2.3;branch=z9hG4bKinner"], "<sip:a@192.0.2.1>", False),
        ([], "<sip:a@phone.invalid>", False),
    ],
)
def test_a_host_name_as_next_hop_is_refused(
    agent: Agent, phone: Phone, headers: list[str], contact: str, refused: bool
) -> None:
    agent.screen_all([200, "OK", []])
    answer = phone.ask("SUBSCRIBE", "Event: dialog", *headers, contact=contact)
    expected = "SIP/2.0 400 Contact must be an IP address" if refused else "SIP/2.0 200"
    assert answer.startswith(expected), answer
    assert phone.ask("OPTIONS", *headers, contact=contact).startswith("SIP/2.0 200"), "makes no dialog"


def call_out(agent: Agent, phone: Phone, *headers: str, contact: str) -> str:
    """Lets the agent call the phone, which answers; the ACK."""
    call = agent.command("call", uri=f"sip:phone@127.0.0.1:{phone.port}")
    invite = phone.receive()
    assert invite.startswith("INVITE ")
    phone.reply(
        invite, 200, f"Contact: {contact}", *headers, "Content-Type: application/sdp", body=sdp(40000)
    )
    ack = phone.receive()
    assert ack.startswith("ACK ")
    agent.wait("media", id=call)
    return ack


def test_contact_of_an_answer_is_tied_to_its_source(agent: Agent, phone: Phone) -> None:
    # The socket is connected to the agent, so that what arrives here came to the right place.
    ack = call_out(agent, phone, contact="<sip:p@elsewhere.invalid:7>")
    assert ack.split(" ")[1] == f"sip:p@127.0.0.1:{phone.port}"


def test_route_of_an_answer_is_tied_to_its_source(agent: Agent, phone: Phone) -> None:
    ack = call_out(
        agent,
        phone,
        "Record-Route: <sip:far.invalid;lr>",
        "Record-Route: <sip:near.invalid;lr;x=1>",
        contact="<sip:p@elsewhere.invalid:7>",
    )
    assert ack.split(" ")[1] == "sip:p@elsewhere.invalid:7", "the request URI is the proxy's business"
    routes = headers_of(ack, "Route")
    assert routes[0].startswith(f"<sip:127.0.0.1:{phone.port};lr"), routes
    assert "far.invalid" in routes[1]


def test_redirection_keeps_its_contacts(agent: Agent, phone: Phone) -> None:
    """Where a 302 points is for Python to decide, so it must see what was sent."""
    agent.command("call", uri=f"sip:phone@127.0.0.1:{phone.port}")
    phone.reply(phone.receive(), 302, "Contact: <sip:other@192.0.2.77>")
    assert phone.receive().startswith("ACK ")
    assert agent.wait("redirected")["target"] == "<sip:other@192.0.2.77>"


def test_a_target_refresh_cannot_bring_in_a_host_name(agent: Agent, phone: Phone) -> None:
    """In a dialog without routes a Record-Route does not shield the Contact."""
    agent.screen_all("pass")
    phone.send(phone.request("INVITE", "Content-Type: application/sdp", body=sdp(40000), call_id="refresh"))
    answer = phone.receive()
    while not answer.startswith("SIP/2.0 200"):
        answer = phone.receive()
    to = header_of(answer, "To")
    phone.send(phone.request("ACK", to=to, call_id="refresh", branch="ack1"))
    answer = phone.ask(
        "INVITE",
        "Record-Route: <sip:192.0.2.1;lr>",
        "Content-Type: application/sdp",
        body=sdp(40000),
        to=to,
        call_id="refresh",
        cseq=2,
        contact="<sip:alice@evil.invalid>",
    )
    while not answer.startswith("SIP/2.0 200"):
        assert answer.startswith("SIP/2.0 1"), answer
        answer = phone.receive()
    phone.send(phone.request("ACK", to=to, call_id="refresh", cseq=2, branch="ack2"))
    agent.command("hangup", id=agent.wait("incoming")["id"])
    bye = phone.receive()
    assert bye.startswith(f"BYE sip:alice@127.0.0.1:{phone.port} ")
    phone.reply(bye, 200)


def test_via_maddr_is_not_followed(agent: Agent, phone: Phone) -> None:
    agent.screen_all([200, "OK", []])
    via = f"Via: SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKmaddr;maddr=lookup.invalid"
    assert phone.ask("OPTIONS", via=via).startswith("SIP/2.0 200")
