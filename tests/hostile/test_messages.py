"""The whole set of malformed and tortuous messages, over every transport, from strangers and from phones that
know their password: each gets an acceptable answer or none, and the core stays well."""

import asyncio
from collections.abc import Sequence

import pytest

from pbx.control.commands import Originate
from tests.hostile.attack import assert_well
from tests.hostile.messages import MESSAGES, HostileMessage
from tests.hostile.messages.model import fill, render
from tests.hostile.messages.sending import authorization_for, fill_for, reaction
from tests.phones.base import Transport
from tests.registration.client import TRANSPORTS, Client, asked, bindings
from tests.running import DOMAIN, RunningCore, eventually

AT_ONCE = 16
# Where PJSIP's parser is more lenient, or more silent, than the set asks; harmless for a server that passes
# no message on as it came.
LENIENT = {"bare-carriage-returns": 200, "register-expires-letters": 0}
SDP = [message for message in MESSAGES if message.name.startswith("sdp-")]


def source(transport: Transport, known: bool, number: int) -> str:
    """An address for each message: what it earns there must not touch the next one."""
    return f"127.{10 + TRANSPORTS.index(transport)}.{int(known)}.{number % 250 + 1}"


async def sent(
    core: RunningCore, message: HostileMessage, transport: Transport, known: bool, number: int
) -> str:
    """Send one message; what is wrong with the reaction, or nothing."""
    user, address = str(101 + number % 9), source(transport, known, number)
    async with Client(core, transport, address) as client:
        values = fill_for(client, user, "110", DOMAIN)
        authorization = ""
        if known:
            authorization = await authorization_for(client, client.account(user), message, values)
        code = await reaction(client, message, values, authorization, silence_s=0.4)
        allowed = message.allowed_known if known else message.allowed
        if code in allowed or LENIENT.get(message.name) == code:
            return ""
        return f"{message.name} ({message.odd}): {code}, not one of {sorted(allowed)}"


def batches(messages: Sequence[HostileMessage]) -> list[Sequence[HostileMessage]]:
    return [messages[start : start + AT_ONCE] for start in range(0, len(messages), AT_ONCE)]


async def forget_bindings(core: RunningCore, known: bool) -> None:
    """Some of the messages are odd but correct registrations; strangers never get one."""
    found = await bindings(core)
    assert known or not found
    async with core.client() as control:
        for binding in found:
            await control.remove_binding(binding.tenant, binding.device, binding.contact)


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "phone"])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_whole_set(fort: RunningCore, transport: Transport, known: bool) -> None:
    assert fort.process is not None
    pid = fort.process.pid
    wrong: list[str] = []
    messages = [message for message in MESSAGES if transport in message.transports]
    for place, batch in enumerate(batches(messages)):
        first = place * AT_ONCE
        found = await asyncio.gather(
            *(sent(fort, message, transport, known, first + number) for number, message in enumerate(batch)),
            return_exceptions=True,
        )
        names = ", ".join(message.name for message in batch)
        assert fort.process.poll() is None, f"died at one of {names}\n{fort.tail()}"
        failures = [repr(each) for each in found if isinstance(each, BaseException)]
        assert not failures, f"{names}: {failures}"
        wrong += [each for each in found if isinstance(each, str) and each]
        async with Client(fort, source="127.0.0.249") as friend:
            plain = friend.plain(friend.account("103"), "OPTIONS", headers=[])
            assert (await friend.ask(plain, timeout=3)).code == 200, f"deaf after one of {names}"
        assert (await asked(fort, lambda client: client.health())).ready
        await forget_bindings(fort, known)
    assert not wrong, "\n".join(wrong)
    await assert_well(fort, pid, seconds=40)


