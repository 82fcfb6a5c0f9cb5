"""The raw client: digest of the RFCs, framing on streams, and a call answered by script."""

import pytest

from tests.phones.base import Account, PhoneError
from tests.phones.digest import Challenge, choose_challenge, digest_response
from tests.phones.pjsua import Pjsua
from tests.phones.raw import RawSip


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_of_rfc_7616_section_3_9_1(algorithm: str, response: str) -> None:
    challenge = Challenge(
        "http-auth@example.org", "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm, "auth"
    )
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    args = ("GET", "/dir/index.html", "Mufasa", "Circle of Life", 1, cnonce)
    assert digest_response(challenge, *args) == response


def test_the_stronger_challenge_is_chosen() -> None:
    values = [f'Digest realm="r", nonce="n", algorithm={name}, qop="auth"' for name in ("MD5", "SHA-256")]
    assert choose_challenge(values).algorithm == "SHA-256"
    assert choose_challenge(values, "MD5").algorithm == "MD5"
    with pytest.raises(ValueError, match="not a digest"):
        choose_challenge(['Basic realm="r"'])


def test_messages_are_cut_out_of_a_stream() -> None:
    raw = RawSip("127.0.0.1", 5060, "tcp")
    head = b"OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
    rest = raw._split(b"\r\n\r\n" + head + b"Content-Length: 3\r\n\r\nabc" + head + b"l: 2\r\n\r\nx")
    assert (raw.keep_alives, len(raw.inbox), raw.inbox[0].body) == (1, 1, b"abc")
    assert rest.endswith(b"\r\n\r\nx")
    assert raw._split(rest + b"y") == b""
    assert raw.inbox[1].body == b"xy"


async def test_a_call_is_answered_by_script_and_ended() -> None:
    async with Pjsua(Account("alice", codecs=["PCMA"])) as alice:  # noqa: SIM117
        async with RawSip("127.0.0.1", alice.local_port) as raw:
            await alice.call(raw.contact)
            invite = await raw.wait_request("INVITE")
            await raw.respond(invite, 180, "Ringing", to_tag="me")
            await alice.wait_ringing()
            contact = [("Contact", f"<{raw.contact}>")]
            await raw.respond(invite, 200, "OK", to_tag="me", headers=contact, body=raw.sdp())
            await raw.wait_request("ACK")
            await alice.wait_established()
            await alice.hangup()
            bye = await raw.wait_request("BYE")
            await raw.respond(bye, 200, "OK")
            assert (await alice.wait_ended()).code == 0


async def test_a_call_made_cancelled_and_refused() -> None:
    async with Pjsua(Account("bob", codecs=["PCMA"])) as bob, RawSip("127.0.0.1", bob.local_port) as raw:
        contact = [("Contact", f"<{raw.contact}>")]
        invite = raw.request("INVITE", bob.contact_uri, headers=contact, body=raw.sdp(), call_id="first")
        await raw.send(invite)
        await bob.wait_ringing()
        await raw.send(raw.cancel(invite))
        answer = await raw.take(lambda m: "487" in bytes(m).decode()[:20], "487")
        await raw.send(raw.ack_failure(invite, answer))
        await bob.wait_ended()

        invite = raw.request("INVITE", bob.contact_uri, headers=contact, body=raw.sdp(), call_id="next")
        await raw.send(invite)
        await bob.wait_ringing()
        await bob.answer()
        answer = await raw.wait_response("next")
        assert answer.code == 200
        await raw.send(raw.in_dialog("ACK", answer, 1))
        await bob.wait_established()
        assert (await raw.ask(raw.in_dialog("BYE", answer, 2))).code == 200
        await bob.wait_ended()


async def test_failures_show_the_messages() -> None:
    async with Pjsua(Account("bob")) as bob, RawSip("127.0.0.1", bob.local_port) as raw:
        await raw.expect_silence(0.1)
        await raw.send(raw.request("OPTIONS", bob.contact_uri, call_id="shown"))
        with pytest.raises(PhoneError, match="Call-ID: shown"):
            await raw.wait_request("INVITE", timeout=0.3)
        with pytest.raises(AssertionError, match="expected silence"):
            await raw.expect_silence(0.1)
