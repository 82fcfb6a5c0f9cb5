"""Reading small texts of headers, which anybody may have written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbx.sip import names

TEXT = st.text(st.sampled_from('sip:tel@<>"\\;,?&=% \t\r\nab1*+-'), max_size=300)


@pytest.mark.parametrize(
    ("value", "name", "uri"),
    [
        ("<sip:a@b>", "", "sip:a@b"),
        ("sip:a@b;tag=x", "", "sip:a@b"),
        ('"Jansen, \\"J\\"" <sip:a@b;p=1>;x=y', 'Jansen, "J"', "sip:a@b;p=1"),
        ("Jansen J <sip:a@b>, <tel:1>", "Jansen J", "sip:a@b"),
        ("<sip:a@b", "", ""),
        ("", "", ""),
    ],
)
def test_name_and_uri(value: str, name: str, uri: str) -> None:
    assert names.named(value) == (name, uri)


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("sip:102@b", "102"),
        ("SIPS:102;npdi:secret@b:5061;transport=tls?Replaces=x", "102"),
        ("tel:+31-20;phone-context=b", "+31-20"),
        ("sip:%2A21%23@b", "*21#"),
        ("sip:b", ""),
    ],
)
def test_the_user_of_a_uri(text: str, user: str) -> None:
    found = names.uri(text)
    assert found is not None and found.user == user


@pytest.mark.parametrize("text", ["", "102", "http://b", "sip:" + "1" * 129 + "@b", "sip:a%0D%0Ab@b"])
def test_what_is_no_uri_of_ours(text: str) -> None:
    assert names.uri(text) is None


def test_parameters_and_headers_of_a_uri() -> None:
    found = names.uri("sip:102@b;METHOD=INVITE?Replaces=c%40d%3Bto-tag%3D1%3Bfrom-tag%3D2&Require=replaces")
    assert found is not None
    assert found.params == {"method": "INVITE"}
    assert found.headers == {"replaces": "c@d;to-tag=1;from-tag=2", "require": "replaces"}


def test_replaces() -> None:
    assert names.replaces("a@b;from-tag=2; to-tag=1;early-only") == names.Replaces("a@b", "1", "2", True)
    for wrong in (
        "",
        "a",
        "a;to-tag=1",
        "a;to-tag=;from-tag=2",
        "a b;to-tag=1;from-tag=2",
        "a;to-tag=ü;from-tag=2",
    ):
        assert names.replaces(wrong) is None


@given(TEXT)
def test_anything_may_stand_there(text: str) -> None:
    name, uri = names.named(text)
    assert len(name) <= names.MOST
    for each in (text, uri):
        found = names.uri(each)
        assert found is None or (len(found.user) <= names.MOST and found.user.isprintable())
        named = names.replaces(each)
        assert named is None or ";" not in named.call_id


@pytest.mark.parametrize("piece", [" ", '"', '"a', "\\", "a=", ";", "&", "%", "<", '\\"'])
def test_no_text_takes_long(piece: str) -> None:
    text = piece * 100_000
    began = time.process_time()
    for read in (names.named, names.uri, names.replaces):
        read(text)
        read("sip:" + text)
        read('"' + text)
    assert time.process_time() - began < 0.5
