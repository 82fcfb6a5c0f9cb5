"""How bindings end by themselves: their time is over, or the phone behind them is gone."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing

import pytest

from pbx.control.messages import Event
from tests.phones.baresip import Baresip
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.phones.raw import contacts_of
from tests.registration.client import TRANSPORTS, Client, bindings
from tests.running import RunningCore, eventually, organisation


def end_at(core: RunningCore, ends: dict[str, float]) -> None:
    """Change when stored bindings end, by contact; the core must not run. 60 s, the shortest lifetime, would
    be too long to wait for."""
    with closing(sqlite3.connect(core.home / "core" / "core.db")) as database, database:
        for key, body in database.execute("SELECT key, body FROM bindings").fetchall():
            binding = json.loads(body)
            binding["expires_at"] = ends.get(binding["contact"], binding["expires_at"])
            new = json.dumps(binding).encode()
            database.execute("UPDATE bindings SET body = ? WHERE key = ?", (new, key))


async def removed(core: RunningCore, since: int) -> list[str]:
    """Contacts of the binding.removed events after `since`, so far."""
    found = []
    async with core.client() as client:
        last = (await client.health()).last_number
        if last <= since:
            return []
        stream = client.events(since=since)
        async for message in stream:
            if isinstance(message, Event):
                if message.kind == "binding.removed" and message.binding:
                    found.append(message.binding.contact)
                if message.number >= last:
                    break
        await stream.aclose()
    return found


async def last_number(core: RunningCore) -> int:
    async with core.client() as client:
        return (await client.health()).last_number


async def test_bindings_end_with_their_time(core: RunningCore) -> None:
    async with Client(core) as over, Client(core) as soon, Client(core) as later:
        for phone in (over, soon, later):
            assert (await phone.register(phone.account("101"), expires=60)).code == 200
        core.kill()
        since = 0
        end_at(core, {over.contact: time.time() - 5, soon.contact: time.time() + 4})
        await core.start()
        left = [binding.contact for binding in await bindings(core)]
        assert over.contact not in left, "its time ended while the core was away"
        assert later.contact in left

        async def told() -> bool:
            return {over.contact, soon.contact} <= set(await removed(core, since))

        await eventually(told, 8, "both ends in the journal")
        assert [binding.contact for binding in await bindings(core)] == [later.contact]
        answer = await later.register(later.account("101"), [], cseq=5)
        assert list(contacts_of(answer)) == [later.contact]
        assert 0 < contacts_of(answer)[later.contact] <= 60
        # And it stays so.
        core.kill()
        await core.start()
        assert [binding.contact for binding in await bindings(core)] == [later.contact]


async def answer_options(client: Client, code: int) -> None:
    """Answer every OPTIONS of the core with `code`, until cancelled."""
    while True:
        request = await client.wait_request("OPTIONS", 60)
        await client.respond(request, code, to_tag="alive")


@pytest.mark.slow
async def test_phones_are_asked_and_the_dead_removed(new_core: RunningCore) -> None:
    core = new_core
    core.extra_env["CENTRALE_KEEPALIVE_SECONDS"] = "1"
    await core.start()
    await core.apply(organisation())
    living = [Baresip(core.account("101")), Linphone(core.account("102")), Pjsua(core.account("103", "tls"))]
    dead = Pjsua(core.account("104"))
    for phone in (*living, dead):
        await phone.start()
        await phone.register()
        await phone.wait_registered()
    odd, silent = Client(core), Client(core)
    gone = [Client(core, transport) for transport in TRANSPORTS if transport != "udp"]
    for client, number in zip((odd, silent, *gone), ("105", "106", "107", "108"), strict=True):
        await client.open()
        assert (await client.register(client.account(number))).code == 200
    answering = asyncio.create_task(answer_options(odd, 404))
    since = await last_number(core)
    await dead.kill()
    for client in gone:
        await client.close()

    async def measured() -> bool:
        known = {binding.device: binding.rtt_ms for binding in await bindings(core)}
        return all(known.get(f"d{number}") is not None for number in (101, 102, 103, 105))

    await eventually(measured, 15, "a round-trip time of all that answer, with whatever code")

    async def buried() -> bool:
        return {binding.device for binding in await bindings(core)} == {"d101", "d102", "d103", "d105"}

    await eventually(buried, 40, "only those that answer are left")
    told = await removed(core, since)
    assert sorted(told) == sorted([dead.contact_uri + ";ob", silent.contact, *(c.contact for c in gone)])
    assert len([request for request in silent.inbox if getattr(request, "method", "") == "OPTIONS"]) >= 2
    answering.cancel()
    for client in (odd, silent):
        await client.close()
    for phone in (*living, dead):
        await phone.stop()


async def test_a_phone_that_moves_is_one_binding(core: RunningCore) -> None:
    """The same contact from another port (a NAT forgot the old one): calls follow."""
    async with Client(core) as before, Client(core) as after:
        contact = "<sip:101@192.168.7.7:5060>"
        assert (await before.register(before.account("101"), contact, call_id="moving", cseq=1)).code == 200
        assert (await after.register(after.account("101"), contact, call_id="moving", cseq=5)).code == 200
        (seen,) = await bindings(core)
        assert seen.source == f"127.0.0.1:{after.local_port}"


async def test_a_phone_that_is_taken_away_is_unbound(core: RunningCore) -> None:
    """A new snapshot without the device, or with another secret, ends its binding at once, and the old
    password with it."""
    async with Client(core) as first, Client(core) as second:
        assert (await first.register(first.account("101"))).code == 200
        assert (await second.register(second.account("102"))).code == 200
        numbers = {str(number): [str(number)] for number in range(102, 111)}
        await core.apply(organisation(numbers=numbers, version=2))
        assert [binding.device for binding in await bindings(core)] == ["d102"]
        assert (await first.register(first.account("101"))).code == 401
        changed = organisation(numbers=numbers, version=3)
        changed.devices[0] = type(changed.devices[0])(
            id="d102",
            username="102",
            name="Phone 102",
            extension="102",
            ha1_md5="0" * 32,
            ha1_sha256="0" * 64,
        )
        await core.apply(changed)
        assert await bindings(core) == []
        assert (await second.register(second.account("102"))).code == 401
