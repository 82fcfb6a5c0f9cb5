"""Call flows, star codes and statuses as an administrator and a user arrange them by REST, met by real
phones."""

import asyncio
import datetime
import os
import secrets
import signal
from typing import Any

import pytest

from tests.operations.house import DID, House, Phones
from tests.operations.provider import dial_in, lead, provider
from tests.operations.test_parts import WORDS
from tests.running import eventually
from tests.telephony.office import both_hear, hang_up

pytestmark = pytest.mark.timeout(300)

MOBILE = "+31612345678"
ALWAYS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "to": "24:00"}]
CHRISTMAS = "2199-12-25T12:00:00Z"


def flow_of(group: str, mailbox: str, calendar: str) -> dict[str, Any]:
    """Open: the group; closed: the mailbox."""
    return {
        "schema": 1,
        "name": "Office",
        "start": "hours",
        "nodes": {
            "hours": {
                "type": "hours",
                "hours": ALWAYS,
                "calendar": calendar,
                "next": {"open": "desk", "closed": "mail", "holiday": "mail"},
            },
            "desk": {
                "type": "ring",
                "targets": [{"group": group}],
                "seconds": 5,
                "next": {"else": "mail"},
            },
            "mail": {"type": "voicemail", "mailbox": mailbox},
        },
    }


def unique(name: str) -> str:
    return f"{name} {secrets.token_hex(3)}"


def moment(seconds: float) -> datetime.datetime:
    """In so many seconds. Plans are kept to the whole second."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(seconds=seconds)


def steps(path: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The way through flows, without the times and what only a real call can know: which phone answered."""
    return [
        (step["flow"], step["node"], step["step"], step["result"].split(" (")[0])
        for step in path
        if step["flow"]
    ]


async def drawn(house: House) -> dict[str, Any]:
    """A flow over a new group of 103 and 105, the demo's shared mailbox and a calendar with one holiday."""
    rest = house.admin
    boxes = (await rest.get("mailboxes/"))["results"]
    mailbox = next(box["id"] for box in boxes if box["number"] == "399")
    members = [await house.id("103"), await house.id("105")]
    group = await rest.post("ring-groups/", name=unique("Desk"), extensions=members)
    days = [{"date": "2199-12-25", "name": "Christmas"}]
    calendar = await rest.post("calendars/", name=unique("Closed"), days=days)
    return flow_of(group["id"], str(mailbox), calendar["id"])


async def test_a_flow_is_checked_published_and_rolled_back(house: House) -> None:
    rest, wanted = house.admin, await drawn(house)
    wrong = {**wanted, "nodes": {**wanted["nodes"], "mail": {"type": "voicemail", "mailbox": "nowhere"}}}
    flow = await rest.post("flows/", name=unique("Office"), draft=wrong)
    where = f"flows/{flow['id']}/"
    found = await rest.post(f"{where}check/", 200)
    assert not found["publishable"]
    assert [row["node"] for row in found["findings"] if row["level"] == "error"] == ["mail"]
    refused = await rest.post(f"{where}publish/", 400)
    assert refused["draft"][0].startswith("mail: ")
    await rest.patch(where, draft=wanted)
    assert (await rest.post(f"{where}publish/", 200, note="First"))["version"] == 1
    other = {**wanted, "start": "mail", "nodes": {"mail": wanted["nodes"]["mail"]}}
    await rest.patch(where, draft=other)
    assert (await rest.post(f"{where}publish/", 200))["version"] == 2
    assert (await rest.post(f"{where}roll-back/", 200, version=1))["version"] == 3
    assert [row["version"] for row in await rest.get(f"{where}versions/")] == [3, 2, 1]

    outsider, user = await house.outsider(), house.person("user")
    for method, path in (("GET", where), ("PATCH", where), ("POST", f"{where}publish/")):
        assert (await outsider.ask(method, path, {} if method != "GET" else None)).code == 404
        assert (await user.ask(method, path, {} if method != "GET" else None)).code == 403
    assert (await outsider.ask("POST", "simulate/", {"flow": flow["id"]})).code == 400
    assert (await user.ask("POST", "simulate/", {"number": "102"})).code == 403


async def test_a_call_from_outside_takes_the_simulated_way(house: House, phones: Phones) -> None:
    rest, wanted = house.admin, await drawn(house)
    flow = await rest.post("flows/", name=unique("Office"), draft=wanted)
    await rest.post(f"flows/{flow['id']}/publish/", 200)
    far = await provider(house, phones)
    await lead(house, flow=flow["id"])
    closed = await rest.post("simulate/", 200, number=DID, caller=MOBILE, at=CHRISTMAS)
    assert [step["node"] for step in closed["path"]][:2] == ["hours", "mail"]

    one, two = await phones.add("103", "105")
    await dial_in(house, far)
    await asyncio.gather(one.wait_ringing(), two.wait_ringing())
    await two.answer()
    await far.wait_established()
    await both_hear(far, two)
    await hang_up(far, two)
    await follows(house, "answered", ["answered"])

    await dial_in(house, far)
    await asyncio.gather(one.wait_ringing(), two.wait_ringing())
    await asyncio.gather(one.decline(), two.decline())
    await far.wait_established()
    await asyncio.sleep(8)  # the message has a length
    await far.send_dtmf("#")
    await far.wait_ended(30)
    await follows(house, "voicemail", ["busy"])


