"""The small pure parts of the SIP edge: URIs that we write, offers that we read, MOS, connections."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip import offer
from pbx.sip.connections import Connections
from pbx.sip.quality import mos
from pbx.sip.uris import name_addr, redirect_user, target, user_uri
from tests.calls.world import binding

SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


def test_requests_go_where_the_phone_registered_from() -> None:
    phone = replace(
        binding("d101"), contact="sip:d101@10.0.0.9:5070", source_ip="192.0.2.4", source_port=6000
    )
    assert target(phone) == "sip:d101@192.0.2.4:6000"
    assert target(replace(phone, transport="tls")) == "sip:d101@192.0.2.4:6000;transport=tls"
    assert target(replace(phone, contact="sip:pbx.evil.example")) == "sip:192.0.2.4:6000"
    assert target(replace(phone, source_ip="2001:db8::4")) == "sip:d101@[2001:db8::4]:6000"


def test_without_its_connection_a_phone_is_reached_where_it_listens() -> None:
    phone = replace(
        binding("d101"),
        contact="sip:d101@192.0.2.4:5070;transport=tcp",
        source_ip="192.0.2.4",
        source_port=49152,
        transport="tcp",
    )
    assert target(phone, connected=False) == "sip:d101@192.0.2.4:5070;transport=tcp"
    # Behind NAT the port that it names means nothing outside.
    natted = replace(phone, contact="sip:d101@10.0.0.9:5070;transport=tcp")
    assert target(natted, connected=False) == "sip:d101@192.0.2.4:49152;transport=tcp"


def test_a_path_becomes_routes() -> None:
    phone = replace(binding("d101"), contact="sip:d101@10.0.0.9:5070", path=("<sip:192.0.2.4:5060;lr>",))
    assert target(phone) == "sip:d101@10.0.0.9:5070?Route=%3Csip%3A192.0.2.4%3A5060%3Blr%3E"


def test_connections_are_known_until_they_close() -> None:
    known = Connections()
    assert known.reaches("192.0.2.4", 5060, "udp")
    assert not known.reaches("192.0.2.4", 40000, "tcp")
    known.seen("192.0.2.4", 40000, "tcp")
    assert known.reaches("192.0.2.4", 40000, "tcp")
    known.closed("192.0.2.4", 40000, "tcp")
    assert not known.reaches("192.0.2.4", 40000, "tcp")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Desk 101", '"Desk 101" <sip:101@a.example>'),
        ("", "<sip:101@a.example>"),
        ('A "B" \\ C', '"A \\"B\\" \\\\ C" <sip:101@a.example>'),
        ("evil\r\nVia: x", '"evilVia: x" <sip:101@a.example>'),
    ],
)
def test_names_cannot_leave_their_quotes(name: str, written: str) -> None:
    assert name_addr(name, user_uri("101", "a.example")) == written


def test_the_number_of_a_forward() -> None:
    assert redirect_user("sip:103@10.0.0.1;transport=tcp") == "103"
    assert redirect_user("<sip:103;x=y@10.0.0.1>") == "103"
    assert redirect_user("tel:103;phone-context=a") == "103"
    assert redirect_user("sip:10.0.0.1") == ""


def test_the_codecs_of_an_offer_in_its_order() -> None:
    audio = b"m=audio 4000 RTP/AVP 8 96 101 0 18\r\na=rtpmap:96 opus/48000/2\r\n"
    assert offer.codecs(SDP + audio) == ("PCMA", "opus", "PCMU")
    assert offer.codecs(SDP + b"m=audio 4000 RTP/SAVP 9\r\n") == ("G722",)
    assert offer.codecs(b"") == ()


@given(st.binary(max_size=600))
def test_anything_may_come_as_an_offer(data: bytes) -> None:
    assert set(offer.codecs(data)) <= set(offer.OURS)
    assert set(offer.codecs(b"m=audio 1 RTP/AVP " + data)) <= set(offer.OURS)


def test_mos_falls_with_loss_and_delay() -> None:
    best = mos("PCMA", 0, 0, 0)
    assert 4.3 < best <= 4.5
    assert best > mos("PCMA", 1, 0, 0) > mos("PCMA", 5, 0, 0) > mos("PCMA", 30, 0, 0) >= 1.0
    assert best > mos("PCMA", 0, 0, 600) > mos("PCMA", 0, 0, 1500)
    assert mos(None, 0, 0, 0) < best
