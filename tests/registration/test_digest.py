"""Challenges and their answers over the wire (RFC 7616, RFC 8760), and what strangers can learn: nothing."""

import asyncio
import re
import statistics
import time

import pytest
import sipmessage

from tests.phones.base import Transport
from tests.phones.digest import choose_challenge, credentials
from tests.phones.raw import contacts_of
from tests.registration.client import TRANSPORTS, Client, bindings, challenges
from tests.registration.conftest import BOTH, STRICT
from tests.running import RunningCore

ALGORITHMS = {"office.test": ["MD5"], BOTH: ["SHA-256", "MD5"], STRICT: ["SHA-256"]}


@pytest.mark.parametrize("domain", ALGORITHMS)
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_each_organisation_has_its_algorithms(
    office: RunningCore, transport: Transport, domain: str
) -> None:
    async with Client(office, transport) as phone:
        account = phone.account("101", domain=domain)
        offered = challenges(await phone.ask(phone.plain(account)))
        assert [each.algorithm for each in offered] == ALGORITHMS[domain]
        assert {(each.realm, each.qop, each.stale) for each in offered} == {(domain, "auth", False)}
        for algorithm in ALGORITHMS[domain]:
            answer = await phone.register(account, algorithm=algorithm)
            assert (answer.code, list(contacts_of(answer))) == (200, [phone.contact])
            assert (await phone.register(account, "*", 0, algorithm=algorithm)).code == 200


async def test_an_algorithm_that_was_not_offered_is_not_taken(office: RunningCore) -> None:
    async with Client(office, source="127.0.0.21") as phone:
        account = phone.account("101", domain=STRICT)
        challenge = await phone.challenge(account, algorithm="SHA-256")
        weaker = type(challenge)(challenge.realm, challenge.nonce, "MD5", challenge.qop)
        answer = await phone.answer_challenge(account, weaker)
        assert answer.code == 401
        assert await bindings(office, "d101") == []


@pytest.mark.parametrize("form", ["without qop", "without cnonce", "auth-int", "nc of letters"])
async def test_qop_auth_is_required(office: RunningCore, form: str) -> None:
    async with Client(office, source="127.0.0.22") as phone:
        account = phone.account("101")
        challenge = await phone.challenge(account)
        if form == "without qop":
            challenge = type(challenge)(challenge.realm, challenge.nonce, "MD5")
        value = credentials(challenge, "REGISTER", f"sip:{account.domain}", account.user, account.password)
        if form == "without cnonce":
            value = re.sub(r', cnonce="[^"]*"', "", value)
        elif form == "auth-int":
            value = value.replace("qop=auth", "qop=auth-int")
        elif form == "nc of letters":
            value = value.replace("nc=00000001", "nc=0000000x")
        answer = await phone.ask(phone.plain(account, headers=[("Authorization", value)]))
        assert answer.code == 401
        assert not challenges(answer)[0].stale


async def test_a_nonce_serves_while_its_count_rises(office: RunningCore) -> None:
    async with Client(office) as phone:
        account = phone.account("102")
        challenge = await phone.challenge(account)
        for nc, cseq in ((1, 2), (2, 3), (7, 4)):
            answer = await phone.answer_challenge(account, challenge, nc, cseq=cseq)
            assert answer.code == 200, f"nc {nc}"
        for nc in (7, 3):
            again = await phone.answer_challenge(account, challenge, nc, cseq=9)
            assert (again.code, challenges(again)[0].stale) == (401, True)
        renewed = await phone.answer_challenge(account, challenges(again)[0], cseq=10, expires=0)
        assert renewed.code == 200, "the same password with the new nonce: nobody is asked"


async def test_a_recorded_request_cannot_be_sent_again(office: RunningCore) -> None:
    async with Client(office) as phone, Client(office, source="127.0.0.23") as thief:
        account = phone.account("103")
        challenge = await phone.challenge(account)
        value = credentials(challenge, "REGISTER", f"sip:{account.domain}", "103", account.password)
        good = phone.plain(account, headers=[("Contact", f"<{phone.contact}>"), ("Authorization", value)])
        assert (await phone.ask(good)).code == 200
        stolen = phone.plain(account, headers=[("Contact", f"<{thief.contact}>"), ("Authorization", value)])
        for client in (thief, phone):  # from elsewhere, and from the same address
            answer = await client.ask(stolen)
            assert (answer.code, challenges(answer)[0].stale) == (401, True)
        (seen,) = await bindings(office, "d103")
        assert seen.contact == phone.contact
        assert (await phone.register(account, "*", 0)).code == 200


