"""Lamps of extensions while calls go on, with real phones that call and raw ones that watch."""

import asyncio
from xml.etree import ElementTree

from pbx.control.commands import Park, SetState
from tests.phones.baresip import Baresip
from tests.phones.linphone import Linphone
from tests.phones.raw import RawSip
from tests.registration.client import Client
from tests.running import RunningCore

from .conftest import OTHER
from .watcher import DIALOG, Watcher, basic, dialogs


async def test_a_lamp_rings_talks_and_goes_out(office: RunningCore) -> None:
    caller, callee = Baresip(office.account("101")), Linphone(office.account("102", "tcp"))
    async with Watcher(office, "tls") as watcher, Watcher(office) as outsider, caller, callee:
        for phone in (caller, callee):
            await phone.register()
            await phone.wait_registered()
        account = watcher.account("103")
        for resource in ("101", "102"):
            await watcher.watch(account, resource)
        await outsider.watch(outsider.account("201", domain=OTHER), "101")
        await caller.call("102")
        await callee.wait_ringing()
        await watcher.shows(("initiator", "early"), resource="101")
        ringing = await watcher.shows(("recipient", "early"), resource="102")
        identity = ElementTree.fromstring(ringing.body).find(f".//{DIALOG}remote/{DIALOG}identity")
        assert identity is not None
        assert (identity.get("display"), identity.text) == ("Desk 101", "sip:101@office.test")
        await callee.answer()
        await caller.wait_established()
        await watcher.shows(("recipient", "confirmed"), resource="102")
        await watcher.shows(("initiator", "confirmed"), resource="101")
        await caller.hangup()
        await watcher.shows(resource="102")
        await watcher.shows(resource="101")
        assert len(outsider.notifies) == 1  # its own 101 did nothing


async def test_a_lamp_names_the_dialog_that_can_be_taken_over(office: RunningCore) -> None:
    """What a phone makes of it is an INVITE with Replaces (RFC 3891), which finds the ringing leg; one with
    other tags, or of another organisation, does not."""
    async with (
        Client(office) as caller,
        Client(office) as callee,
        Watcher(office) as watcher,
        Watcher(office) as outsider,
    ):
        assert (await callee.register(callee.account("102"))).code == 200
        await watcher.watch(watcher.account("103"), "102")
        call = asyncio.create_task(invite(caller, "101", "102"))
        ringing = await callee.wait_request("INVITE")
        await callee.respond(ringing, 180, to_tag="the-phone", headers=[("Contact", f"<{callee.contact}>")])
        lamp = await watcher.shows(("recipient", "early"))
        dialog = ElementTree.fromstring(lamp.body).find(f"{DIALOG}dialog")
        assert dialog is not None
        known = {name: dialog.get(name, "") for name in ("call-id", "local-tag", "remote-tag")}
        assert known == {
            "call-id": ringing.call_id,
            "local-tag": ringing.from_address.parameters.get("tag"),
            "remote-tag": "the-phone",
        }
        replaces = "{call-id};to-tag={local-tag};from-tag={remote-tag};early-only".format(**known)
        assert await invite(watcher, "103", "102", replaces.replace("the-phone", "another")) == 481
        assert await invite(outsider, "201", "102", replaces, domain=OTHER) in (404, 481)
        assert await invite(watcher, "103", "102", replaces) == 200  # picked up
        assert await call == 200
        cancel = await callee.wait_request("CANCEL")
        await callee.respond(cancel, 200)
        await callee.respond(ringing, 487, to_tag="the-phone")
        await watcher.shows()


async def invite(
    phone: RawSip, user: str, number: str, replaces: str = "", domain: str = "office.test"
) -> int:
    """The final answer to an INVITE; a call that is answered is ended at once."""
    assert isinstance(phone, Client)
    account = phone.account(user, domain=domain)
    headers = [("Contact", f"<{phone.contact}>"), *([("Replaces", replaces)] if replaces else [])]
    answer = await phone.ask_with_digest(
        account,
        "INVITE",
        f"sip:{number}@{domain}",
        to=f"sip:{number}@{domain}",
        headers=headers,
        body=phone.sdp(),
    )
    if answer.code == 200:
        await phone.send(phone.in_dialog("ACK", answer, answer.cseq.sequence))
        await phone.send(phone.in_dialog("BYE", answer, answer.cseq.sequence + 1))
    return answer.code


