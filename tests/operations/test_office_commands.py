"""Commands on real calls by REST, with the token of the user whose calls they are: 102 calls 107, and what
can become of that."""

import asyncio
from typing import Any

import pytest

from tests.operations.house import House, Phones, Rest
from tests.phones.base import BasePhone
from tests.phones.pjsua import Pjsua
from tests.running import eventually
from tests.telephony.music import hears_none
from tests.telephony.office import both_hear, hang_up, shows
from tests.telephony.test_conference import hears_among

pytestmark = pytest.mark.timeout(300)

HZ = 600.0  # what the first phone of `both_hear` sends


class Desk:
    """The user of the demo at 102."""

    def __init__(self, house: House, rest: Rest, own: str, device: str) -> None:
        self.house, self.rest, self.own, self.device = house, rest, own, device

    @classmethod
    async def of(cls, house: House) -> "Desk":
        return cls(house, house.person("user"), await house.id("102"), await house.device("102"))

    async def call(self, me: BasePhone, other: BasePhone, **more: Any) -> str:
        """My phone rings first; once I answer, the other's does. Returns the call."""
        number = other.account.number
        begun = await self.rest.post("calls/", extension=self.own, number=number, device=self.device, **more)
        await me.wait_ringing()
        await me.answer()
        await other.wait_ringing()
        await other.answer()
        await asyncio.gather(me.wait_established(), other.wait_established())
        return str(begun["call"])

    async def do(self, call: str, command: str, answers: int = 204, /, **body: Any) -> Any:
        return await self.rest.post(f"calls/{call}/{command}/", answers, **body)

    async def second_phone(self, phones: Phones) -> tuple[str, Pjsua]:
        """Another phone of mine, which exists until `remove`: its id, and it itself."""
        made = await self.house.admin.post("devices/", extension=self.own, name="Mobile")
        await self.house.settled()
        account = self.house.account_of("102", made["username"], made["secret"])
        (phone,) = await phones.put(account)
        return str(made["id"]), phone

    async def remove(self, device: str) -> None:
        await self.house.admin.wants(204, "DELETE", f"devices/{device}/")


async def test_only_the_chosen_phone_rings_and_the_call_moves_to_another(
    house: House, phones: Phones
) -> None:
    desk = await Desk.of(house)
    (me,) = await phones.add("102")
    other = await phones.add_baresip("107")
    device, mobile = await desk.second_phone(phones)
    call = await desk.call(me, other)
    assert not mobile.lines
    await both_hear(me, other)
    await desk.do(call, "move", device=device)
    await mobile.wait_ringing()
    await mobile.answer()
    await me.wait_ended()
    await both_hear(mobile, other)
    stranger = await house.device("101")
    refused = await desk.rest.ask("POST", f"calls/{call}/move/", {"device": stranger})
    assert refused.code == 400 and refused.body["device"]
    await desk.do(call, "hang-up")
    await asyncio.gather(mobile.wait_ended(), other.wait_ended())
    await desk.remove(device)


