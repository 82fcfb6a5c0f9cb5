"""Comparing SIP URIs: the examples of RFC 3261 section 19.1.4, and any text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.registrar import uri


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
        ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
        (
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
        ),
        ("sip:u@[2001:DB8::1]:5060", "sip:u@[2001:db8::1]:5060"),
        ("<sip:u@h>", "sip:u@h"),
        ("tel:+31", "tel:+31"),
    ],
)
def test_equivalent(a: str, b: str) -> None:
    assert uri.same(a, b) and uri.same(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
        ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
        ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
        ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
        ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
        ("sip:u@h", "sips:u@h"),
        ("sip:u@h", "sip:h"),
        ("tel:+31", "tel:+32"),
    ],
)
def test_different(a: str, b: str) -> None:
    assert not uri.same(a, b) and not uri.same(b, a)


@given(st.text(max_size=60) | st.text("sip:@<>;=?&[]%ab1.", max_size=40).map("sip:".__add__))
def test_any_text_can_be_read(text: str) -> None:
    found = uri.parse(text)
    assert uri.same(text, text)
    assert found is None or found.host
    uri.scheme_of(text)


def test_ports_and_lengths_are_bounded() -> None:
    assert uri.parse("sip:h:65536") is None
    assert uri.parse("sip:h:65535") is not None
    assert uri.parse("sip:" + "h" * 2000) is None
    assert uri.parse("sip:ü@h") is None
    assert uri.parse("mailto:a@b") is None
