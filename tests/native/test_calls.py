"""Looks at calls, CANCEL's reason, DTMF's way to the loop, what trimming leaves."""

import socket
import struct
from collections.abc import Iterator

import pytest

from tests.native.harness import Agent, Phone, header_of, headers_of, sdp, until

DISCONNECTED, EARLY, CONFIRMED = 6, 3, 5


class Rtp:
    """A G.711 stream from a plain socket."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.sequence = 100
        self.stamp = 0

    def send(self, to: int, count: int, skip: int = 0) -> None:
        self.sequence += skip
        for _ in range(count):
            header = struct.pack("!BBHII", 0x80, 8, self.sequence & 0xFFFF, self.stamp, 7)
            self.socket.sendto(header + b"\xd5" * 160, ("127.0.0.1", to))
            self.sequence += 1
            self.stamp += 160

    def digit(self, to: int, event: int) -> None:
        """RFC 4733: three updates, three ends."""
        for step, end in enumerate((0, 0, 0, 0x80, 0x80, 0x80)):
            header = struct.pack(
                "!BBHII", 0x80, 101 | (0x80 if not step else 0), self.sequence & 0xFFFF, self.stamp, 7
            )
            self.socket.sendto(
                header + struct.pack("!BBH", event, end | 10, 160 * (step + 1)), ("127.0.0.1", to)
            )
            self.sequence += 1
        self.stamp += 1600

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def rtp() -> Iterator[Rtp]:
    stream = Rtp()
    yield stream
    stream.close()


def media_port(message: str) -> int:
    """Of the first m-line of an SDP."""
    return int(next(line.split()[1] for line in message.split("\r\n") if line.startswith("m=audio")))


def call_in(agent: Agent, phone: Phone, rtp: Rtp, telephone_event: bool = True) -> tuple[int, str]:
    """A call from the phone that the agent answers: the agent's call id and its 200."""
    agent.screen_all("pass")
    body = sdp(rtp.port, telephone_event)
    phone.send(phone.request("INVITE", "Content-Type: application/sdp", body=body, call_id="in"))
    answer = phone.receive()
    while not answer.startswith("SIP/2.0 200"):
        answer = phone.receive()
    phone.send(phone.request("ACK", to=header_of(answer, "To"), call_id="in", branch="inack"))
    call: int = agent.wait("incoming")["id"]
    agent.wait("media", id=call)
    return call, answer


def brief(agent: Agent, call: int) -> list:
    answer: list = agent.native("call_brief", call)
    return answer


@pytest.mark.parametrize("telephone_event", [True, False])
def test_brief_of_an_answered_call(agent: Agent, phone: Phone, rtp: Rtp, telephone_event: bool) -> None:
    call, _ = call_in(agent, phone, rtp, telephone_event)
    until(lambda: brief(agent, call)[0] == CONFIRMED, "the ACK has come")
    assert brief(agent, call) == [CONFIRMED, 200, "OK", True, 3, telephone_event]


def test_brief_follows_an_outgoing_call(agent: Agent, phone: Phone) -> None:
    call = agent.command("call", uri=f"sip:x@127.0.0.1:{phone.port}")
    invite = phone.receive()
    phone.reply(invite, 180)
    until(lambda: brief(agent, call)[0] == EARLY, "ringing")
    assert brief(agent, call)[1:4] == [180, "Test", False]
    phone.reply(invite, 486)
    last = agent.wait("call", id=call, stats=None)
    until(lambda: agent.native("call_brief", call) is None, "the slot is free")
    ended = [e["brief"] for e in agent.settled("call") if e["brief"][0] == DISCONNECTED]
    assert ended == [[DISCONNECTED, 486, "Test", False, 0, False]], last


@pytest.mark.parametrize("call", [-1, 0, 63, 64, 10**6])
def test_unknown_calls(agent: Agent, call: int) -> None:
    assert agent.native("call_brief", call) is None
    assert agent.native("call_stats", call) is None
    assert agent.native("rx_packets", [call]) == [-1]
    agent.native("set_cancel_reason", call, "x")


def test_statistics_count_packets_and_losses(agent: Agent, phone: Phone, rtp: Rtp) -> None:
    call, answer = call_in(agent, phone, rtp)
    port = media_port(answer)
    rtp.send(port, 50)
    until(lambda: agent.native("rx_packets", [call, 40]) == [50, -1], "50 packets")
    rtp.send(port, 50, skip=5)
    until(lambda: agent.native("rx_packets", [call]) == [100], "100 packets")
    codec, clock_rate, received, sent, lost, *_ = agent.native("call_stats", call)
    assert (codec, clock_rate, received, lost) == ("PCMA", 8000, 100, 5)
    until(lambda: agent.native("call_stats", call)[3] > sent, "it sends on")


@pytest.mark.parametrize("who", ["agent", "phone"])
def test_statistics_are_there_when_the_call_has_ended(agent: Agent, phone: Phone, rtp: Rtp, who: str) -> None:
    call, answer = call_in(agent, phone, rtp)
    rtp.send(media_port(answer), 30)
    until(lambda: agent.native("rx_packets", [call]) == [30], "30 packets")
    until(lambda: agent.native("call_stats", call)[3] > 0, "it sends")
    if who == "agent":
        agent.command("hangup", id=call)
        phone.reply(phone.receive(), 200)
    else:
        phone.send(phone.request("BYE", to=header_of(answer, "To"), call_id="in", cseq=2, branch="bye"))
    until(lambda: agent.native("call_brief", call) is None, "the slot is free")
    (end,) = [e for e in agent.settled("call") if e["brief"][0] == DISCONNECTED]
    assert end["stats"][:3] == ["PCMA", 8000, 30] and end["stats"][3] > 0
    assert agent.native("call_stats", call) is None