async def follows(house: House, end: str, outcomes: list[str]) -> None:
    """The last call from outside, which ended so, went as a simulation says of its number, caller and
    moment."""
    record = await house.last_record(dialled=DID, direction="inbound", outcome=end)
    asked = {"number": DID, "caller": record["caller_number"], "at": record["started_at"]}
    simulated = await house.admin.post("simulate/", 200, **asked, outcomes=outcomes)
    replayed = await house.admin.post("simulate/", 200, call=record["call_id"], outcomes=outcomes)
    assert replayed["recorded"] == record["path"]
    assert replayed["path"] == simulated["path"]
    assert steps(record["path"]) == steps(simulated["path"])


async def test_a_changed_star_code_counts(house: House, phones: Phones) -> None:
    user, own = house.person("user"), await house.id("102")
    where = f"organisations/{(await house.admin.get('organisations/'))['results'][0]['id']}/"
    outsider = await house.outsider()
    wish = {"star_codes": {"do_not_disturb": "*33", "forward_all": ""}}
    assert (await user.ask("PATCH", where, wish)).code == 403
    assert (await outsider.ask("PATCH", where, wish)).code == 404
    for taken in ("*8", "102"):
        refused = await house.admin.ask("PATCH", where, {"star_codes": {"park": taken}})
        assert refused.code == 400 and refused.body["star_codes"]

    async def silent() -> bool:
        return bool((await user.get(f"extensions/{own}/state/"))["do_not_disturb"])

    async def read_as(number: str) -> str:
        return str((await house.admin.post("simulate/", 200, number=number, caller="102"))["ending"])

    async def dial(code: str) -> None:
        await phone.call(code)
        await phone.wait_ended(30)

    (phone,) = await phones.add("102")
    await user.patch(f"extensions/{own}/state/", do_not_disturb=False, forward_all=None)
    await house.admin.patch(where, **wish)
    await house.settled()
    try:
        assert "stay silent" in await read_as("*33")
        assert "Nothing of the organisation has this number" in await read_as("*21")
        await dial("*78")
        assert not await silent()
        await dial("*21108")
        assert (await user.get(f"extensions/{own}/state/"))["forward_all"] is None
        await dial("*33")
        await eventually(silent, 20, "do not disturb")
    finally:
        await house.admin.patch(where, star_codes={})
        await house.settled()
    await dial("*79")
    assert not await silent()


class Statuses:
    """The statuses of 102, as its user sets them and phones meet them: in "Lunch" calls go to 108."""

    def __init__(self, house: House, away: str, own: str) -> None:
        self.house, self.away, self.own = house, away, own
        self.user = house.person("user")

    @classmethod
    async def made(cls, house: House) -> "Statuses":
        away = await house.admin.post("statuses/", name=unique("Lunch"), colour="#336699", presence="away")
        found = cls(house, str(away["id"]), await house.id("102"))
        await found.user.post("forwards/", extension=found.own, status=found.away, target="108")
        await house.settled()
        return found

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.user.get(f"extensions/{self.own}/state/")
        return found

    async def becomes(self, away: bool) -> float:
        """Waits until the status is Lunch, or not; when the core changed it (Unix seconds)."""

        async def there() -> Any:
            found = await self.state()
            return found if (found["status"] == self.away) == away else None

        return float((await eventually(there, 60, f"away: {away}"))["changed_at"])

    async def rings(self, caller: Any, phone: Any) -> None:
        """A call to 102 rings `phone`."""
        await caller.call("102")
        await phone.wait_ringing()
        await caller.hangup()
        await asyncio.gather(phone.wait_ended(), caller.wait_ended())


async def test_a_user_sets_a_status_with_a_note_and_an_end(house: House, phones: Phones) -> None:
    statuses = await Statuses.made(house)
    caller, me, friend = await phones.add("107", "102", "108")
    ends = moment(8)
    where = f"extensions/{statuses.own}/state/"
    wish = {"status": statuses.away, "until": ends.isoformat(), "note": "Soup"}
    agent, outsider = house.person("agent"), await house.outsider()
    assert (await agent.ask("PATCH", where, wish)).code == 404
    assert (await outsider.ask("PATCH", where, wish)).code == 404
    await statuses.user.patch(where, **wish)
    seen = {row["extension"]: row for row in await agent.get("states/")}
    assert (seen["102"]["note"], seen["102"]["status"]) == ("Soup", statuses.away)
    await statuses.rings(caller, friend)
    assert await statuses.becomes(away=False) >= ends.timestamp()
    await statuses.rings(caller, me)


async def test_a_planned_status_begins_and_ends_at_its_second(house: House, phones: Phones) -> None:
    """Also when the worker is killed meanwhile."""
    statuses = await Statuses.made(house)
    caller, me, friend = await phones.add("107", "102", "108")
    begins, ends = moment(25), moment(40)
    asked = {"extension": statuses.own, "status": statuses.away, "starts": begins.isoformat()}
    strangers = (house.person("agent"), await house.outsider())
    for stranger in strangers:
        refused = await stranger.ask("POST", "status-plans/", asked)
        assert refused.code == 400 and refused.body["extension"]
    plan = await statuses.user.post("status-plans/", **asked, ends=ends.isoformat(), note="Soup")
    for stranger in strangers:
        assert (await stranger.ask("GET", f"status-plans/{plan['id']}/")).code == 404
    worker = house.running.child(WORDS["worker"])
    os.kill(worker.pid, signal.SIGKILL)

    begun = await statuses.becomes(away=True)
    assert 0 <= begun - begins.timestamp() < 5
    await statuses.rings(caller, friend)
    ended = await statuses.becomes(away=False)
    assert 0 <= ended - ends.timestamp() < 5
    await statuses.rings(caller, me)
