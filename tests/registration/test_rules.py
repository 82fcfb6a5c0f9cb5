"""RFC 3261 section 10.3 over the wire, message by message, over every transport."""

import secrets

import pytest

from pbx.control.commands import Originate
from tests.phones.base import Transport
from tests.phones.raw import contacts_of
from tests.registration.client import TRANSPORTS, Client, asked, bindings
from tests.running import RunningCore, eventually


async def ring(core: RunningCore, number: str) -> str:
    """Have the core call `number`, as by a click in a browser; returns the call's id."""
    command = Originate(tenant="office", extension=number, number="110")
    return await asked(core, lambda client: client.originate(command))


async def rung(core: RunningCore, client: Client, number: str) -> str:
    """Ring `number`, whose phone `client` is: its Request-URI in the INVITE. Leaves no call behind."""
    call = await ring(core, number)
    invite = await client.wait_request("INVITE", 5)
    await client.respond(invite, 100)
    await client.respond(invite, 486, to_tag="busy")
    await client.wait_request("ACK", 5)
    assert invite.headers.get("Call-ID")
    await asked(core, lambda control: control.hangup(call))
    return str(invite.uri)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_register_query_refresh_unregister(office: RunningCore, transport: Transport) -> None:
    call_id = secrets.token_hex(8)
    async with Client(office, transport) as phone:
        account = phone.account("101")
        answer = await phone.register(account, expires=300, call_id=call_id)
        assert answer.code == 200
        assert contacts_of(answer) == {phone.contact: 300}
        assert answer.headers.get("Date")

        (seen,) = await bindings(office, "d101")
        assert (seen.contact, seen.transport) == (phone.contact, transport)
        assert seen.source == f"127.0.0.1:{phone.local_port}"
        assert seen.aor == "sip:101@office.test"

        asked_for = await phone.register(account, [], cseq=3, call_id=call_id)
        assert list(contacts_of(asked_for)) == [phone.contact]

        again = await phone.register(account, expires=600, cseq=5, call_id=call_id)
        assert contacts_of(again) == {phone.contact: 600}
        (later,) = await bindings(office, "d101")
        assert later.expires_at > seen.expires_at + 200

        gone = await phone.register(account, expires=0, cseq=7, call_id=call_id)
        assert (gone.code, contacts_of(gone)) == (200, {})
        assert await bindings(office, "d101") == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_star_removes_all(office: RunningCore, transport: Transport) -> None:
    async with Client(office, transport) as phone, Client(office, transport) as other:
        account = phone.account("102")
        assert (await phone.register(account)).code == 200
        both = await other.register(account)
        assert set(contacts_of(both)) == {phone.contact, other.contact}
        for expires in (None, 60):
            assert (await phone.register(account, "*", expires)).code == 400
        assert (await phone.register(account, ["*", f"<{phone.contact}>"], 0)).code == 400
        assert len(await bindings(office, "d102")) == 2
        gone = await phone.register(account, "*", 0)
        assert (gone.code, contacts_of(gone)) == (200, {})
        assert await bindings(office, "d102") == []


async def test_an_older_request_of_the_same_call_id_changes_nothing(office: RunningCore) -> None:
    async with Client(office) as phone:
        account = phone.account("103")
        assert (await phone.register(account, expires=300, call_id="order", cseq=40)).code == 200
        late = await phone.register(account, expires=0, call_id="order", cseq=38)
        assert late.code == 500
        (seen,) = await bindings(office, "d103")
        assert seen.expires_at - seen.registered_at == 300
        # A phone that started anew has another Call-ID, and may begin at 1.
        assert (await phone.register(account, expires=0, call_id="anew", cseq=1)).code == 200
        assert await bindings(office, "d103") == []


async def test_too_short_a_lifetime_names_the_shortest(office: RunningCore) -> None:
    async with Client(office) as phone:
        answer = await phone.register(phone.account("104"), expires=10)
        assert (answer.code, answer.headers.get("Min-Expires")) == (423, "60")
        inside = await phone.register(phone.account("104"), f"<{phone.contact}>;expires=59", 300)
        assert inside.code == 423
        assert await bindings(office, "d104") == []
        assert contacts_of(await phone.register(phone.account("104"), expires=99999)) == {phone.contact: 3600}
        assert (await phone.register(phone.account("104"), "*", 0)).code == 200