def test_statistics_go_on_over_a_new_stream(agent: Agent, phone: Phone, rtp: Rtp) -> None:
    """A re-INVITE to another codec begins a new stream; the call's numbers do not begin anew."""
    call, answer = call_in(agent, phone, rtp)
    rtp.send(media_port(answer), 20)
    until(lambda: agent.native("rx_packets", [call]) == [20], "20 packets")
    offer = sdp(rtp.port).replace("AVP 8 101", "AVP 0 101").replace("rtpmap:8 PCMA", "rtpmap:0 PCMU")
    to = header_of(answer, "To")
    answer = phone.ask("INVITE", "Content-Type: application/sdp", body=offer, to=to, call_id="in", cseq=2)
    while not answer.startswith("SIP/2.0 200"):
        answer = phone.receive()
    phone.send(phone.request("ACK", to=to, call_id="in", cseq=2, branch="ack2"))
    until(lambda: (agent.native("call_stats", call) or [""])[0] == "PCMU", "the other codec")
    assert agent.native("call_stats", call)[2] == 20
    assert agent.native("rx_packets", [call]) == [20]


def test_slots_do_not_inherit_numbers(agent: Agent, phone: Phone, rtp: Rtp) -> None:
    call, answer = call_in(agent, phone, rtp)
    rtp.send(media_port(answer), 10)
    until(lambda: agent.native("rx_packets", [call]) == [10], "10 packets")
    phone.send(phone.request("BYE", to=header_of(answer, "To"), call_id="in", cseq=2, branch="bye"))
    until(lambda: agent.native("call_brief", call) is None, "the slot is free")
    assert phone.receive().startswith("SIP/2.0 200")
    again = None
    while again != call:  # pjsua goes through its slots in turn
        again = agent.command("call", uri=f"sip:x@127.0.0.1:{phone.port}")
        assert agent.native("call_stats", again) is None
        phone.reply(phone.receive(), 486)
        assert phone.receive().startswith("ACK ")


def test_dtmf_reaches_the_loop_at_once(agent: Agent, phone: Phone, rtp: Rtp) -> None:
    """The digit is found on a media thread; the job wakes poll(), which sleeps up to a second here."""
    call, answer = call_in(agent, phone, rtp)
    rtp.send(media_port(answer), 5)
    for event in (1, 11, 0):
        rtp.digit(media_port(answer), event)
        rtp.send(media_port(answer), 2)
    until(lambda: len(agent.found("dtmf")) == 3, "three digits", 2)
    assert [e["digit"] for e in agent.settled("dtmf", id=call)] == ["1", "#", "0"]


def test_trimmed_callbacks_leave_a_working_call(agent: Agent, phone: Phone, rtp: Rtp) -> None:
    agent.native("trim_callbacks", ["on_mwi_info"])
    agent.native("trim_callbacks")
    call, answer = call_in(agent, phone, rtp)
    rtp.send(media_port(answer), 10)
    rtp.digit(media_port(answer), 5)
    rtp.send(media_port(answer), 2)
    assert agent.wait("dtmf")["digit"] == "5"
    agent.command("hangup", id=call)
    phone.reply(phone.receive(), 200)
    until(lambda: agent.native("call_brief", call) is None, "the slot is free")
    (end,) = [e for e in agent.settled("call") if e["brief"][0] == DISCONNECTED]
    assert end["stats"][2] > 10


REASON = 'SIP;cause=200;text="Call completed elsewhere"'


def test_cancel_has_the_reason(agent: Agent, phone: Phone) -> None:
    call = agent.command("call", uri=f"sip:x@127.0.0.1:{phone.port}")
    invite = phone.receive()
    phone.reply(invite, 180)
    until(lambda: brief(agent, call)[0] == EARLY, "ringing")
    agent.native("set_cancel_reason", call, "first")
    agent.native("set_cancel_reason", call, REASON)
    agent.command("hangup", id=call)
    cancel = phone.receive()
    assert cancel.startswith("CANCEL ")
    assert headers_of(cancel, "Reason") == [REASON]
    phone.reply(cancel, 200)
    phone.reply(invite, 487)
    assert phone.receive().startswith("ACK ")


def test_delayed_cancel_has_the_reason(agent: Agent, phone: Phone) -> None:
    """Without a provisional response CANCEL has to wait for one (RFC 3261 section 9.1)."""
    call = agent.command("call", uri=f"sip:x@127.0.0.1:{phone.port}")
    invite = phone.receive()
    agent.native("set_cancel_reason", call, REASON)
    agent.command("hangup", id=call)
    phone.reply(invite, 180)
    message = phone.receive()
    while message.startswith("INVITE"):
        message = phone.receive()
    assert message.startswith("CANCEL ")
    assert headers_of(message, "Reason") == [REASON]
    phone.reply(message, 200)
    phone.reply(invite, 487)


def test_cancel_of_another_call_has_none(agent: Agent, phone: Phone) -> None:
    first = agent.command("call", uri=f"sip:x@127.0.0.1:{phone.port}")
    first_invite = phone.receive()
    second = agent.command("call", uri=f"sip:x@127.0.0.1:{phone.port}")
    invite = phone.receive()
    agent.native("set_cancel_reason", first, REASON)
    phone.reply(invite, 180)
    until(lambda: brief(agent, second)[0] == EARLY, "ringing")
    agent.command("hangup", id=second)
    message = phone.receive()
    while not message.startswith("CANCEL"):
        message = phone.receive()
    assert headers_of(message, "Reason") == []
    phone.reply(message, 200)
    phone.reply(invite, 487)
    phone.reply(first_invite, 486)