async def ended(core: RunningCore, client: Client, message: HostileMessage) -> None:
    """The called phone answers with a hostile session description; the call ends, one way or the other."""
    command = Originate(tenant="office", extension="104", number="110")
    call = await asked(core, lambda control: control.originate(command))
    invite = await client.wait_request("INVITE", 5)
    values = fill_for(client, "101", "102", DOMAIN)
    head, _, body = render(message, values).partition(b"\r\n\r\n")
    kind = next(
        (
            line[13:].strip()
            for line in head.decode("latin-1").split("\r\n")
            if line.startswith("Content-Type:")
        ),
        "application/sdp",
    )
    assert fill("@DOMAIN@", values) == DOMAIN
    lines = [f"Via: {value}" for value in invite.headers.getlist("Via")]
    lines += [f"{name}: {invite.headers.get(name)}" for name in ("From", "Call-ID", "CSeq")]
    lines += [f"To: {invite.headers.get('To')};tag=odd", f"Contact: <{client.contact}>"]
    lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    answer = "\r\n".join(["SIP/2.0 200 OK", *lines]).encode() + b"\r\n\r\n" + body
    await client.send(answer)
    await client.wait_request("ACK", 5)
    await asked(core, lambda control: control.hangup(call))
    bye = await client.wait_request("BYE", 5)
    await client.respond(bye, 200)
    client.inbox.clear()


async def test_answers_with_odd_descriptions(fort: RunningCore) -> None:
    """What a called phone says is as hostile as what a caller says."""
    assert fort.process is not None
    pid = fort.process.pid
    async with Client(fort, "tcp", "127.0.0.248") as phone:
        assert (await phone.register(phone.account("104"))).code == 200
        for message in SDP:
            try:
                await ended(fort, phone, message)
            except AssertionError as error:
                raise AssertionError(f"{message.name}: {error}\n{fort.tail(10)}") from None
        assert (await phone.register(phone.account("104"), "*", 0)).code == 200
    await assert_well(fort, pid, seconds=40)


async def test_requests_of_no_dialog(fort: RunningCore) -> None:
    """Tags nobody gave out: 481, and silence for ACK (RFC 3261 section 12.2.2)."""
    assert fort.process is not None
    for transport in TRANSPORTS:
        async with Client(fort, transport, "127.0.0.247") as phone:
            account = phone.account("101")
            for method in (
                "BYE",
                "INFO",
                "UPDATE",
                "PRACK",
                "INVITE",
                "NOTIFY",
                "REFER",
                "MESSAGE",
            ):
                answer = await phone.ask(phone.plain(account, method, to_tag="never-given"))
                assert answer.code == 481, method
            for method in ("BYE", "INFO", "UPDATE", "PRACK"):
                assert (await phone.ask(phone.plain(account, method))).code == 481, f"{method} without tag"
            assert (await phone.ask(phone.plain(account, "CANCEL"))).code == 481
            await phone.send(phone.plain(account, "ACK", to_tag="never-given"))
            await phone.send(phone.plain(account, "ACK"))
            await phone.expect_silence(0.3)
    await assert_well(fort, fort.process.pid)


async def test_nobody_asked_for_messages(fort: RunningCore) -> None:
    """pjsua would answer 200 to a message waiting indication that nobody subscribed to."""
    assert fort.process is not None
    body = b"Messages-Waiting: yes\r\nVoice-Message: 99/0\r\n"
    headers = [("Event", "message-summary"), ("Subscription-State", "active")]
    for known in (False, True):
        async with Client(fort, source="127.0.0.246") as phone:
            account = phone.account("105")
            if known:
                assert (await phone.register(account)).code == 200
            answer = await phone.ask(
                phone.plain(account, "NOTIFY", headers=headers, body=body,
                            content_type="application/simple-message-summary")
            )  # fmt: skip
            assert answer.code == 481
            if known:
                assert (await phone.register(account, "*", 0)).code == 200

    async def nobody() -> bool:
        return not await bindings(fort)

    await eventually(nobody, 5)
    await assert_well(fort, fort.process.pid)