async def test_several_contacts_in_one_request(office: RunningCore) -> None:
    async with Client(office) as phone:
        account = phone.account("105")
        first, second = f"{phone.contact};line=1", f"{phone.contact};line=2"
        answer = await phone.register(
            account, [f"<{first}>;expires=120;q=0.5", f"<{second}>;expires=240;q=0.9", "<tel:+3120>"]
        )
        assert contacts_of(answer) == {second: 240, first: 120}
        assert list(contacts_of(answer)) == [second, first], "best q first"
        half = await phone.register(account, [f"<{first}>;expires=0", f"<{second}>;expires=90"])
        assert contacts_of(half) == {second: 90}
        assert (await phone.register(account, ["<tel:+3120>", "<mailto:a@b.test>"])).code == 400
        assert (await phone.register(account, "*", 0)).code == 200


async def test_maximum_of_bindings(office: RunningCore) -> None:
    phones = [Client(office) for _ in range(6)]
    for phone in phones:
        await phone.open()
    account = phones[0].account("106")
    for phone in phones[:5]:
        assert (await phone.register(account)).code == 200
    full = await phones[5].register(account)
    assert full.code == 403
    assert len(await bindings(office, "d106")) == 5
    # One that starts anew on the same socket replaces its own binding.
    assert (await phones[0].register(account, f"<{phones[0].contact};new=1>")).code == 200
    assert len(await bindings(office, "d106")) == 5
    assert (await phones[0].register(account, "*", 0)).code == 200
    assert (await phones[5].register(account)).code == 200
    assert (await phones[5].register(account, "*", 0)).code == 200
    for phone in phones:
        await phone.close()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    "host", ["192.168.255.254:5060", "phone.invalid", "[2001:db8::1]:5060", "127.0.0.1:9"]
)
async def test_calls_go_to_where_the_register_came_from(
    office: RunningCore, transport: Transport, host: str
) -> None:
    async with Client(office, transport) as phone:
        account = phone.account("107")
        contact = f"sip:line-1@{host};transport={transport}"
        assert (await phone.register(account, f"<{contact}>")).code == 200
        tail = "" if transport == "udp" else f";transport={transport}"
        assert await rung(office, phone, "107") == f"sip:line-1@127.0.0.1:{phone.local_port}{tail}"
        assert (await phone.register(account, "*", 0)).code == 200


async def test_a_contact_without_user_is_called_too(office: RunningCore) -> None:
    async with Client(office) as phone:
        account = phone.account("107")
        assert (await phone.register(account, f"<sip:192.168.1.1:{phone.local_port}>")).code == 200
        assert await rung(office, phone, "107") == f"sip:127.0.0.1:{phone.local_port}"
        assert (await phone.register(account, "*", 0)).code == 200


async def test_path_is_followed(office: RunningCore) -> None:
    async with Client(office) as edge:
        account = edge.account("108")
        path = f"<sip:127.0.0.1:{edge.local_port};lr>"
        contact = "sip:108@10.9.8.7:5070"
        answer = await edge.register(account, f"<{contact}>", path=path)
        assert (answer.code, answer.headers.get("Path")) == (200, path)
        call = await ring(office, "108")
        invite = await edge.wait_request("INVITE", 5)
        assert str(invite.uri) == contact
        assert f"sip:127.0.0.1:{edge.local_port};lr" in (invite.headers.get("Route") or "")
        await edge.respond(invite, 486, to_tag="busy")
        await edge.wait_request("ACK", 5)
        await asked(office, lambda control: control.hangup(call))
        stranger = await edge.register(account, f"<{contact}>", path="<sip:127.0.0.9:5060;lr>")
        assert stranger.code == 403
        assert (await edge.register(account, "*", 0)).code == 200


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_double_crlf_is_answered_with_one(office: RunningCore, transport: Transport) -> None:
    async with Client(office, transport) as phone:
        account = phone.account("109")
        assert (await phone.register(account)).code == 200
        for count in (1, 2):
            await phone.send(b"\r\n\r\n")
            await phone.until(lambda count=count: phone.keep_alives == count, "pong")
        assert (await phone.register(account, "*", 0)).code == 200


async def test_the_core_hangs_up_nothing(office: RunningCore) -> None:
    """Whatever the tests above did, nothing of it is left in the core."""

    async def nothing() -> bool:
        health = await asked(office, lambda client: client.health())
        return health.ready and health.legs == 0 and health.calls == 0 and health.bindings == 0

    await eventually(nothing, 10, "no leg, call or binding")