async def test_a_call_is_held_keyed_and_sent_on(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, target = await phones.add("102", "108")
    other = await phones.add_baresip("107")
    call = await desk.call(me, other)
    await both_hear(me, other)
    await desk.do(call, "digits", digits="42")
    await other.wait_dtmf("42")
    await desk.do(call, "hold")
    await hears_none(other, HZ)
    await desk.do(call, "hold", on=False)
    await both_hear(me, other)
    await desk.do(call, "transfer", number="108")
    await target.wait_ringing()
    await me.wait_ended()
    await target.answer()
    await both_hear(other, target)
    await hang_up(other, target)


async def test_a_transfer_that_fails_comes_back(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, other, target = await phones.add("102", "107", "108")
    call = await desk.call(me, other)
    await desk.do(call, "transfer", number="108")
    await target.wait_ringing()
    await me.wait_ended()
    await target.decline()
    await shows(me, "Return: Warehouse", "107")
    await me.answer()
    await both_hear(me, other)
    await hang_up(me, other)


async def test_a_consultation_is_swapped_and_finished(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, one = await phones.add("102", "107")
    two = await phones.add_baresip("108")
    call = await desk.call(me, one)
    second = (await desk.do(call, "consult", 200, number="108"))["call"]
    await two.wait_ringing()
    await two.answer()
    await both_hear(me, two)
    await hears_none(one, HZ)
    await desk.do(second, "swap", to_call=call)
    await both_hear(me, one)
    await hears_none(two, HZ)
    await desk.do(call, "transfer", to_call=second)
    await me.wait_ended()
    await both_hear(one, two)
    await hang_up(one, two)


async def test_a_consultation_that_ends_gives_the_call_back(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, one, two = await phones.add("102", "107", "108")
    call = await desk.call(me, one)
    second = (await desk.do(call, "consult", 200, number="108"))["call"]
    await two.wait_ringing()
    await two.answer()
    await both_hear(me, two)
    await desk.do(second, "hang-up")
    await two.wait_ended()
    await both_hear(me, one)
    await hang_up(me, one)


async def test_a_call_becomes_a_conference(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, one, two, three = await phones.add("102", "107", "108", "110")
    call = await desk.call(me, one)
    second = (await desk.do(call, "consult", 200, number="108"))["call"]
    await two.wait_ringing()
    await two.answer()
    await both_hear(me, two)
    room = await desk.do(second, "join", 200, to_call=call)
    where = f"live/rooms/{room['id']}"
    asked = await desk.rest.post(f"{where}/invite/", 200, number="110")
    assert asked["inviting"] == ["110"]
    await three.wait_ringing()
    await three.answer()
    await three.wait_established()
    for phone, hz in ((me, HZ), (one, 1100.0), (two, 1700.0), (three, 2300.0)):
        await phone.send_tone(hz)
    for hz in (HZ, 1100.0, 1700.0):
        await hears_among(three, hz)

    (state,) = await desk.rest.get("live/rooms/")
    legs = {member["number"]: member["leg"] for member in state["members"]}
    assert sorted(legs) == ["102", "107", "108", "110"]
    member = f"{where}/members/{legs['107']}/"
    agent, outsider = house.person("agent"), await house.outsider()
    for stranger in (agent, outsider):
        assert (await stranger.ask("POST", member, {"action": "mute"})).code == 404
        assert (await stranger.ask("POST", f"{where}/invite/", {"number": "101"})).code == 404
        assert await stranger.get("live/rooms/") == []
    await desk.rest.post(member, 200, action="mute")
    await hears_none(three, 1100.0)
    await desk.rest.post(member, 200, action="unmute")
    await hears_among(three, 1100.0)
    await desk.rest.post(member, 200, action="remove")
    await one.wait_ended()
    await hears_none(three, 1100.0)
    await asyncio.gather(me.hangup(), two.hangup())
    await three.wait_ended()
    assert await desk.rest.get("live/rooms/") == []


async def test_a_call_is_parked_and_taken(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, other, third = await phones.add("102", "107", "110")
    call = await desk.call(me, other)
    assert (await desk.do(call, "park", 200))["slot"] == "701"
    await me.wait_ended()
    parked = await house.live(desk.rest, "107")
    assert (await (await house.outsider()).ask("POST", f"calls/{parked}/pickup/", {})).code == 404
    await desk.do(parked, "pickup", device=desk.device)
    await me.wait_ringing()
    await me.answer()
    await both_hear(me, other)
    parked = await house.live(desk.rest, "107")
    assert (await desk.do(parked, "park", 200, slot="705"))["slot"] == "705"
    await me.wait_ended()
    await third.call("705")
    await both_hear(third, other)
    await hang_up(third, other)


async def test_a_ringing_call_is_taken_by_somebody_of_the_group(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, caller, called = await phones.add("102", "107", "103")
    await caller.call("103")
    await called.wait_ringing()
    call = await house.live(desk.rest, "103")
    agent, outsider = house.person("agent"), await house.outsider()
    assert (await agent.ask("POST", f"calls/{call}/pickup/", {})).code == 403
    assert (await outsider.ask("POST", f"calls/{call}/pickup/", {})).code == 404
    await desk.do(call, "pickup", device=desk.device)
    await me.wait_ringing()
    await me.answer()
    await called.wait_ended()
    await both_hear(caller, me)
    await hang_up(caller, me)


async def test_a_user_records_a_part_of_a_call(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    where = f"extensions/{desk.own}/"
    me, other = await phones.add("102", "107")
    await house.admin.patch(where, may_record=False)
    await house.settled()
    call = await desk.call(me, other)
    assert (await desk.rest.ask("POST", f"calls/{call}/record/", {"action": "start"})).code == 403
    await hang_up(me, other)
    await house.admin.patch(where, may_record=True)
    await house.settled()
    call = await desk.call(me, other)

    async def recorded(wanted: bool) -> bool:
        (live,) = await desk.rest.get("live/calls/")
        return bool(live["recording"]) == wanted

    await desk.do(call, "record", action="start")
    await eventually(lambda: recorded(True), 20, "the recording")
    for action in ("pause", "resume", "stop"):
        await both_hear(me, other)  # the file has a length
        await desk.do(call, "record", action=action)
    await eventually(lambda: recorded(False), 20, "its end")
    assert (await desk.rest.ask("POST", f"calls/{call}/record/", {"action": "pause"})).code == 400
    await hang_up(me, other)

    async def stored() -> Any:
        rows = (await desk.rest.get("recordings/"))["results"]
        return next((row for row in rows if row["call"] == call and row["state"] == "done"), None)

    recording = await eventually(stored, 60, "the compressed recording")
    assert recording["personal"] and recording["extension"] == desk.own and recording["channels"] == 2
    file = f"recordings/{recording['id']}/"
    assert len((await desk.rest.ask("GET", f"{file}audio/")).body) > 2000
    for stranger in (house.person("agent"), await house.outsider()):
        assert (await stranger.ask("GET", file)).code == 404
        assert (await stranger.ask("GET", f"{file}audio/")).code == 404
    await desk.rest.wants(204, "DELETE", file)


COMMANDS: dict[str, dict[str, Any]] = {
    "hold": {},
    "transfer": {"number": "101"},
    "consult": {"number": "101"},
    "swap": {"to_call": "none"},
    "join": {},
    "park": {},
    "move": {},
    "digits": {"digits": "1"},
    "record": {"action": "start"},
    "hang-up": {},
}


async def test_a_call_of_others_is_left_alone(house: House, phones: Phones) -> None:
    desk = await Desk.of(house)
    me, other = await phones.add("102", "107")
    call = await desk.call(me, other)
    agent, supervisor = house.person("agent"), house.person("supervisor")
    outsider = await house.outsider()
    device = {"device": await house.device("101")}
    for command, body in COMMANDS.items():
        where = f"calls/{call}/{command}/"
        wish = {**body, "to_call": call} if "to_call" in body else body
        wish = device if command == "move" else wish
        answer = await agent.ask("POST", where, wish)
        assert answer.code == (404 if command == "hang-up" else 403), (command, answer)
        answer = await outsider.ask("POST", where, body)
        assert answer.code == (400 if command == "move" else 404), (command, answer)
    for stranger in (agent, outsider):
        begun = await stranger.ask("POST", "calls/", {"extension": desk.own, "number": "107"})
        assert begun.code == 400 and begun.body["extension"]
    await both_hear(me, other)

    watch = f"extensions/{await house.id('104')}/"
    assert (await supervisor.ask("POST", f"calls/{call}/hold/", {})).code == 403
    await house.admin.patch(watch, supervises=[desk.own])
    await house.settled()
    try:
        await supervisor.post(f"calls/{call}/hold/", 204)
        await hears_none(other, HZ)
        await supervisor.post(f"calls/{call}/hold/", 204, on=False)
        await both_hear(me, other)
    finally:
        await house.admin.patch(watch, supervises=[])
    await supervisor.post(f"calls/{call}/hang-up/", 204)
    await asyncio.gather(me.wait_ended(), other.wait_ended())
