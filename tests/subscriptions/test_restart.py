"""Lamps go on after a kill of the core: the same dialogs, higher numbers, the state of now."""

import asyncio

from tests.registration.client import Client
from tests.running import RunningCore, organisation

from .test_calls import invite
from .watcher import Watcher, dialogs, version


async def test_lamps_survive_a_kill(core: RunningCore) -> None:
    async with Watcher(core) as watcher, Client(core) as phone, Client(core) as caller:
        account = watcher.account("103")
        answer = await watcher.watch(account, "102")
        assert (await phone.register(phone.account("102"))).code == 200
        call = asyncio.create_task(invite(caller, "101", "102"))
        ringing = await phone.wait_request("INVITE")
        await phone.respond(ringing, 180, to_tag="t", headers=[("Contact", f"<{phone.contact}>")])
        lit = await watcher.shows(("recipient", "early"))
        core.kill()
        call.cancel()
        await core.start()
        dark = await watcher.shows()
        assert dark.call_id == lit.call_id == answer.call_id
        assert dark.cseq.sequence > lit.cseq.sequence
        assert version(dark) > version(lit)
        # It is the same subscription: it can be refreshed, and shows what happens next.
        assert (await watcher.again(account, answer)).code == 200
        async with Client(core) as later:
            call = asyncio.create_task(invite(later, "101", "102"))
            phone.inbox.clear()
            ringing = await phone.wait_request("INVITE")
            await phone.respond(ringing, 180, to_tag="t", headers=[("Contact", f"<{phone.contact}>")])
            await watcher.shows(("recipient", "early"))
            await phone.respond(ringing, 486, to_tag="t")
            await call
        await watcher.shows()


async def test_a_phone_on_tcp_is_told_when_it_is_back(core: RunningCore) -> None:
    """Its connection went with the core; it opens another and registers over it, as phones do."""
    async with Watcher(core, "tcp") as before, Watcher(core, "tcp") as after:
        account = before.account("103")
        contact = "<sip:103@192.168.7.7:5060;transport=tcp>"
        assert (await before.register(account, contact)).code == 200
        answer = await before.watch(account, "102")
        core.kill()
        await core.start()
        await after.close()
        await after.open()
        assert (await after.register(account, contact)).code == 200
        again = await after.more(0)
        assert again.call_id == answer.call_id
        assert dialogs(again) == []
        assert again.cseq.sequence > 1


async def test_what_a_restart_no_longer_knows_ends(core: RunningCore) -> None:
    """The extension that was watched is gone while the core lives: the phone is told, and after a restart the
    subscription is not there any more."""
    async with Watcher(core) as watcher:
        account = watcher.account("103")
        answer = await watcher.watch(account, "102")
        numbers = {number: [number] for number in ("101", "103")}
        await core.apply(organisation(numbers=numbers, version=2))
        last = await watcher.more(1)
        assert last.headers.get("Subscription-State") == "terminated;reason=noresource"
        core.kill()
        await core.start()
        assert (await watcher.again(account, answer)).code == 481