async def test_a_retransmission_is_answered_as_before(office: RunningCore) -> None:
    """The same datagram twice, as when the answer got lost, is no replay while its transaction lives (RFC
    3261 section 17.2.2)."""
    async with Client(office) as phone:
        account = phone.account("104")
        challenge = await phone.challenge(account)
        value = credentials(challenge, "REGISTER", f"sip:{account.domain}", "104", account.password)
        good = phone.plain(account, headers=[("Contact", f"<{phone.contact}>"), ("Authorization", value)])
        assert (await phone.ask(good)).code == 200
        assert (await phone.ask(good)).code == 200
        assert (await phone.register(account, "*", 0)).code == 200


async def test_wrong_passwords_are_asked_again_without_stale(office: RunningCore) -> None:
    async with Client(office, source="127.0.0.24") as phone:
        account = phone.account("105")
        challenge = await phone.challenge(account)
        answer = await phone.answer_challenge(account, challenge, password="guess")
        assert (answer.code, challenges(answer)[0].stale) == (401, False)
        # The nonce was not used up by that: who then types the right one gets in.
        assert (await phone.answer_challenge(account, challenge, expires=300)).code == 200
        assert (await phone.register(account, "*", 0)).code == 200


def shape(answer: sipmessage.Response, client: Client) -> str:
    """An answer without what differs in any two: tags, nonce, branch, Call-ID, and what was asked for."""
    text = client.history[-1].removeprefix("<<< ")
    text = re.sub(r'nonce="[0-9a-f]+"', "nonce", text)
    text = re.sub(r"(tag|branch)=[\w.-]+", r"\1", text)
    text = re.sub(r"(?m)^Call-ID:.*$", "Call-ID", text)
    return re.sub(r"no-such-user|no-such\.test|101|office\.test", "NAME", text)


STRANGERS = {"a wrong password": {}, "no such user": {"username": "no-such-user"}, "no such domain": {}}


@pytest.mark.parametrize("method", ["REGISTER", "INVITE"])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_unknown_users_and_domains_look_like_wrong_passwords(
    office: RunningCore, transport: Transport, method: str
) -> None:
    shapes: dict[str, list[str]] = {}
    # Few failures for each source: this is about answers, not about bans.
    for number, (name, changes) in enumerate(STRANGERS.items()):
        source = f"127.0.{TRANSPORTS.index(transport)}.{30 + number + 3 * (method == 'INVITE')}"
        async with Client(office, transport, source) as phone:
            domain = "no-such.test" if name == "no such domain" else "office.test"
            account = phone.account("101", domain=domain, **changes)
            uri = f"sip:{account.domain}"
            headers = [("Contact", "<sip:same@127.0.0.1>")]
            answers = [await phone.ask(phone.plain(account, method, headers=headers, cseq=1))]
            shapes[name] = [shape(answers[0], phone)]
            challenge = choose_challenge(answers[0].headers.getlist("WWW-Authenticate"))
            value = credentials(challenge, method, uri, account.user, "guess")
            wrong = [*headers, ("Authorization", value)]
            answers.append(await phone.ask(phone.plain(account, method, headers=wrong, cseq=2)))
            shapes[name].append(shape(answers[1], phone))
            assert [answer.code for answer in answers] == [401, 401]
            port = str(phone.local_port)
            shapes[name] = [text.replace(port, "PORT").replace(source, "SOURCE") for text in shapes[name]]
    assert shapes["no such user"] == shapes["a wrong password"]
    assert shapes["no such domain"] == shapes["a wrong password"]


@pytest.mark.alone
async def test_unknown_users_take_as_long_as_known_ones(office: RunningCore) -> None:
    """Interleaved, so that whatever else the machine does strikes both alike; the median tells."""
    seconds: dict[str, list[float]] = {"101": [], "no-such-user": []}
    for turn in range(12):
        async with Client(office, source=f"127.0.8.{turn + 1}") as phone:
            for _ in range(4):
                for user, times in seconds.items():
                    account = phone.account("101", username=user)
                    challenge = await phone.challenge(account)
                    before = time.perf_counter()
                    await phone.answer_challenge(account, challenge, password="guess")
                    times.append(time.perf_counter() - before)
    known, unknown = (statistics.median(times) for times in seconds.values())
    assert abs(known - unknown) < max(0.004, 0.5 * known), f"{known:.4f} s and {unknown:.4f} s"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("method", ["INVITE", "SUBSCRIBE", "PUBLISH", "MESSAGE", "REFER"])
