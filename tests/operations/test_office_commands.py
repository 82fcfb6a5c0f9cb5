"""Commands on real calls by REST, with the token of the user whose calls they are."""

import pytest

from tests.operations.house import House, Phones
from tests.telephony.office import both_hear

pytestmark = pytest.mark.timeout(300)


async def test_a_consultation_is_swapped_and_finished(house: House, phones: Phones) -> None:
    user, own = house.person("user"), await house.id("102")
    me, one, two = await phones.add("102", "107", "108")
    call = (await user.post("calls/", extension=own, number="107"))["call"]
    await me.wait_ringing()
    await me.answer()
    await one.wait_ringing()
    await one.answer()
    await one.wait_established()
    second = (await user.post(f"calls/{call}/consult/", 200, number="108"))["call"]
    await two.wait_ringing()
    await two.answer()
    await both_hear(me, two)
    await user.post(f"calls/{second}/swap/", 204, to_call=call)
    await both_hear(me, one)
    await user.post(f"calls/{call}/transfer/", 204, to_call=second)
    await me.wait_ended()
    await both_hear(one, two)
    await one.hangup()


async def test_a_call_is_parked_and_taken(house: House, phones: Phones) -> None:
    user, own = house.person("user"), await house.id("102")
    me, one = await phones.add("102", "107")
    call = (await user.post("calls/", extension=own, number="107"))["call"]
    await me.wait_ringing()
    await me.answer()
    await one.wait_ringing()
    await one.answer()
    await one.wait_established()
    assert (await user.post(f"calls/{call}/park/", 200))["slot"]
    await me.wait_ended()
    parked = await house.live(user, "107")
    await user.post(f"calls/{parked}/pickup/", 204)
    await me.wait_ringing()
    await me.answer()
    await both_hear(me, one)
    await one.hangup()
