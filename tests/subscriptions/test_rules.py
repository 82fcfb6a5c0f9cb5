"""RFC 6665 over the wire: who may watch what, for how long, and what strangers hear."""

import secrets

import pytest

from tests.phones.base import Transport
from tests.registration.client import TRANSPORTS, Client
from tests.running import RunningCore

from .conftest import OTHER
from .watcher import Watcher, dialogs, version


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_subscribe_refresh_unsubscribe(office: RunningCore, transport: Transport) -> None:
    async with Watcher(office, transport) as phone:
        account = phone.account("101")
        answer = await phone.watch(account, "102")
        assert answer.headers.get("Expires") == "600"
        first = phone.notifies[0]
        assert first.headers.get("Event") == "dialog"
        assert first.headers.get("Subscription-State") == "active;expires=600"
        assert first.headers.get("Content-Type") == "application/dialog-info+xml"
        assert first.call_id == answer.call_id
        assert first.from_address.parameters.get("tag") == answer.to_address.parameters.get("tag")
        assert first.to_address.parameters.get("tag") == answer.from_address.parameters.get("tag")
        assert (dialogs(first), version(first), first.cseq.sequence) == ([], 0, 1)

        refreshed = await phone.again(account, answer, expires=300)
        assert (refreshed.code, refreshed.headers.get("Expires")) == (200, "300")
        second = await phone.more(1)
        assert second.headers.get("Subscription-State") in ("active;expires=300", "active;expires=299")
        assert (version(second), second.cseq.sequence) == (1, 2)

        ended = await phone.again(account, refreshed, expires=0)
        assert ended.code == 200
        last = await phone.more(2)
        assert last.headers.get("Subscription-State") == "terminated;reason=timeout"
        assert (await phone.again(account, ended)).code == 481


@pytest.mark.parametrize(
    ("resource", "event", "code"),
    [
        ("199", "dialog", 404),
        ("701", "dialog", 200),
        ("*78", "dialog", 200),
        ("101", "message-summary", 200),
        ("102", "message-summary", 403),
        ("102", "presence", 200),
        ("102", "reg", 489),
    ],
)
async def test_what_can_be_watched(office: RunningCore, resource: str, event: str, code: int) -> None:
    async with Watcher(office) as phone:
        answer = await phone.subscribe(phone.account("101"), resource, event)
        assert answer.code == code
        if code == 489:
            assert answer.headers.get("Allow-Events") == "dialog, presence, message-summary"


async def test_an_outsider_gets_the_answer_of_what_is_not_there(office: RunningCore) -> None:
    async with Watcher(office) as phone:
        mine = phone.account("101", domain=OTHER)
        ours = phone.account("101")
        assert (await phone.subscribe(mine, "102")).code == 404  # ours only
        assert (await phone.subscribe(mine, "199")).code == 404  # nobody's
        assert (await phone.subscribe(mine, "102", uri="sip:102@office.test")).code == 404
        assert (await phone.subscribe(ours, "201", uri=f"sip:201@{OTHER}")).code == 404
        assert phone.notifies == []


async def test_without_or_with_wrong_credentials(office: RunningCore) -> None:
    async with Client(office) as stranger, Watcher(office) as phone:
        account = phone.account("101")
        headers = [("Event", "dialog"), ("Contact", f"<{stranger.contact}>")]
        plain = stranger.plain(account, "SUBSCRIBE", headers=headers)
        assert (await stranger.ask(plain)).code == 401
        assert (await stranger.ask(stranger.plain(account, "SUBSCRIBE", to_tag="x"))).code == 401
        wrong = phone.account("101", password="guess")
        assert (await phone.subscribe(wrong, "102")).code == 401


async def test_a_dialog_is_its_devices_alone(office: RunningCore) -> None:
    async with Watcher(office) as phone, Watcher(office) as thief:
        answer = await phone.watch(phone.account("101"), "102")
        assert (await thief.again(thief.account("103"), answer, expires=0)).code == 481
        assert (await thief.again(thief.account("101", domain=OTHER), answer, expires=0)).code in (404, 481)
        assert (await phone.again(phone.account("101"), answer)).code == 200


@pytest.mark.parametrize(("expires", "code"), [(59, 423), (60, 200), (0, 200)])
async def test_how_long(office: RunningCore, expires: int, code: int) -> None:
    async with Watcher(office) as phone:
        answer = await phone.subscribe(phone.account("101"), "102", expires=expires)
        assert answer.code == code
        if code == 423:
            assert answer.headers.get("Min-Expires") == "60"
        else:
            state = (await phone.more(0)).headers.get("Subscription-State") or ""
            assert state.startswith("active" if expires else "terminated;reason=timeout")


async def test_bodies_are_not_read(office: RunningCore) -> None:
    """No XML is parsed: not in a SUBSCRIBE, and PUBLISH is not served."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]><a>&b;</a>'
    async with Watcher(office) as phone:
        account = phone.account("101")
        odd = {"content_type": "application/simple-filter+xml"}
        assert (await phone.subscribe(account, "102", body=bomb, **odd)).code == 200
        assert (await phone.subscribe(account, "102", body=b"<" * 5000, **odd)).code == 413
        answer = await phone.ask_with_digest(
            account, "PUBLISH", "sip:101@office.test", headers=[("Event", "presence")], body=bomb
        )
        assert answer.code == 405


async def test_a_phone_that_forgot_is_told_no_more(office: RunningCore) -> None:
    async with Watcher(office) as phone:
        phone.code = 481
        answer = await phone.watch(phone.account("101"), "102")
        phone.code = 200
        await phone.until(lambda: len(phone.notifies) == 1, "NOTIFY")
        assert (await phone.again(phone.account("101"), answer)).code == 481


async def test_a_flood_is_bounded(office: RunningCore) -> None:
    """A device has at most 100; refreshes without end bring no more than five NOTIFYs a second."""
    async with Watcher(office) as phone:
        account = phone.account("105")
        codes = [(await phone.subscribe(account, "102", f"dialog;id={n}")).code for n in range(105)]
        assert codes == [200] * 100 + [403] * 5
    async with Watcher(office) as phone:
        account = phone.account("106")
        answer = await phone.watch(account, "102")
        for _ in range(40):
            answer = await phone.again(account, answer)
            assert answer.code == 200
        ended = await phone.again(account, answer, expires=0)
        assert ended.code == 200
        await phone.until(
            lambda: str(phone.notifies[-1].headers.get("Subscription-State")).startswith("terminated"), "end"
        )
        assert phone.notifies[-1].cseq.sequence < 35


async def test_a_replayed_subscribe_changes_nothing(office: RunningCore) -> None:
    async with Watcher(office) as phone:
        account = phone.account("101")
        await phone.watch(account, "103")
        sent = next(each for each in reversed(phone.history) if each.startswith(">>> SUBSCRIBE"))[4:]
        before = len(phone.notifies)
        fresh = sent.replace("branch=z9hG4bK", "branch=z9hG4bKx" + secrets.token_hex(4))
        await phone.send(fresh)
        replay = await phone.wait_response(phone.notifies[-1].call_id)
        assert replay.code == 401
        assert len(phone.notifies) == before