async def test_several_watchers_over_every_transport(office: RunningCore) -> None:
    async with (
        Watcher(office) as one,
        Watcher(office, "tcp") as two,
        Watcher(office, "tls") as three,
        Client(office) as callee,
        Client(office) as caller,
    ):
        assert (await callee.register(callee.account("107"))).code == 200
        for index, each in enumerate((one, two, three)):
            await each.watch(each.account(str(103 + index)), "107")
        call = asyncio.create_task(invite(caller, "101", "107"))
        ringing = await callee.wait_request("INVITE")
        await callee.respond(ringing, 180, to_tag="t", headers=[("Contact", f"<{callee.contact}>")])
        for each in (one, two, three):
            await each.shows(("recipient", "early"))
        await callee.respond(ringing, 486, to_tag="t")
        await call
        for each in (one, two, three):
            await each.shows()


async def test_presence_follows_registration_and_calls(office: RunningCore) -> None:
    async with Watcher(office) as watcher, Client(office) as phone, Client(office) as caller:
        await watcher.watch(watcher.account("103"), "108", "presence")
        first = watcher.notifies[-1]
        assert first.headers.get("Content-Type") == "application/pidf+xml"
        assert basic(first) == "closed"
        account = phone.account("108")
        assert (await phone.register(account)).code == 200
        await watcher.until(lambda: basic(watcher.notifies[-1]) == "open", "open")
        call = asyncio.create_task(invite(caller, "101", "108"))
        ringing = await phone.wait_request("INVITE")
        await phone.respond(ringing, 180, to_tag="t", headers=[("Contact", f"<{phone.contact}>")])
        await watcher.until(lambda: b"on-the-phone" in watcher.notifies[-1].body, "on the phone")
        await phone.respond(ringing, 486, to_tag="t")
        await call
        await watcher.until(lambda: b"on-the-phone" not in watcher.notifies[-1].body, "off the phone")
        assert (await phone.register(account, expires=0, cseq=9)).code == 200
        await watcher.until(lambda: basic(watcher.notifies[-1]) == "closed", "closed")


async def test_a_watcher_that_comes_late_sees_the_call(office: RunningCore) -> None:
    async with Watcher(office) as watcher, Client(office) as phone, Client(office) as caller:
        assert (await phone.register(phone.account("109"))).code == 200
        call = asyncio.create_task(invite(caller, "101", "109"))
        ringing = await phone.wait_request("INVITE")
        await phone.respond(ringing, 180, to_tag="t", headers=[("Contact", f"<{phone.contact}>")])
        await watcher.watch(watcher.account("103"), "109")
        await watcher.shows(("recipient", "early"))
        assert dialogs(watcher.notifies[-1])
        await phone.respond(ringing, 486, to_tag="t")
        await call


async def test_linphone_sees_its_friends(office: RunningCore) -> None:
    watcher, friend = Linphone(office.account("104"), watches=["110"]), Baresip(office.account("110"))
    async with watcher, friend:
        await watcher.register()
        await watcher.wait_registered()
        await watcher.until(lambda: "<basic>closed</basic>" in watcher.trace, "first NOTIFY")
        await friend.register()
        await friend.wait_registered()
        await watcher.until(lambda: "<basic>open</basic>" in watcher.trace, "presence")


async def test_a_key_shows_what_is_switched_on(office: RunningCore) -> None:
    async with Watcher(office) as watcher, Watcher(office) as colleague:
        await watcher.watch(watcher.account("106"), "*21")
        await colleague.watch(colleague.account("107"), "106", "presence")
        async with office.client() as client:
            await client.set_state("office", "106", SetState(forward_all="103"))
            await watcher.shows(("recipient", "confirmed"))
            await colleague.until(lambda: b"Forwarded to 103" in colleague.notifies[-1].body, "forward")
            await client.set_state("office", "106", SetState(forward_all=None))
        await watcher.shows()


async def test_a_slot_is_lit_while_a_call_waits_there(office: RunningCore) -> None:
    caller, callee = Baresip(office.account("101")), Linphone(office.account("102"))
    async with Watcher(office) as watcher, caller, callee:
        for phone in (caller, callee):
            await phone.register()
            await phone.wait_registered()
        await watcher.watch(watcher.account("103"), "701")
        await caller.call("102")
        await callee.wait_ringing()
        await callee.answer()
        await caller.wait_established()
        async with office.client() as client:
            (call,) = await client.calls("office")
            await client.command(call.id, Park(tenant="office", extension="102", slot="701"))
        waiting = await watcher.shows(("recipient", "confirmed"))
        assert b"sip:101@office.test" in waiting.body
        await caller.hangup()
        await watcher.shows()