async def test_nothing_is_done_for_strangers(office: RunningCore, transport: Transport, method: str) -> None:
    async with Client(office, transport) as phone:
        account = phone.account("101")
        offer = phone.sdp() if method == "INVITE" else b""
        answer = await phone.ask(phone.plain(account, method, to="sip:102@office.test", body=offer))
        assert answer.code == 401
        assert [each.realm for each in challenges(answer)] == ["office.test"]


async def test_a_device_is_nobody_else(office: RunningCore) -> None:
    async with Client(office) as phone:
        account = phone.account("101")
        other = "sip:102@office.test"
        answer = await phone.ask_with_digest(
            account, "REGISTER", "sip:office.test", sender=other, to=other, algorithm="MD5",
            headers=[("Contact", f"<{phone.contact}>")],
        )  # fmt: skip
        assert answer.code == 403
        assert await bindings(office, "d102") == []
        call = await phone.ask_with_digest(
            account, "INVITE", "sip:103@office.test", sender=other, algorithm="MD5",
            headers=[("Contact", f"<{phone.contact}>")], body=phone.sdp(),
        )  # fmt: skip
        assert call.code == 403


async def test_a_third_party_may_register_for_its_own_address_only(office: RunningCore) -> None:
    """From of a REGISTER is who asks, To is whom it is for (RFC 3261 section 10.2): To counts."""
    async with Client(office) as phone:
        answer = await phone.ask_with_digest(
            phone.account("101"), "REGISTER", "sip:office.test", sender="sip:102@office.test",
            to="sip:101@office.test", headers=[("Contact", f"<{phone.contact}>")],
        )  # fmt: skip
        assert answer.code == 200
        assert (await phone.register(phone.account("101"), "*", 0)).code == 200


async def test_the_same_user_name_in_two_organisations(office: RunningCore) -> None:
    """Test phones have the same password everywhere; the realm keeps them apart all the same."""
    async with Client(office) as one, Client(office) as two:
        assert (await one.register(one.account("109"))).code == 200
        assert (await two.register(two.account("109", domain=BOTH))).code == 200
        seen = {binding.tenant: binding.contact for binding in await bindings(office, "d109")}
        assert seen == {"office": one.contact, "both": two.contact}
        answer = await two.register(two.account("109", domain=BOTH), "*", 0)
        assert answer.code == 200
        (left,) = await bindings(office, "d109")
        assert left.tenant == "office"
        assert (await one.register(one.account("109"), "*", 0)).code == 200


async def test_credentials_of_one_organisation_are_nothing_in_another(office: RunningCore) -> None:
    async with Client(office, source="127.0.0.25") as phone:
        # Signed in at office.test, it asks for the address of record of the same name at both.test.
        mine, theirs = phone.account("110"), phone.account("110", domain=BOTH)
        challenge = await phone.challenge(mine)
        value = credentials(challenge, "REGISTER", f"sip:{BOTH}", "110", mine.password)
        headers = [("Contact", f"<{phone.contact}>"), ("Authorization", value)]
        answer = await phone.ask(phone.plain(theirs, headers=headers))
        assert answer.code == 401
        assert {each.realm for each in challenges(answer)} == {BOTH}
        assert await bindings(office, "d110") == []
        # Nor can it call into the other one with its own credentials.
        call = await phone.ask_with_digest(
            mine, "INVITE", f"sip:101@{BOTH}", algorithm="MD5",
            headers=[("Contact", f"<{phone.contact}>")], body=phone.sdp(),
        )  # fmt: skip
        assert call.code == 404


async def test_many_phones_sign_in_at_once(office: RunningCore) -> None:
    """100 at the same moment over all transports, two of each device: everybody gets in."""
    clients = [Client(office, TRANSPORTS[number % 3]) for number in range(60)]
    for client in clients:
        await client.open()
    accounts = [client.account(str(101 + number % 10)) for number, client in enumerate(clients)]
    first = list(zip(clients, accounts, strict=True))[:50]
    answers = await asyncio.gather(*(client.register(account) for client, account in first))
    assert {answer.code for answer in answers} == {200}
    assert len(await bindings(office)) == 50
    for client, account in first[:10]:
        assert (await client.register(account, "*", 0)).code == 200
    assert await bindings(office) == []
    for client in clients:
        await client.close()
