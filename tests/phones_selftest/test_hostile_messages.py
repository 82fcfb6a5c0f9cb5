"""The set of hostile messages itself: complete, filled, harmless to a pjsua2 phone that gets all of it."""

import re

import pytest

from tests.hostile.messages import DROP, MESSAGES, Fill, HostileMessage, by_name, render
from tests.hostile.messages.sending import fill_for, reaction
from tests.phones.base import Account, Transport
from tests.phones.pjsua import Pjsua
from tests.phones.raw import RawSip

VALUES = Fill("alice", "bob", "tiny.test", "127.0.0.1", 5070, "udp", "z9hG4bKx", "call", "tag")


def test_the_set_is_large_and_described() -> None:
    assert len(MESSAGES) >= 60
    assert all(message.odd and message.allowed and message.allowed_known for message in MESSAGES)
    assert not any(500 in message.allowed | message.allowed_known for message in MESSAGES)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_no_placeholder_stays(message: HostileMessage) -> None:
    for authorization in ("", "Authorization: Digest x=1"):
        data = render(message, VALUES, authorization)
        assert not re.search(rb"@(USER|TARGET|DOMAIN|HOST|PORT|BRANCH|CALLID|TAG|AUTH|CONTACT|LENGTH)@", data)


def test_credentials_stand_in_the_header() -> None:
    data = render(by_name("cseq-negative"), VALUES, "Authorization: Digest x=1")
    assert b"\r\nAuthorization: Digest x=1\r\n" in data.partition(b"\r\n\r\n")[0]
    assert render(by_name("folded-and-compact"), VALUES).count(b"tiny.test") >= 3


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_phone_survives_all_of_it(transport: Transport) -> None:
    async with Pjsua(Account("bob", transport=transport, codecs=["PCMA"])) as phone:
        seen: dict[str, int] = {}
        for message in MESSAGES:
            if transport not in message.transports:
                continue
            async with RawSip("127.0.0.1", phone.local_port, transport) as raw:
                values = fill_for(raw, "alice", "bob", f"127.0.0.1:{phone.local_port}")
                seen[message.name] = await reaction(raw, message, values, silence_s=0.15)
        async with RawSip("127.0.0.1", phone.local_port, transport) as raw:
            assert (await raw.ask(raw.request("OPTIONS", phone.contact_uri))).code == 200
        assert phone.pid
        assert seen["empty-lines-only"] == DROP
        assert seen["sdp-random-bytes"] >= 400
        assert sum(code != DROP for code in seen.values()) > len(seen) // 3
