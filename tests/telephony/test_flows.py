"""Call flows with real phones: menus, hours, conditions, web hooks; the record holds the way."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

import dialplan
from tests.phones.base import BasePhone
from tests.phones.linphone import Linphone
from tests.phones.pjsua import Pjsua
from tests.telephony.office import Office, both_hear, hang_up

RING_102 = {"type": "ring", "targets": [{"extension": "102"}], "seconds": 20}


def flow(start: str, **nodes: dict[str, Any]) -> dict[str, Any]:
    """What opens an organisation with this flow under the number 500."""
    data = {"schema": 1, "name": "Main", "start": start, "nodes": nodes}
    return {"flows": {"main": data}, "lines": {"500": "main"}}


def menu(**next_nodes: str) -> dict[str, Any]:
    return {
        "type": "menu",
        "sound": "vm_menu",
        "timeout": 2,
        "digit_timeout": 2,
        "max_digits": 3,
        "tries": 1,
        "direct_dial": True,
        "next": next_nodes,
    }


@pytest.mark.parametrize("kind", [Pjsua, Linphone], ids=lambda kind: kind.kind)
async def test_a_key_during_the_menu_rings_its_choice(office: Office, kind: type[BasePhone]) -> None:
    await office.open(**flow("ask", ask=menu(**{"1": "sales"}), sales=RING_102))
    a, b = await office.phones(kind(office.account("101")), Pjsua(office.account("102")))
    await a.call("500")
    await a.wait_established()
    await a.send_dtmf("1")
    await b.wait_ringing()
    await b.answer()
    await b.wait_established()
    await both_hear(a, b)
    await hang_up(a, b)
    record = await office.record()
    assert [step.node for step in record.path if step.flow == "main"] == ["ask", "sales"]
    assert record.outcome == "answered"


async def test_an_extension_can_be_dialled_in_the_menu_and_silence_ends_it(office: Office) -> None:
    await office.open(**flow("ask", ask=menu(timeout="end"), end={"type": "hangup", "code": 480}))
    a, b = await office.phones(Pjsua(office.account("101")), Linphone(office.account("103")))
    await a.call("500")
    await a.wait_established()
    await a.send_dtmf("103")
    await b.wait_ringing()
    await b.answer()
    await b.wait_established()
    await hang_up(a, b)
    await a.call("500")
    await a.wait_ended(60)
    silent = (await office.records(2))[-1]
    assert [step.node for step in silent.path if step.flow == "main"] == ["ask", "end"]


async def test_the_record_is_the_way_that_the_simulator_gives(office: Office) -> None:
    hours = {
        "type": "hours",
        "hours": [
            {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}
        ],
        "next": {"open": "name", "else": "closed"},
    }
    setup = flow(
        "hours",
        hours=hours,
        name={"type": "caller", "prefix": "Shop: ", "next": {"done": "ring"}},
        ring=RING_102 | {"seconds": 1, "next": {"no_answer": "closed"}},
        closed={"type": "hangup", "code": 486, "prompt": "busy"},
    )
    await office.open(**setup)
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await a.call("500")
    await b.wait_ringing()
    assert b.caller_shown is not None
    assert b.caller_shown.name.startswith("Shop: ")
    assert (await a.wait_ended(30)).code == 486
    record = await office.record()
    context = dialplan.Context(
        caller="101",
        caller_name="Desk 101",
        dialled="500",
        extension=None,
        internal=True,
        now=datetime.fromtimestamp(record.started_at, UTC),
        timezone="Europe/Amsterdam",
    )
    flows = {"main": dialplan.parse_flow(setup["flows"]["main"])}
    made = dialplan.simulate(flows, "main", context)
    assert [(s.flow, s.node, s.step) for s in record.path if s.flow] == [
        (s.flow, s.node, s.step) for s in made.path if s.flow
    ]


async def test_a_web_hook_that_fails_falls_back(office: Office) -> None:
    """Nobody listens there, and private addresses are not asked anyway."""
    hook = {"type": "webhook", "url": "http://127.0.0.1:9/", "timeout": 1, "next": {"fallback": "ring"}}
    await office.open(**flow("hook", hook=hook, ring=RING_102))
    a, b = await office.phones(Pjsua(office.account("101")), Pjsua(office.account("102")))
    await a.call("500")
    await b.wait_ringing()
    await b.answer()
    await b.wait_established()
    await hang_up(a, b)


async def test_phones_ring_one_after_the_other(office: Office) -> None:
    ring = {
        "type": "ring",
        "targets": [{"extension": "102"}, {"extension": "103"}],
        "order": "linear",
        "seconds": 2,
    }
    await office.open(**flow("ring", ring=ring))
    a, b, c = await office.phones(
        Pjsua(office.account("101")), Linphone(office.account("102")), Pjsua(office.account("103"))
    )
    await a.call("500")
    await b.wait_ringing()
    assert not c.received("INVITE")
    await c.wait_ringing()
    await b.until(lambda: bool(b.received("CANCEL")), "CANCEL")
    await c.answer()
    await asyncio.gather(a.wait_established(), c.wait_established())
    await hang_up(a, c)
